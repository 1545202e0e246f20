// SPDX-License-Identifier: BSD-3-Clause
// What the model knows of each thing in a run. Moments count from the run's
// start.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tutti::report {

/// Whether an attempt came to nothing for what happened around it: the run was
/// stopped, the disk full, its node lost. To do it again is no retry.
[[nodiscard]] constexpr bool is_cut_off(attempt_end x) {
  return x == attempt_end::stopped || x == attempt_end::no_space
      || x == attempt_end::node_lost;
}

/// A stretch of one attempt in which it held a slot: from its start, or from
/// where it went on after a wait inside (semantics §20), to its end or its next
/// wait.
struct busy_interval {
  task_id task;
  agent_id agent;
  std::uint32_t attempt = 0;
  std::uint32_t version = 1;
  duration started{0};
  duration finished{0};
  duration wanted{0};       ///< since when it could have started
  duration attempt_busy{0}; ///< of the whole attempt up to here
  work_phase phase = work_phase::run;
  bool is_last = true;                    ///< the attempt ended with it
  attempt_end end = attempt_end::success; ///< of the attempt, where `is_last`
  std::uint32_t session = 0;              ///< index in the model's `sessions`
  std::uint32_t node = 0;                 ///< index in the model's `nodes`
  /// Of an after-each or a requests task: what it worked off, in `items`.
  std::shared_ptr<const fact_extra> taken;
};

struct task_record {
  task_state state = task_state::waiting;
  attempt_end end = attempt_end::success; ///< of the last ended attempt
  node_kind cause_kind = node_kind::task;
  work_phase phase = work_phase::run; ///< of the current or last attempt
  bool ending = false;                ///< its attempt was told to end
  bool busy_now = false;              ///< an attempt runs and holds a slot
  bool attempt_open = false;          ///< an attempt runs or waits inside
  bool wants_slot = false;  ///< its wait inside is over, a slot is not free yet
  bool paused = false;      ///< by a person (§26)
  bool overdue = false;     ///< its `deadline` is over
  bool doubted = false;     ///< what it is made of is being made again (§18)
  bool later_ready = false; ///< all it needs later has arrived
  bool in_backoff = false;  ///< a retry has to wait
  bool lost = false;   ///< tutti was gone before its last attempt had ended
  bool again = false;  ///< its last attempt was cut off; the next repeats it
  bool stands = false; ///< counted among what the present session has kept
  std::uint32_t session = 0; ///< in which its state last changed; an index
  std::uint32_t cause = task_id::none; ///< why skipped, left out or failed
  std::uint32_t attempts = 0;          ///< started ones, of both phases
  std::uint32_t integrates = 0;        ///< those of the integrate phase
  std::uint32_t tries = 0; ///< at the same thing: version, phase, run
  std::uint32_t runs = 0;  ///< of an after-each or a requests task: see `taken`
  bool tries_again = false;  ///< the next attempt is for the same thing
  std::uint32_t version = 1; ///< that it is at
  agent_id agent;            ///< who has it, or had it last
  std::uint32_t node = 0;    ///< of its last attempt: an index
  std::int32_t exit_code = fact::no_exit_code;
  std::int32_t percent = -1; ///< as its attempt said itself; -1: it did not
  std::optional<duration> ready_at;    ///< the first time
  std::optional<duration> queued_at;   ///< when it last became ready
  std::optional<duration> started_at;  ///< the first attempt
  std::optional<duration> finished_at; ///< when it became terminal
  std::optional<duration> parked_at;   ///< since when it waits to integrate
  std::optional<duration> waits_since; ///< its attempt waits inside
  duration attempt_started_at{0};      ///< of the stretch that runs
  duration attempt_wanted_at{0};       ///< since when that could have started
  duration attempt_busy{0};       ///< of the open attempt, before this stretch
  duration busy{0};               ///< sum of all ended stretches
  duration busy_before{0};        ///< of these, earlier versions and cut ones
  duration integrate_busy{0};     ///< of these, those of the integrate phase
  duration waited_later{0};       ///< waiting to integrate, until `parked_at`
  duration waited_inside{0};      ///< inside its attempts, until `waits_since`
  std::uint32_t open_answers = 0; ///< awaited answers not there yet
  std::uint32_t load_level = 2;   ///< work ahead: 2 all, 1 the integrate phase
  std::uint32_t completed_index = 0; ///< in the list of completed tasks
  /// Of an after-each task: what waits to be taken; the latest version of each
  /// trigger, in the order in which they came.
  std::vector<work_item> backlog;
  /// Of an after-each or a requests task: what its latest run works off, in
  /// `items`; null: it has not run yet.
  std::shared_ptr<const fact_extra> taken;
  std::shared_ptr<const attempt_details> details; ///< of the last ended attempt
  std::string progress; ///< last line; only while it runs
};

