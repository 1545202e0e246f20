// SPDX-License-Identifier: BSD-3-Clause
// How a task that runs a command becomes a process, and a process's end becomes
// an attempt's. Pure: the agent actor does the talking.
#pragma once

#include "messages/handoff.hpp"
#include "messages/plan.hpp"
#include "messages/process.hpp"
#include "messages/task.hpp"

#include <cstdint>
#include <vector>

namespace tutti {

/// One attempt about to start.
struct attempt_order {
  process_id process = 0;
  task_id task;
  agent_id agent;
  std::uint32_t attempt = 0;
};

/// The process for an attempt: templates rendered with what was handed, the
/// environment of semantics "what a command sees", plain words without a shell.
[[nodiscard]] start_process prepare_process(const plan& p,
                                            const attempt_order& order,
                                            const std::vector<handoff>& handed,
                                            duration grace);

/// What the end of its process means for an attempt.
[[nodiscard]] attempt_finished conclude_attempt(const attempt_order& order,
                                                process_exited x);

} // namespace tutti
