// SPDX-License-Identifier: BSD-3-Clause
// What has happened in a run, by name (semantics §29). The engine decides
// facts; folding them gives its state; the observer, the report and the journal
// read the same facts and nothing else.
#pragma once

#include "messages/ids.hpp"
#include "messages/plan.hpp"
#include "messages/value.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
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

/// The states of semantics §15. `asked`: all it needs is there, an approval is
/// not; `rejected` and `closed` both skip what the gate blocks.
enum class gate_state : std::uint8_t { waiting, asked, open, rejected, closed };

[[nodiscard]] std::string_view to_string(gate_state x);

/// What is said about a gate (semantics §16).
enum class verdict : std::uint8_t { approved, changes_requested, rejected };

/// As documents write it: "changes-requested".
[[nodiscard]] std::string_view to_string(verdict x);

/// The states of a service (semantics §23).
enum class service_state : std::uint8_t {
  waiting,  ///< for what it needs
  starting, ///< its process is started, or started again
  ready,
  failed, ///< gone for good, past the limit of its restarts
  ended,  ///< with the run
};

[[nodiscard]] std::string_view to_string(service_state x);

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
  stopped,      ///< ended because the run stops, or its tutti was frozen
  no_space,     ///< could not be started: the disk is full; the run stops
  unkillable,   ///< did not end even after KILL; its slot is quarantined
  node_lost,    ///< its node is lost; the task runs again, using no retry
};

[[nodiscard]] std::string_view to_string(attempt_end x);

/// A file that a task hands on, by its content (SHA-256).
struct artifact {
  std::string path;   ///< relative to the producer's working directory
  std::string digest; ///< 64 lower-case hexadecimal digits
  std::uint64_t size_bytes = 0;
  bool executable = false;

  friend bool operator==(const artifact&, const artifact&) = default;
};

/// A contract as the task that defines it made it (semantics §12).
struct contract_text {
  contract_id contract;
  std::string schema; ///< JSON text
  std::string mock;   ///< JSON text; empty: none

  friend bool operator==(const contract_text&, const contract_text&) = default;
};

/// Where the large part of a result lies on disk (semantics §21), as the run's
/// store says.
struct payload_ref {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0; ///< 0: nothing lies there
  /// Of outputs, artifacts and contracts: equal where those are.
  std::array<std::uint64_t, 2> digest{};

  friend bool operator==(const payload_ref&, const payload_ref&) = default;
};

/// What an attempt left behind, beside how it ended. Shared and immutable.
///
/// A large one travels without its payload: outputs, note, artifacts and
/// contracts lie where `payload` says. The outputs that the orchestrator itself
/// looks at (named in an `if`, a review's verdict) are here all the same.
struct attempt_details {
  tutti::outputs outputs;
  std::string note;                     ///< for who gets its handoffs
  std::vector<artifact> artifacts;      ///< sorted by path
  std::vector<contract_text> contracts; ///< that it defines
  std::string message;             ///< one sentence on a failure; else empty
  std::string log;                 ///< path of its log; empty: it wrote nothing
  std::uint64_t dropped_bytes = 0; ///< output beyond the log's cap
  bool leaked = false; ///< processes outlived the command; were ended
  payload_ref payload; ///< no size: all of it is here

  friend bool operator==(const attempt_details&,
                         const attempt_details&) = default;
};

/// Whether two results hand on the same: outputs, artifacts and contracts. Null
/// is the result of an attempt that left nothing behind.
[[nodiscard]] bool same_content(const attempt_details* x,
                                const attempt_details* y);

/// What an attempt of an after-each or a requests task works off: a version of
/// a task, or somebody's request.
struct work_item {
  task_id from;              ///< the trigger, or who asked
  std::uint32_t version = 1; ///< of the trigger
  std::uint32_t request = 0; ///< its number, from 1; 0: a trigger
  task_state status = task_state::succeeded; ///< how the trigger ended
  std::string text;                          ///< of the request
  std::string note;                          ///< of the request

  friend bool operator==(const work_item&, const work_item&) = default;
};

/// What only a few facts have to say. Shared and immutable.
struct fact_extra {
  tutti::verdict verdict = tutti::verdict::approved;
  std::string who;              ///< who gave the verdict, made the request, …
  std::uint32_t uid = 0;        ///< of a person's verdict
  std::string text;             ///< comment, feedback, request, reason
  std::string note;             ///< of a request
  std::vector<task_id> tasks;   ///< sent back to rework
  std::vector<work_item> items; ///< taken together by an attempt
  bool awaited = true; ///< of a request: the requester is done after its answer

  friend bool operator==(const fact_extra&, const fact_extra&) = default;
};

enum class fact_kind : std::uint8_t {
  run_started,
  task_ready,       ///< task
  task_assigned,    ///< task, attempt, agent, phase, version; extra: items
  attempt_started,  ///< task, attempt, agent, phase
  attempt_finished, ///< task, attempt, agent, phase, version, end, exit_code,
                    ///< details; `state` is what the task becomes: terminal,
                    ///< ready, waiting or waiting-to-integrate; `cause` where
                    ///< it failed for what it needs later
  attempt_ending,   ///< task, attempt, end: why it was told to end
  attempt_revoked,  ///< task, attempt, agent: taken back before it started
  task_skipped,     ///< task; `cause`: what could not be met
  task_left_out,    ///< task; `cause` where a need was left out
  task_cancelled,   ///< task, before it started
  task_timed_out,   ///< task, before it started (queue-timeout, deadline)
  task_errored,     ///< task, before it started; `cause`: a service that failed
  gate_opened,      ///< gate; version: of what it was opened on
  gate_closed,      ///< gate; `cause`
  handoff_sent,     ///< task: the receiver; `cause`: the sending task
  handoff_accepted, ///< task: the receiver; `cause`: the sending task
  result_late,      ///< task, attempt: a stale result, ignored (rule 6)
  stop_requested,   ///< exit_code: what the run will exit with; `end`: stopped,
                    ///< or cancelled where all is killed at once
  run_ended,        ///< run_status in `status`, exit_code

