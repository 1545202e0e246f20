// SPDX-License-Identifier: BSD-3-Clause
// What has happened in a run, by name (semantics §29). The engine decides
// facts; folding them gives its state; the observer, the report and the journal
// read the same facts and nothing else.
#pragma once

#include "messages/ids.hpp"
#include "messages/plan.hpp"
#include "messages/value.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {

/// The states of semantics §3.
enum class task_state : std::uint8_t {
  waiting,
  ready,
  running,
  waiting_to_integrate,
  integrating,
  succeeded,
  failed,
  timed_out,
  error,
  skipped,
  left_out,
  cancelled,
};

/// As documents write it: "timed-out", "waiting-to-integrate".
[[nodiscard]] std::string_view to_string(task_state x);

[[nodiscard]] constexpr bool is_terminal(task_state x) {
  return x >= task_state::succeeded;
}

/// failed, timed-out or error: what `needs: { x: failed }` means.
[[nodiscard]] constexpr bool is_failure(task_state x) {
  return x == task_state::failed || x == task_state::timed_out
      || x == task_state::error;
}

/// The states of semantics §15 that need no approval.
enum class gate_state : std::uint8_t { waiting, open, closed };

[[nodiscard]] std::string_view to_string(gate_state x);

/// The two phases of a task (semantics §2).
enum class work_phase : std::uint8_t { run, integrate };

[[nodiscard]] std::string_view to_string(work_phase x);

/// How an attempt ended.
enum class attempt_end : std::uint8_t {
  success,
  failure,      ///< the task's fault: a non-zero exit, a signal, bad outputs
  timed_out,    ///< `timeout` or `idle-timeout` was over
  system_error, ///< the system's fault: could not be started, supervisor lost
  cancelled,    ///< ended by `cancel` or fail-fast
  stopped,      ///< ended because the run stops
  no_space,     ///< could not be started: the disk is full; the run stops
  unkillable,   ///< did not end even after KILL; its slot is quarantined
};

[[nodiscard]] std::string_view to_string(attempt_end x);

/// What an attempt left behind, beside how it ended. Shared and immutable.
struct attempt_details {
  tutti::outputs outputs;
  std::string message;             ///< one sentence on a failure; else empty
  std::string log;                 ///< path of its log; empty: it wrote nothing
  std::uint64_t dropped_bytes = 0; ///< output beyond the log's cap
  bool leaked = false; ///< processes outlived the command; were ended

  friend bool operator==(const attempt_details&,
                         const attempt_details&) = default;
};

enum class fact_kind : std::uint8_t {
  run_started,
  task_ready,       ///< task
  task_assigned,    ///< task, attempt, agent
  attempt_started,  ///< task, attempt, agent
  attempt_finished, ///< task, attempt, agent, end, exit_code, details; `state`
                    ///< is what the task becomes: terminal, or ready again
  attempt_ending,   ///< task, attempt, end: why it was told to end
  attempt_revoked,  ///< task, attempt, agent: taken back before it started
  task_skipped,     ///< task; `cause`: what could not be met
  task_left_out,    ///< task; `cause` where a need was left out
  task_cancelled,   ///< task, before it started
  task_timed_out,   ///< task, before it started (queue-timeout, deadline)
  gate_opened,      ///< gate
  gate_closed,      ///< gate; `cause`
  handoff_sent,     ///< task: the receiver; `cause`: the sending task
  handoff_accepted, ///< task: the receiver; `cause`: the sending task
  result_late,      ///< task, attempt: a stale result, ignored (rule 6)
  stop_requested,   ///< exit_code: what the run will exit with; `end`: stopped,
                    ///< or cancelled where all is killed at once
  run_ended,        ///< run_status in `status`, exit_code
};

/// The name as the journal writes it: "attempt-finished".
[[nodiscard]] std::string_view to_string(fact_kind x);

enum class run_status : std::uint8_t { succeeded, failed, stopped, waiting };

[[nodiscard]] std::string_view to_string(run_status x);

/// One fact. Which fields count is said at `fact_kind`; the others hold their
/// defaults.
struct fact {
  static constexpr std::int32_t no_exit_code = -1;

  fact_kind kind = fact_kind::run_started;
  work_phase phase = work_phase::run;
  task_state state = task_state::waiting;
  attempt_end end = attempt_end::success;
  run_status status = run_status::succeeded;
  node_kind cause_kind = node_kind::task;
  std::uint32_t cause = task_id::none;   ///< index of what `cause_kind` says
  std::uint32_t subject = task_id::none; ///< index of the task, or of the gate
  std::uint32_t agent = task_id::none;
  std::uint32_t attempt = 0; ///< from 1
  std::uint32_t version = 1;
  std::int32_t exit_code = no_exit_code; ///< 128 + signal where one ended it
  duration at{0};                        ///< since the run's start
  std::shared_ptr<const attempt_details> details;
};

/// The facts of one engine step, in order.
struct run_facts {
  std::vector<fact> facts;
};

/// What a task says of itself while it works; conflated, may be dropped.
struct task_progress {
  task_id task;
  std::uint32_t attempt = 0;
  std::string line; ///< its last line of output, control characters removed
};

} // namespace tutti
