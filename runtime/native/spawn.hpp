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

/// Whether that is a `batch_agent_actor`: all are but those of one's own.
[[nodiscard]] bool takes_batches(const tutti::agent& x, const agents* team);

} // namespace tutti::native
