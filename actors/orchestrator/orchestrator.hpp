// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/orchestrator/desk.hpp"
#include "actors/orchestrator/engine/engine.hpp"
#include "actors/orchestrator/held_sends.hpp"
#include "actors/orchestrator/outbox.hpp"
#include "actors/time_source.hpp"
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
  /// Whether an agent that it spawned is a `batch_agent_actor`; empty: none is.
  std::function<bool(agent_id)> takes_batches;
  /// Where the orchestrator may have the work of one that takes batches done in
  /// its own turn; null: nowhere. May be empty.
  std::function<std::shared_ptr<desk>(agent_id)> desk_of;
  /// As `spawn_agents`, for the services; may be empty where there are none.
  std::function<std::vector<service_actor>(orchestrator_actor)> spawn_services;
  /// Null: nothing is made durable, and nothing waits for it.
  journal_actor journal;
  /// Only the end of the run waits for the journal (`--durability off`).
  bool writes_behind = false;
  /// Where nothing waits for the journal: facts that follow upon others gather
  /// for so long at most before they are told, so that viewers cost little
  /// where much happens. 0: they do not.
  duration gathers{0};
  /// Of a run that goes on: the facts of its journal are folded into it. Null:
  /// a new one.
  std::shared_ptr<engine::engine> engine;
  engine::event first = engine::run_begins{}; ///< what `begin_run` means
  std::uint64_t journaled = 0; ///< facts that are in the journal already
  duration elapsed{0};         ///< since the run's start, as it begins
  /// Nanoseconds since 1970; for what is due by the wall clock (§24). Empty:
  /// time goes by the actors' clock alone.
  std::function<std::int64_t()> wall_clock;
  time_source clock; ///< of the run
  /// Called before and after each message to an agent or a service, for tests
  /// that end the program there; usually empty.
  std::function<void()> probe;
};

/// The engine's shell: a message becomes an event, commands become messages.
/// It decides nothing itself. What outlives tasks (services, sessions) is ended
/// before the end of the run is told.
struct orchestrator_state {
  static inline const char* name = "orchestrator";

  orchestrator_options options;
  std::shared_ptr<engine::engine> engine;
  engine::decision decided; ///< facts that are not told yet; of the last step
                            ///< its commands
  std::vector<agent_actor> agents;
  std::vector<bool> batches; ///< by agent: it takes what has gathered for it
  std::vector<std::shared_ptr<desk>> desks; ///< by agent; null: it has none
  agent_reports at_desk; ///< its memory is used again and again
  outbox gathered;
  std::vector<service_actor> services;
  held_sends sends{0, held_sends::wait_for::nothing, 0};
  duration start{0};           ///< of the run, by its clock
  duration latest{0};          ///< of the last event: no later one is before it
  std::int32_t stuck_code = 0; ///< not 0: the journal is stuck
  duration idle_since{0};      ///< while it is: since when nothing runs
  bool begun = false;          ///< it was told to begin
  std::vector<engine::event> early; ///< about nodes, before that
  bool looks = false;               ///< a `look_at_journal` is under way
  duration told_at{0};              ///< when facts left last
  bool tells_soon = false;          ///< a `tell_gathered` is under way
  bool told_to_stop = false; ///< by a person: the end is not to take long
  bool gave_up = false;      ///< it was stuck for too long
  std::vector<std::uint32_t> not_kept; ///< tasks whose ends it did not take
  /// The last fact, held back until all of these have left.
  fact_list ending;
  std::vector<bool> agents_to_leave;
  std::vector<bool> services_to_end;
};

/// A timer of the engine is due; the orchestrator sends it to itself.
struct timer_due {
  engine::timer_fires timer;
  duration at{0};        ///< since the run's start
  std::int64_t wall = 0; ///< by the wall clock; 0: not by it
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, timer_due& x) {
  return f(caf::meta::type_name("timer_due"), x.timer.kind, x.timer.subject,
           x.timer.epoch, x.at, x.wall);
}

/// The journal is stuck: time to see whether it still is.
struct look_at_journal {};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, look_at_journal&) {
  return f(caf::meta::type_name("look_at_journal"));
}

/// Facts have gathered for long enough.
struct tell_gathered {};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, tell_gathered&) {
  return f(caf::meta::type_name("tell_gathered"));
}

using orchestrator_with_timers = orchestrator_actor::extend<
    caf::reacts_to<agent_reports>, caf::reacts_to<timer_due>,
    caf::reacts_to<look_at_journal>, caf::reacts_to<tell_gathered>>;

using orchestrator_pointer =
    orchestrator_with_timers::stateful_pointer<orchestrator_state>;

/// Spawn with `options`, then send `begin_run`; it stops when told to exit.
orchestrator_with_timers::behavior_type
orchestrator_behavior(orchestrator_pointer self, orchestrator_options options);

} // namespace tutti

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::timer_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::look_at_journal)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::tell_gathered)
