// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/agent/agent.hpp"
#include "runtime/native/native.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <memory>

namespace tutti::session {

/// Spawns the actor of an agent of the plan: a session, a native one, or one
/// that works by commands, as the plan says.
[[nodiscard]] agent_actor spawn_any_agent(caf::actor_system& system,
                                          agent_options options,
                                          const native::agents* natives);

/// The agents of a run, which differ in little.
struct agent_team {
  /// Of all of them but `id`, `slots` and `make_driver`.
  agent_options common;
  const native::agents* natives = nullptr; ///< must outlive them; may be null
};

/// As `spawn_any_agent`; but what works by commands or functions is made by its
/// first message, so that a large team takes memory as it comes to work.
[[nodiscard]] agent_actor
spawn_team_agent(caf::actor_system& system,
                 const std::shared_ptr<const agent_team>& team, agent_id who,
                 std::uint32_t slots);

} // namespace tutti::session
