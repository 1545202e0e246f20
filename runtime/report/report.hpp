// SPDX-License-Identifier: BSD-3-Clause
// The report of a run as a value; docs/report.md says what each figure means.
#pragma once

#include "messages/fact.hpp"
#include "runtime/report/bounds.hpp"
#include "runtime/report/counterfactual.hpp"
#include "runtime/report/run_model.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tutti::report {

struct report_options {
  std::string run_id;
  /// The most attempts at once over all agents; none: no limit beyond slots.
  std::optional<std::uint32_t> jobs;
  std::uint32_t local_slots = 1; ///< of the implicit agent
};

struct task_row {
  std::string name;
  std::string agent; ///< empty: nobody had it, and several could have
  task_state status = task_state::waiting;
  std::uint32_t attempts = 0;
  std::optional<duration> ready;
  std::optional<duration> started;
  std::optional<duration> finished;
  std::optional<std::int32_t> exit_code;
  std::shared_ptr<const attempt_details> details; ///< null: it never ran
};

struct agent_row {
  std::string name;
  std::uint32_t slots = 1;
  std::uint32_t tasks = 0;
  duration busy{0}; ///< slot time in attempts
  duration idle{0}; ///< slots * makespan - busy
};

struct handoff_row {
  std::string from;
  std::string to;
  std::optional<duration> sent;
  std::optional<duration> received;
};

struct gate_row {
  std::string name;
  gate_state status = gate_state::waiting;
  std::optional<duration> opened;
};

/// A result with all that it put out.
using whole_result = std::function<std::shared_ptr<const attempt_details>(
    const std::shared_ptr<const attempt_details>&)>;

struct run_report {
  std::string run_id;
  std::string plan;
  run_status status = run_status::stopped;
  int exit_code = 0;
  duration makespan{0};
  duration sequential{0};
  std::optional<double> speedup;    ///< none where the makespan is 0
  std::optional<double> efficiency; ///< likewise
  lower_bounds bounds;
  std::optional<time_saved> later; ///< none: no needs-later, or not over
  std::string explanation;         ///< "agent-bound: morgan had 3h of work"
  std::vector<task_row> tasks;
  std::vector<agent_row> agents;
  std::vector<handoff_row> handoffs;
  std::vector<gate_row> gates;
  /// Reads back what of a result lies on disk; empty: all is in memory.
  whole_result whole;
};

[[nodiscard]] run_report make_report(const run_model& m,
                                     const report_options& options);

} // namespace tutti::report
