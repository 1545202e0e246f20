// SPDX-License-Identifier: BSD-3-Clause
// The report of a run as a value; docs/report.md says what each figure means.
#pragma once

#include "messages/fact.hpp"
#include "runtime/report/blame_rows.hpp"
#include "runtime/report/bounds.hpp"
#include "runtime/report/comparison.hpp"
#include "runtime/report/counterfactual.hpp"
#include "runtime/report/node_rows.hpp"
#include "runtime/report/run_model.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::report {

/// What the figures rest on.
struct honesty_row {
  bool is_virtual = false;        ///< the clock was that of a simulation
  double estimated_share = 0;     ///< of the work: 0 … 1, by estimates
  bool truncated = false;         ///< the journal ended within a write
  std::vector<std::string> notes; ///< sentences: what else may be amiss
  // Filled in by `make_report`.
  std::uint32_t unseen = 0;        ///< attempts whose end nobody saw
  duration unseen_time{0};         ///< what is known of them
  std::uint64_t dropped_bytes = 0; ///< output beyond the caps of logs
};

struct report_options {
  std::string run_id;
  /// The most attempts at once over all agents; none: no limit beyond slots.
  std::optional<std::uint32_t> jobs;
  std::uint32_t local_slots = 1; ///< of the implicit agent
  /// What makes a run go on that was stopped, or waits, as one would type it.
  std::string resume_command = "tutti run PLAN --resume";
  bool is_live = false; ///< it goes on while this is made
  honesty_row honesty = {};
};

struct task_row {
  std::string name;
  std::string agent; ///< empty: nobody had it, and several could have
  std::vector<std::string>
      nodes; ///< of its attempts, in their order, each once
  task_state status = task_state::waiting;
  std::uint32_t attempts = 0; ///< of both phases and all versions
  std::uint32_t version = 1;
  std::uint32_t runs = 0;    ///< of an after-each task
  duration run{0};           ///< in attempts of the run phase
  duration integrate{0};     ///< in attempts of the integrate phase
  duration waited_later{0};  ///< between the two, for what it needs later
  duration waited_inside{0}; ///< inside its attempts (semantics §20)
  std::optional<duration> ready;
  std::optional<duration> started;
  std::optional<duration> finished;
  std::optional<std::int32_t> exit_code;
  std::shared_ptr<const attempt_details> details; ///< null: it never ran
  std::vector<std::uint32_t> sessions; ///< in which it was worked on; numbers
  bool kept = false; ///< its end is from before the last resume
  duration queue{0}; ///< it could have started, and had not
  /// How much longer it could have taken on the ideal path's terms; none: it
  /// never ran.
  std::optional<duration> slack;
  duration on_path{0}; ///< of its work: on the actual path
};

struct agent_row {
  std::string name;
  std::uint32_t slots = 1;
  std::uint32_t tasks = 0;
  duration busy{0}; ///< slot time in attempts
  duration idle{0}; ///< slots * up time - busy
};

struct handoff_row {
  std::string from;
  std::string to;
  std::uint32_t version = 1;
  std::optional<duration> sent;
  std::optional<duration> received;
  std::optional<duration> took; ///< between the two, tutti being there
};

struct gate_row {
  std::string name;
  gate_state status = gate_state::waiting;
  std::optional<duration> opened;
  std::optional<duration> closed; ///< or rejected
  std::string reason;             ///< why, where no verdict says so
  std::uint32_t rounds = 0;       ///< how often an approval was asked
  std::uint32_t opened_version = 1;
  std::optional<duration> asked; ///< the first time
  duration asked_for{0};         ///< from asked to decided, over all rounds
  duration people{0};            ///< of these, what people took
};

struct verdict_row {
  std::string gate;
  std::uint32_t round = 1;
  tutti::verdict verdict = tutti::verdict::approved;
  std::string who;
  std::optional<std::uint32_t> uid; ///< of a person
  duration at{0};
  std::string comment;
  std::vector<std::string> to; ///< tasks sent back
};

