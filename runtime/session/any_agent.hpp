// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/agent/agent.hpp"
#include "runtime/native/native.hpp"

#include <caf/actor_system.hpp>

namespace tutti::session {

/// Spawns the actor of an agent of the plan: a session, a native one, or one
/// that works by commands, as the plan says.
[[nodiscard]] agent_actor spawn_any_agent(caf::actor_system& system,
                                          agent_options options,
                                          const native::agents* natives);

} // namespace tutti::session
