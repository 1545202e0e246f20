// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <memory>
#include <variant>

namespace tutti::engine {

/// The run begins: the first event, once.
struct run_begins {};

/// An agent has begun to work on what it was assigned.
struct attempt_begins {
  task_id task;
  std::uint32_t attempt = 0;
};

/// An attempt has ended, and nothing of it is left running.
struct attempt_ends {
  task_id task;
  std::uint32_t attempt = 0;
  /// success, failure, timed_out (idle), system_error, no_space or unkillable.
  attempt_end end = attempt_end::success;
  std::int32_t exit_code = fact::no_exit_code;
  std::shared_ptr<const attempt_details> details; ///< null: nothing to say
};

/// The agent gave back an assignment before it began: the answer to `revoke`.
struct attempt_given_back {
  task_id task;
  std::uint32_t attempt = 0;
};

/// A handoff has reached its receiver, for the first time.
struct handoff_arrives {
  task_id from;
  task_id to;
};

/// What a timer is for.
enum class timer_kind : std::uint8_t {
  timeout, ///< `subject` a task, `epoch` its attempt
  retry,   ///< `subject` a task, `epoch` the attempt that failed
  reserve, ///< `subject` a class, `epoch` counts its arming (semantics §1)
};

/// A timer that was armed by a command is due. A stale one is rejected.
struct timer_fires {
  timer_kind kind = timer_kind::timeout;
  std::uint32_t subject = 0;
  std::uint32_t epoch = 0;
};

/// Stop (semantics §26). A second one with `at_once` kills what still runs.
struct stop_requested {
  std::int32_t exit_code = 0; ///< 130, 143 or 6
  bool at_once = false;
};

/// Cancel one task for good (semantics §26).
struct cancel_requested {
  task_id task;
};

using event = std::variant<run_begins, attempt_begins, attempt_ends,
                           attempt_given_back, handoff_arrives, timer_fires,
                           stop_requested, cancel_requested>;

} // namespace tutti::engine
