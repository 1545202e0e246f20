// SPDX-License-Identifier: BSD-3-Clause
// An agent with one long-lived process that works on all its tasks and is
// talked with (semantics §22).
#pragma once

#include "actors/agent/driver.hpp"
#include "actors/agent/text_mask.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <memory>

namespace tutti {

struct session_driver_options {
  std::shared_ptr<const plan> work;
  agent_id agent;                           ///< its `session` is a command
  std::uint32_t slots = 1;                  ///< tasks at once; at least 1
  duration grace{std::chrono::seconds(10)}; ///< to answer `cancel` and `bye`
  duration hello_timeout{std::chrono::minutes(1)};
  text_mask mask; ///< of what it wrote, where that is shown
  /// Its sessions are numbered from the next one on, so that their logs differ
  /// from those of an earlier placing.
  std::uint32_t sessions_before = 0;
};

/// Starts the process as soon as the agent runs, and again for the next task
/// after it has ended. `host` must outlive the driver.
[[nodiscard]] std::unique_ptr<driver>
make_session_driver(driver_host& host, session_driver_options options);

} // namespace tutti