  // needs-later (§2, §10, §11)
  integrate_ready, ///< task: all it needs later has arrived
  later_failed,    ///< task that waited to integrate; `cause`: what ended other
                   ///< than succeeded; `state` is what the task becomes

  // approval and rework (§15–§18)
  approval_asked,   ///< gate; version: the review's; twice: now of a person
  verdict_given,    ///< gate; agent, or none: a person; extra: what, who, …
  gate_rejected,    ///< gate; extra: text says why where no verdict did
  gate_reset,       ///< gate: back to waiting, its approvals are lost
  rework_requested, ///< gate, version: the round; extra: tasks, text; cause:
                    ///< the after-each task whose failure asked for it
  version_started,  ///< task, version: it is to be done again; `phase` is what
                    ///< runs again; cause: the producer that changed, or none
  version_doubted,  ///< task: what it is made of is being made again
  version_kept,     ///< task, version: what it is made of came out equal

  // after-each and requests (§13, §14, §19–§21)
  trigger_queued,   ///< task; cause: the trigger; version; state of the trigger
  stream_ended,     ///< task: an after-each or requests task ends; state; cause
  request_made,     ///< subject: its number; cause: who asked; agent; attempt;
                    ///< extra: text, note, who (the client's key), awaited
  request_answered, ///< subject: its number; state; details
  request_cancelled, ///< subject: its number
  request_refused,   ///< cause: who asked; extra: who (whom), text (why)
  answer_accepted,   ///< subject: its number; the requester's agent has it

  // waiting inside a task (§20)
  attempt_waits,   ///< task, attempt: its slot is given back
  wait_over,       ///< task, attempt: it wants its slot again
  attempt_goes_on, ///< task, attempt: it has its slot again

  // people (§26)
  task_paused,  ///< task
  task_resumed, ///< task
  task_retried, ///< task: failed → ready, or its dependent → waiting

  // services (§23)
  service_changed, ///< service; `service` is its state; extra: text

  deadline_over, ///< task: its `deadline` is over; it gets no other attempt

  // journal and resume (§29, §31)
  run_resumed,   ///< version: how often, from 2: the sessions of the run
  plan_replaced, ///< version: the revision, from 2; extra: text says what is
                 ///< kept and what is done again, which is `tasks`

  // nodes (§32, §33); extra: who is the node's name
  node_joined, ///< version: its slots, 0: no limit; extra: text has its labels,
               ///< separated by commas. It has nothing of this run but what
               ///< it was found to still work on
  node_lost,   ///< what it works on is given to others; extra: text says why
  node_gone,   ///< nothing that it had been given can be alive any more
  node_draining,  ///< it is given no new work, and left once it has none
  agent_placed,   ///< agent; version: the how many-eth place of this agent
  agent_unplaced, ///< agent; it is on no node; extra: text says why
  run_lost,       ///< task: it had run on a node that is lost: runs again
};

/// The name as the journal writes it: "attempt-finished".
[[nodiscard]] std::string_view to_string(fact_kind x);

/// What the number in a fact's `subject` is.
enum class subject_kind : std::uint8_t {
  none,
  task,
  gate,
  service,
  request, ///< its number, no name
};

[[nodiscard]] subject_kind subject_of(fact_kind x);

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
  service_state service = service_state::waiting;
  std::uint32_t cause = task_id::none;   ///< index of what `cause_kind` says
  std::uint32_t subject = task_id::none; ///< index of the task, gate or service
  std::uint32_t agent = task_id::none;
  std::uint32_t attempt = 0; ///< from 1
  std::uint32_t version = 1;
  std::int32_t exit_code = no_exit_code; ///< 128 + signal where one ended it
  duration at{0};                        ///< since the run's start
  std::shared_ptr<const attempt_details> details;
  std::shared_ptr<const fact_extra> extra; ///< null: nothing to say
};

/// Facts in order, shared by all who read them: copying it copies no fact.
class fact_list {
public:
  fact_list() = default;
  fact_list(std::vector<fact> xs) {
    if (!xs.empty())
      all_ = std::make_shared<const std::vector<fact>>(std::move(xs));
  }
  fact_list(std::initializer_list<fact> xs) : fact_list(std::vector<fact>(xs)) {
  }

  [[nodiscard]] const std::vector<fact>& get() const {
    static const std::vector<fact> none;
    return all_ ? *all_ : none;
  }
  [[nodiscard]] auto begin() const {
    return get().begin();
  }
  [[nodiscard]] auto end() const {
    return get().end();
  }
  [[nodiscard]] bool empty() const {
    return !all_;
  }
  [[nodiscard]] std::size_t size() const {
    return get().size();
  }
  [[nodiscard]] const fact& back() const {
    return get().back();
  }
  [[nodiscard]] const fact& operator[](std::size_t i) const {
    return get()[i];
  }

private:
  std::shared_ptr<const std::vector<fact>> all_; ///< null: none
};

/// The facts of some engine steps, in order; each step is whole.
struct run_facts {
  fact_list facts;
};

/// What a task says of itself while it works; conflated, may be dropped.
struct task_progress {
  task_id task;
  std::uint32_t attempt = 0;
  std::string line; ///< its last line of output, control characters removed
  std::int32_t percent = -1; ///< 0 … 100, as it said itself; -1: it did not
};

} // namespace tutti
