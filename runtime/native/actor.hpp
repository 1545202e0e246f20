// SPDX-License-Identifier: BSD-3-Clause
// For who wants an actor of their own as an agent: it gets assignments and
// handoffs as they come and answers the orchestrator itself. docs/native.md
// says what is expected of it.
#pragma once

#include "messages/interfaces.hpp"
#include "runtime/native/native.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tutti::native {

/// Who the actor is in this run, and whom it talks to.
struct actor_place {
  agent_id id;
  std::uint32_t slots = 1; ///< tasks at once; the orchestrator counts them
  std::shared_ptr<const plan> work;
  orchestrator_actor orchestrator;
  observer_actor observer;  ///< of progress
  process_actor processes;  ///< starts processes for whoever asks
  artifact_actor artifacts; ///< null: there is no store
};

/// Spawns the actor; called once a run, for each agent of the plan that names
/// it, on a thread of the actor system. The session ends it with
/// `exit_reason::user_shutdown` when the run is over.
using actor_maker =
    std::function<agent_actor(caf::actor_system&, const actor_place&)>;

struct actor_entry {
  actor_maker make;
};

/// As `agents::add`, for an actor.
agents& add_actor(agents& team, std::string name, actor_maker make);

} // namespace tutti::native
