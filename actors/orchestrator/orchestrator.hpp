// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/orchestrator/engine/engine.hpp"
#include "messages/interfaces.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace tutti {

struct orchestrator_options {
  std::shared_ptr<const plan> work;
  engine::graph_options graph;
  observer_actor observer;
  /// Called once by the orchestrator as it starts, with its own handle: spawns
  /// the agents, in plan order.
  std::function<std::vector<agent_actor>(orchestrator_actor)> spawn_agents;
  /// As `spawn_agents`, for the services; may be empty where there are none.
  std::function<std::vector<service_actor>(orchestrator_actor)> spawn_services;
};

/// The engine's shell: a message becomes an event, commands become messages.
/// It decides nothing itself. What outlives tasks (services, sessions) is ended
/// before the end of the run is told.
struct orchestrator_state {
  static inline const char* name = "orchestrator";

  orchestrator_options options;
  std::unique_ptr<engine::engine> engine;
  engine::decision decided; ///< reused from step to step
  std::vector<agent_actor> agents;
  std::vector<service_actor> services;
  caf::actor_clock::time_point start; ///< of the run
  /// The last fact, held back until all of these have left.
  run_facts ending;
  std::vector<bool> agents_to_leave;
  std::vector<bool> services_to_end;
};

/// A timer of the engine is due; the orchestrator sends it to itself.
struct timer_due {
  engine::timer_fires timer;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, timer_due& x) {
  return f(caf::meta::type_name("timer_due"), x.timer.kind, x.timer.subject,
           x.timer.epoch);
}

using orchestrator_with_timers =
    orchestrator_actor::extend<caf::reacts_to<timer_due>>;

/// Spawn with `options`, then send `begin_run`; it stops when told to exit.
orchestrator_with_timers::behavior_type orchestrator_behavior(
    orchestrator_with_timers::stateful_pointer<orchestrator_state> self,
    orchestrator_options options);

} // namespace tutti

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::timer_due)
