// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/agent/command_driver.hpp"
#include "actors/agent/handoff_table.hpp"
#include "messages/interfaces.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

namespace tutti {

struct agent_options {
  agent_id id;
  std::uint32_t slots = 1;                  ///< at least 1
  duration grace{std::chrono::seconds(10)}; ///< from TERM to KILL
  std::shared_ptr<const plan> work;
  orchestrator_actor orchestrator;
  observer_actor observer;
  process_actor processes;
};

/// A mailbox, slots and a queue. The best ranked assignment starts as soon as a
/// slot is free, without a round trip; handoffs are taken in while it works.
struct agent_state {
  static inline const char* name = "agent";

  agent_options options;
  std::uint32_t free_slots = 0;
  std::uint64_t processes = 0; ///< started so far
  /// Assigned and not begun, best rank first; a rank is unique.
  std::map<std::uint32_t, assign_task> queue;
  /// Begun and not ended, by the process that works on it.
  std::unordered_map<process_id, attempt_order> running;
  handoff_table handoffs;
};

/// Spawn with `options`; the actor stops when told to exit. Its messages are
/// those of `agent_actor`.
agent_actor::behavior_type
agent_behavior(agent_actor::stateful_pointer<agent_state> self,
               agent_options options);

} // namespace tutti
