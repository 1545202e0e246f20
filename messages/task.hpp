// SPDX-License-Identifier: BSD-3-Clause
// The conversation between the orchestrator and an agent about tasks.
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tutti {

/// The comment of the verdict that opened a gate.
struct gate_comment {
  gate_id gate;
  std::string text;
};

/// What an attempt is told beside its task; most need none of it.
struct assignment_details {
  std::uint32_t round = 1;            ///< of rework: TUTTI_ROUND
  std::string feedback;               ///< of who asked for changes; else empty
  std::vector<work_item> items;       ///< of an after-each or requests task
  std::vector<gate_comment> comments; ///< of the gates that it needs
  /// For the integrate phase: what the run phase left behind.
  std::shared_ptr<const attempt_details> earlier;
};

/// Work for an agent's queue. It starts the best ranked entry of its queue
/// whenever a slot is free, without asking.
struct assign_task {
  task_id task;
  std::uint32_t attempt = 0;
  std::uint32_t rank = 0; ///< 0 is the most urgent
  work_phase phase = work_phase::run;
  std::uint32_t version = 1; ///< of the result that it works on
  std::shared_ptr<const assignment_details> details; ///< null: nothing to say
};

/// Give it back if it has not begun: answered by `task_returned`, or not at all
/// where `attempt_started` is already under way.
struct revoke_task {
  task_id task;
  std::uint32_t attempt = 0;
  std::uint32_t rank = 0; ///< as it was assigned
};

/// End a running attempt: TERM, grace, KILL; `at_once`: KILL.
struct end_task {
  task_id task;
  std::uint32_t attempt = 0;
  bool at_once = false;
};

struct attempt_started {
  task_id task;
  std::uint32_t attempt = 0;
};

/// The attempt has ended and its slot is free again (not after `unkillable`).
struct attempt_finished {
  task_id task;
  std::uint32_t attempt = 0;
  attempt_end end = attempt_end::success;
  std::int32_t exit_code = fact::no_exit_code;
  std::shared_ptr<const attempt_details> details; ///< null: nothing to say
};

struct task_returned {
  task_id task;
  std::uint32_t attempt = 0;
};

/// The attempt waits for what it is to be given (semantics §20): its slot is
/// free until `continue_attempt`. Answered by `wait_refused` where the wait
/// could never end.
struct attempt_waits {
  task_id task;
  std::uint32_t attempt = 0;
};

/// What it waited for is there, or it waits no more: it wants its slot again.
struct wait_over {
  task_id task;
  std::uint32_t attempt = 0;
};

/// The attempt has a slot again: its wait returns.
struct continue_attempt {
  task_id task;
  std::uint32_t attempt = 0;
};

/// The wait would never end: `reason` says why ("would-deadlock: …"). The
/// attempt has kept its slot.
struct wait_refused {
  task_id task;
  std::uint32_t attempt = 0;
  std::string reason;
};

/// From threads that work for an agent, to the agent: its driver shall look at
/// what they left for it.
struct wake_driver {};

} // namespace tutti