/// The latest run of an after-each task for one of its triggers has failed.
struct failed_run {
  task_id trigger;
  attempt_end end = attempt_end::failure;
  std::int32_t exit_code = fact::no_exit_code;
  std::shared_ptr<const attempt_details> details;
};

struct verdict_record {
  tutti::verdict verdict = tutti::verdict::approved;
  std::uint32_t round = 1;
  bool by_person = true; ///< else by an agent's review
  std::string who;
  std::uint32_t uid = 0; ///< of a person
  duration at{0};
  std::string comment;
  std::vector<task_id> tasks; ///< sent back to rework
};

/// From where people were asked to the last word that one of them said, or to
/// where their time was over.
struct people_wait {
  duration from{0};
  duration until{0};
};

struct gate_record {
  gate_state state = gate_state::waiting;
  node_kind cause_kind = node_kind::task;
  std::uint32_t cause = task_id::none; ///< why it closed
  std::uint32_t blocked = 0;           ///< tasks that wait for it
  std::uint32_t rounds = 0;            ///< how often an approval was asked
  std::uint32_t opened_version = 1;    ///< of what it was opened on
  bool person_decides = false;         ///< its rounds of rework are over (§17)
  std::optional<duration> asked_at;    ///< the latest round
  std::optional<duration> first_asked_at;
  std::optional<duration> opened_at;
  std::optional<duration> closed_at; ///< or rejected
  duration asked_for{0};  ///< sum over ended rounds of asked → decided
  duration last_round{0}; ///< the last of them
  std::string reason;     ///< why it was rejected where no verdict did
  std::vector<verdict_record> verdicts;
  std::vector<people_wait> people_waits; ///< of ended rounds
  std::vector<duration> asks;            ///< when approvals were asked
  std::vector<duration> openings; ///< when it opened; more than once: rework
};

struct agent_record {
  std::uint32_t slots = 1;
  std::uint32_t running = 0; ///< attempts that hold a slot right now
  std::uint32_t tasks = 0;   ///< tasks whose last attempt was its
  duration busy{0};          ///< sum of its ended stretches, over all slots
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
  std::uint32_t version = 1;
  std::optional<duration> sent_at;
  std::optional<duration> received_at;
};

struct service_record {
  service_state state = service_state::waiting;
  std::string text;  ///< why, where there is a reason
  duration since{0}; ///< when it came into this state
  std::uint32_t restarts = 0;
  std::optional<duration> started_at; ///< the first time
  std::optional<duration> ready_at;   ///< the first time
  duration starting{0};               ///< sum of all times from start to ready
  duration last_starting{0};          ///< the last of them
};

/// A contract that some task defines (semantics §12).
struct contract_record {
  std::optional<contract_text> agreed; ///< none: not defined yet
  std::uint32_t redefined = 0;         ///< how often it has changed since
  duration at{0};                      ///< the latest definition
};

enum class request_state : std::uint8_t { open, answered, cancelled };

