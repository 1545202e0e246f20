// SPDX-License-Identifier: BSD-3-Clause
// What a run looks like right now, folded from its facts: the one source of the
// board, the stream, the summary and the report. Pure: no clock, no output.
//
// A fact costs O(1) plus the edges it settles, so a whole run costs O(tasks +
// edges). Every list that a viewer shows is kept up to date as facts arrive and
// is read through a window, so that a redraw does not depend on the plan's
// size.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/report/index_lists.hpp"
#include "runtime/report/plan_graph.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tutti::report {

/// One try at a task, from its start to its end.
struct busy_interval {
  task_id task;
  agent_id agent;
  std::uint32_t attempt = 0;
  duration started{0};
  duration finished{0};
};

struct task_record {
  task_state state = task_state::waiting;
  attempt_end end = attempt_end::success; ///< of the last ended attempt
  node_kind cause_kind = node_kind::task;
  bool ending = false;                 ///< its attempt was told to end
  bool busy_now = false;               ///< an attempt runs
  std::uint32_t cause = task_id::none; ///< why skipped or left out
  std::uint32_t attempts = 0;          ///< started ones
  agent_id agent;                      ///< who has it, or had it last
  std::int32_t exit_code = fact::no_exit_code;
  std::optional<duration> ready_at;               ///< the first time
  std::optional<duration> started_at;             ///< the first attempt
  std::optional<duration> finished_at;            ///< when it became terminal
  duration attempt_started_at{0};                 ///< of the attempt that runs
  duration busy{0};                               ///< sum of all ended attempts
  std::shared_ptr<const attempt_details> details; ///< of the last ended attempt
  std::string progress; ///< last line; only while it runs
};

struct gate_record {
  gate_state state = gate_state::waiting;
  node_kind cause_kind = node_kind::task;
  std::uint32_t cause = task_id::none; ///< why it closed
  std::uint32_t blocked = 0;           ///< tasks that wait for it
  std::optional<duration> opened_at;
  std::optional<duration> closed_at;
};

struct agent_record {
  std::uint32_t slots = 1;
  std::uint32_t running = 0; ///< attempts right now
  std::uint32_t tasks = 0;   ///< tasks whose last attempt was its
  duration busy{0};          ///< sum of its ended attempts, over all slots
};

struct phase_record {
  std::uint32_t total = 0;
  std::uint32_t done = 0; ///< terminal, in whatever state
  std::uint32_t running = 0;
  std::uint32_t failed = 0;
};

struct handoff_record {
  node_ref from;
  task_id to;
  std::optional<duration> sent_at;
  std::optional<duration> received_at;
};

/// One thing that somebody waits for.
struct awaited {
  node_ref of;
  agent_id agent;      ///< who works on it, where it is a task and one is known
  bool active = false; ///< it is ready or runs
};

/// Somebody who waits: a task, or a gate.
struct wait {
  node_ref waiter;
  agent_id agent; ///< of a waiting task, where it is pinned or assigned
  std::vector<awaited> on;  ///< the first few, active ones first
  std::size_t on_count = 0; ///< all of them
  duration since{0};        ///< when the last of its needs that is met was met
};

class run_model {
public:
  /// `slots`: of each agent of the plan, the implicit one's resolved. The plan
  /// must outlive the model.
  run_model(const tutti::plan& p, std::vector<std::uint32_t> slots);

  // -- changes ----------------------------------------------------------------

  void apply(const fact& x);
  /// Progress of an attempt that is over is dropped.
  void apply(const task_progress& x);

  // -- the run ----------------------------------------------------------------

  [[nodiscard]] const tutti::plan& plan() const {
    return *plan_;
  }
  [[nodiscard]] const plan_graph& graph() const {
    return graph_;
  }
  /// The moment of the latest fact.
  [[nodiscard]] duration now() const {
    return now_;
  }
  [[nodiscard]] bool ended() const {
    return ended_;
  }
  [[nodiscard]] run_status status() const {
    return status_;
  }
  [[nodiscard]] int exit_code() const {
    return exit_code_;
  }
  [[nodiscard]] bool stopping() const {
    return stopping_;
  }
  [[nodiscard]] std::size_t late_results() const {
    return late_results_;
  }

  // -- records, by plan index -------------------------------------------------

  [[nodiscard]] const task_record& task(std::size_t i) const {
    return tasks_[i];
  }
  [[nodiscard]] const gate_record& gate(std::size_t i) const {
    return gates_[i];
  }
  [[nodiscard]] const agent_record& agent(std::size_t i) const {
    return agents_[i];
  }
  [[nodiscard]] const phase_record& phase(std::size_t i) const {
    return phases_[i];
  }
  [[nodiscard]] const std::vector<handoff_record>& handoffs() const {
    return handoffs_;
  }
  /// Ended attempts, in the order of their ends.
  [[nodiscard]] const std::vector<busy_interval>& intervals() const {
    return intervals_;
  }
  /// Busy time of a task or an agent, an attempt that runs counted until `now`.
  [[nodiscard]] duration task_busy(std::size_t i, duration now) const;
  [[nodiscard]] duration agent_busy(std::size_t i, duration now) const;

  // -- counts -----------------------------------------------------------------

  [[nodiscard]] std::size_t count(task_state x) const {
    return counts_[static_cast<std::size_t>(x)];
  }
  [[nodiscard]] std::size_t terminal_count() const;
  /// failed, timed-out and error, those allowed to fail too.
  [[nodiscard]] std::size_t failure_count() const;
  [[nodiscard]] std::size_t in_progress_count() const;
  [[nodiscard]] std::size_t pending_count() const;

