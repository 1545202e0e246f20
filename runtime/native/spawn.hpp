// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/agent/agent.hpp"
#include "runtime/native/native.hpp"

#include <caf/actor_system.hpp>

namespace tutti::native {

/// Spawns the actor of one agent: for a native one what `team` has under its
/// name, which must be there; else as `options` say.
[[nodiscard]] agent_actor spawn_agent(caf::actor_system& system,
                                      agent_options options,
                                      const agents* team);

/// Whether that is an actor of another kind than `agent_behavior`: one of one's
/// own, or a quick function.
[[nodiscard]] bool is_own_actor(const tutti::agent& x, const agents* team);

/// Of an agent that is a function with threads of its own, the driver; others
/// are left as they are.
void add_driver(agent_options& x, const agents* team);

/// Whether that is a `batch_agent_actor`: all are but those of one's own.
[[nodiscard]] bool takes_batches(const tutti::agent& x, const agents* team);

} // namespace tutti::native