struct request_record {
  std::uint32_t number = 0; ///< from 1
  task_id from;
  agent_id to;
  std::uint32_t attempt = 0; ///< of the requester
  request_state state = request_state::open;
  task_state result = task_state::succeeded; ///< of an answered one
  bool awaited = true;
  bool taken = false;           ///< an attempt works on it
  std::uint32_t batch = 0;      ///< the attempt that took it; 0: none yet
  std::uint32_t batch_size = 0; ///< requests that attempt took together
  duration made_at{0};
  std::optional<duration> taken_at;
  std::optional<duration> answered_at; ///< or cancelled
  std::optional<duration> accepted_at; ///< the requester's agent has it
  std::string text; ///< what was asked, as `plain_line` has it: cut
};

struct refusal_record {
  task_id from;
  std::string to;
  std::string why;
  duration at{0};
};

struct rework_record {
  gate_id gate;
  std::uint32_t round = 1;
  duration at{0};
  std::vector<task_id> tasks;
  std::string text;
  task_id cause; ///< the after-each task that failed; none: a verdict
};

/// A task is to be done again, or what it is made of came out equal.
struct version_record {
  task_id task;
  std::uint32_t version = 1;
  bool kept = false;                  ///< nothing had to be done
  work_phase phase = work_phase::run; ///< what runs again
  task_id cause; ///< the producer that changed; none: it was sent back itself
  duration at{0};
};

struct late_record {
  task_id task;
  std::uint32_t attempt = 0;
  attempt_end end = attempt_end::success;
  duration at{0};
};

/// A stretch of the run in which tutti was there (semantics §31): from its
/// start, or from where it was resumed, to its end, or to the last thing that
/// the journal knows of it.
struct session_record {
  std::uint32_t number = 1;
  duration from{0};
  duration until{0}; ///< its last fact
  /// How it ended; none: it goes on, or tutti was gone without a word.
  std::optional<run_status> status;
  std::uint32_t kept = 0; ///< tasks that had succeeded before it, and stand
  /// Tasks whose work had been cut off, or that are made anew because it was
  /// resumed so, in the order in which that was decided.
  std::vector<task_id> again;
  /// Tasks at which a node went on, though tutti was gone (§33).
  std::vector<task_id> taken_over;
};

/// An attempt that gave its slot back until something arrived (§20).
struct inside_wait {
  task_id task;
  std::uint32_t attempt = 0;
  duration from{0};
  std::optional<duration> over_at; ///< what it waited for was there
  std::optional<duration> until;   ///< it had its slot again
};

/// A task that a person held back (§26).
struct pause_record {
  task_id task;
  duration from{0};
  std::optional<duration> until; ///< none: it is still held back
};

/// A task that was made of a version that has been replaced since (§18).
struct stale_record {
  task_id task;
  task_id producer;
  std::uint32_t has = 1;
  std::uint32_t latest = 1;
};

/// Why something is waited for.
enum class wait_for : std::uint8_t {
  end,     ///< of the task, phase; a service's being ready; an open gate
  start,   ///< of the task
  answer,  ///< to request `number`, by `agent`
  person,  ///< who decides over the gate
  slot,    ///< of `agent`; none: of any of several agents, or tokens
  retry,   ///< the time until the next attempt
  resume,  ///< a person who paused it
  request, ///< anybody who asks
  place,   ///< a node that `agent` could be on
  node,    ///< a slot of node `number`
  gone,    ///< that its last attempt, on node `number`, cannot be alive
};

/// One thing that somebody waits for.
struct awaited {
  node_ref of;
  agent_id agent;      ///< who works on it, where it is a task and one is known
  bool active = false; ///< it is ready or runs
  wait_for why = wait_for::end;
  std::uint32_t number = 0; ///< of a request, or of a node: its index
};

/// Somebody who waits: a task, a gate or a service.
struct wait {
  node_ref waiter;
  agent_id agent; ///< of a waiting task, where it is pinned or assigned
  std::vector<awaited> on;  ///< the first few, active ones first
  std::size_t on_count = 0; ///< all of them
  duration since{0};        ///< when the last of its needs that is met was met
};

} // namespace tutti::report