struct request_row {
  std::uint32_t number = 0;
  std::string from;
  std::string to;
  std::string text;
  std::string_view status; ///< open, answered, failed or cancelled
  bool awaited = true;
  std::uint32_t batch = 0; ///< requests that were taken together; 0: not taken
  duration made{0};
  std::optional<duration> taken;
  std::optional<duration> ended;  ///< answered or cancelled
  std::optional<duration> waited; ///< until then, tutti being there
};

/// A request that nobody could answer.
struct refused_row {
  std::string from;
  std::string to;
  std::string why;
  duration at{0};
};

/// A task was made again, or what it is made of came out equal.
struct version_row {
  std::string task;
  std::uint32_t version = 1;
  bool kept = false;
  work_phase phase = work_phase::run;
  duration at{0};
};

struct rework_row {
  std::string gate;
  std::uint32_t round = 1;
  std::vector<std::string> tasks;
  std::string text;
  std::string after_each; ///< the task that failed; empty: a verdict
  duration at{0};
};

struct stale_row {
  std::string task;
  std::string producer;
  std::uint32_t has = 1;
  std::uint32_t latest = 1;
};

struct service_row {
  std::string name;
  service_state status = service_state::waiting;
  std::uint32_t restarts = 0;
  std::optional<duration> started;
  std::optional<duration> ready;
  duration starting{0}; ///< from start to ready, over all starts
  std::string reason;
};

struct session_row {
  std::uint32_t number = 1;
  duration from{0};
  duration until{0};
  std::optional<run_status> status; ///< none: it goes on, or tutti was gone
  std::uint32_t kept = 0;           ///< tasks that stand from before
  std::vector<std::string> again;   ///< tasks that were to be done again
  duration cut{0};                  ///< in attempts that its end has cut off
};

struct late_row {
  std::string task;
  std::uint32_t attempt = 0;
  attempt_end end = attempt_end::success;
  duration at{0};
};

/// A result with all that it put out.
using whole_result = std::function<std::shared_ptr<const attempt_details>(
    const std::shared_ptr<const attempt_details>&)>;

struct run_report {
  std::string run_id;
  std::string plan;
  bool ended = true; ///< else tutti was gone, or could not go on
  run_status status = run_status::stopped;
  int exit_code = 0;
  duration makespan{0}; ///< from its first start, whatever came between
  duration down{0};     ///< of these, tutti was not there
  duration up{0};       ///< the rest, which all other figures are of
  duration sequential{0};
  std::vector<session_row> sessions;
  std::uint32_t revision = 1;    ///< of the plan
  std::string replaced;          ///< what was kept from the one before
  std::size_t kept_count = 0;    ///< tasks whose end is from before the resume
  std::optional<double> speedup; ///< none where the up time is 0
  std::optional<double> efficiency; ///< likewise
  lower_bounds bounds;
  std::optional<time_saved> later; ///< none: no needs-later, or not over
  std::string explanation;         ///< "agent-bound: morgan had 3h of work"
  std::vector<task_row> tasks;
  std::vector<agent_row> agents;
  std::vector<handoff_row> handoffs;
  std::vector<gate_row> gates;
  std::vector<verdict_row> verdicts; ///< of all gates, by time
  std::vector<request_row> requests;
  std::vector<refused_row> refused; ///< the first of them
  std::size_t refused_count = 0;
  std::vector<rework_row> reworks;
  std::vector<version_row> versions;
  std::vector<stale_row> stale;
  std::vector<service_row> services;
  std::vector<late_row> late; ///< the first of them
  std::size_t late_count = 0;
  duration people{0};   ///< in which at least one person was waited for
  bool is_live = false; ///< it went on when this was made
  node_rows nodes;
  blame_rows blame;
  honesty_row honesty;
  std::optional<comparison> against; ///< filled in by who compares
  /// Reads back what of a result lies on disk; empty: all is in memory.
  whole_result whole;
};

[[nodiscard]] run_report make_report(const run_model& m,
                                     const report_options& options);

} // namespace tutti::report