  // -- windows on lists -------------------------------------------------------

  /// Tasks that run or integrate, the longest at it first.
  [[nodiscard]] std::vector<task_id> in_progress(std::size_t limit) const;
  /// What an agent works on, the longest at it first.
  [[nodiscard]] std::vector<task_id> running_of(std::size_t agent,
                                                std::size_t limit) const;
  /// Handoff pending: waiting tasks of which a need is in progress or ready,
  /// the longest in this list first.
  [[nodiscard]] std::vector<wait> pending(std::size_t limit) const;
  /// Gates that are waiting and what each waits for, in plan order.
  [[nodiscard]] std::vector<wait> waiting_gates(std::size_t limit) const;
  /// What a task or gate waits for; empty `on` where it waits for nothing.
  [[nodiscard]] wait wait_of(node_ref x, std::size_t limit = 4) const;
  /// The task that an idle agent would do next: a ready one, else one whose
  /// needs are in progress, else any waiting one; pinned tasks only.
  [[nodiscard]] std::optional<task_id> next_of(std::size_t agent) const;
  /// Terminal tasks that ran, the latest first.
  [[nodiscard]] std::vector<task_id> completed(std::size_t limit) const;
  /// failed, timed-out and error tasks, in the order in which they ended.
  [[nodiscard]] const std::vector<task_id>& failures() const {
    return failures_;
  }

  // -- prediction -------------------------------------------------------------

  /// Done work by estimate, of all work: 0 … 1. Running tasks count in part.
  [[nodiscard]] double progress(duration now) const;
  /// How long the rest will take, from the estimates scaled by how long ended
  /// tasks really took, and their mean for those without an estimate; none
  /// while there is nothing to tell it from.
  [[nodiscard]] std::optional<duration> remaining(duration now) const;

private:
  void prepare_nodes();
  void prepare_estimates();
  void enter(std::uint32_t task, task_state next, duration at);
  void place(std::uint32_t task, task_state next);
  void leave_for_good(std::uint32_t task, duration at);
  void start_attempt(const fact& x);
  void finish_attempt(const fact& x);
  void stop_clock(std::uint32_t task, std::uint32_t attempt, duration at);
  void end_without_attempt(const fact& x, task_state next);
  void settle_gate(const fact& x, gate_state next);
  void record_handoff(const fact& x, bool accepted);
  void set_active(node_index x, bool active);
  void settle(node_index x, duration at);
  void settle_start(node_index x, duration at);
  void meet(node_index x, duration at);
  void refresh_pending(node_index x);
  [[nodiscard]] std::size_t queue_of(std::uint32_t task) const;
  void collect(node_index x, bool active, std::size_t limit, wait& to) const;
  void add_awaited(node_index x, bool active, wait& to) const;

  // An amount of work, in part unknown.
  struct load {
    duration known{0};        ///< by estimate
    std::int64_t unknown = 0; ///< tasks without one
  };
  // What loads come to by what is known so far.
  struct measure {
    double pace = 1;   ///< real time to estimate
    duration guess{0}; ///< what a task without an estimate takes
  };
  [[nodiscard]] static load load_of(const tutti::task& x);
  [[nodiscard]] std::optional<measure> measured() const;
  [[nodiscard]] measure measured_or_default() const;
  [[nodiscard]] static duration time_of(const load& x, const measure& by);
  [[nodiscard]] duration chain_time(node_index x, const measure& by) const;

  const tutti::plan* plan_;
  plan_graph graph_;
  std::vector<task_record> tasks_;
  std::vector<gate_record> gates_;
  std::vector<agent_record> agents_;
  std::vector<phase_record> phases_;
  std::vector<handoff_record> handoffs_;
  std::unordered_map<std::uint64_t, std::size_t> open_handoffs_;
  std::vector<busy_interval> intervals_;
  std::array<std::size_t, 12> counts_{};

  // Per graph node: what it still waits for, how much of that is active, when
  // the last need was met, and whether it is active or settled itself.
  struct node_state {
    std::uint32_t unmet = 0;
    std::uint32_t hot = 0;
    duration last_met{0};
    bool active = false;
    bool start_hot = false;
    bool start_settled = false;
    bool settled = false;
  };
  std::vector<node_state> nodes_;

  // Lists: in progress; handoff pending; by agent running; by agent (and one
  // more for any-of) the queues ready, hot and cold.
  index_lists in_progress_;
  index_lists pending_;
  index_lists running_;
  index_lists queues_;
  std::vector<task_id> completed_;
  std::vector<task_id> failures_;

  // Prediction: by estimate.
  // Paths from a task's start that are the longest by estimate, and by count of
  // tasks without one; which of the two takes longer changes as tasks end.
  std::vector<load> rank_known_;
  std::vector<load> rank_unknown_;
  std::vector<load> agent_rest_;
  load total_;
  load rest_;
  duration measured_{0};        // busy time of ended tasks with an estimate
  duration estimated_{0};       // their estimates
  duration measured_in_all_{0}; // busy time of all ended tasks that ran
  std::int64_t ran_ = 0;        // how many those are
  std::uint64_t slots_ = 0;

  duration now_{0};
  bool ended_ = false;
  bool stopping_ = false;
  run_status status_ = run_status::stopped;
  int exit_code_ = 0;
  std::size_t late_results_ = 0;
};

} // namespace tutti::report
