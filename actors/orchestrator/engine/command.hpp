// SPDX-License-Identifier: BSD-3-Clause
// What the engine asks of its shell. The commands of one decision are obeyed in
// order, and only after all facts of the same decision are durable: a handoff
// or an assignment never leaves before the fact that released it (§30).
// Per receiver the order is: its handoffs, then the assignment that needs them;
// assignments to one agent come best rank first.
#pragma once

#include "actors/orchestrator/engine/event.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::engine {

enum class command_kind : std::uint8_t {
  assign,      ///< put `task`, `attempt` into the queue of `agent` at `rank`
  revoke,      ///< take `task`, `attempt` back from `agent` if it has not begun
  end_attempt, ///< end `task`, `attempt` at `agent`; `at_once`: no grace
  deliver,     ///< hand what `other` put out to `task` at `agent`
  answer,      ///< hand the answer to request `other` to `task` at `agent`
  go_on,       ///< `task`, `attempt` at `agent` has its slot again (§20)
  refuse_wait, ///< `task`, `attempt` at `agent` would wait for ever (§20)
  start_service, ///< start service `other`
  place,         ///< `agent` is on node `task` (none: on none) by its placing
                 ///< `other`; `at_once`: it was there before a resume
  arm_timer,     ///< send timer_fires{timer, task, attempt} at `at`
  end_run,       ///< the run is over; the last fact says how
  reject,        ///< the event was refused; `reason` says why
};

/// Why an event was refused; nothing has changed.
enum class reject_reason : std::uint8_t {
  none,
  unknown_task,
  stale_attempt,
  stale_timer,
  already_begun,
  not_running,
  run_is_over,
  not_begun, ///< before run_begins, or a second one
  refused,   ///< decision::refusal says why
};

struct command {
  command_kind kind = command_kind::assign;
  timer_kind timer = timer_kind::timeout;
  reject_reason reason = reject_reason::none;
  attempt_end end = attempt_end::success; ///< why an attempt is to end
  bool at_once = false;
  work_phase phase = work_phase::run; ///< assign
  std::uint32_t task = 0;
  std::uint32_t attempt = 0;
  std::uint32_t agent = 0;
  /// assign, revoke: the rank; deliver: the sender; answer: the request's
  /// number; start_service: the service.
  std::uint32_t other = 0;
  duration at{0}; ///< arm_timer: since the run's start
};

/// What one step decided. Reuse one object: its buffers keep their capacity.
struct decision {
  std::vector<fact> facts;
  std::vector<command> commands;
  std::vector<std::uint32_t> numbers; ///< of the requests that were made
  std::string refusal; ///< why the event was refused, for a person or a program

  void clear() {
    facts.clear();
    clear_commands();
  }
  /// All but the facts.
  void clear_commands() {
    commands.clear();
    numbers.clear();
    refusal.clear();
  }
};

} // namespace tutti::engine
