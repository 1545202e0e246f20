// SPDX-License-Identifier: BSD-3-Clause
// The conversation between the orchestrator and an agent about tasks.
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <memory>

namespace tutti {

/// Work for an agent's queue. It starts the best ranked entry of its queue
/// whenever a slot is free, without asking.
struct assign_task {
  task_id task;
  std::uint32_t attempt = 0;
  std::uint32_t rank = 0; ///< 0 is the most urgent
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

} // namespace tutti
