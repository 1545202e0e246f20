// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/agent/agent_core.hpp"
#include "actors/time_source.hpp"
#include "messages/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace tutti {

class desk; // actors/orchestrator/desk.hpp

/// One agent: who it is, and whom it talks to. The handles of the artifact
/// store and the live server may be null: then its tasks have neither.
struct agent_options {
  agent_id id;
  std::uint32_t slots = 1;                  ///< at least 1
  duration grace{std::chrono::seconds(10)}; ///< from TERM to KILL
  std::shared_ptr<const plan> work;
  orchestrator_actor orchestrator;
  /// The same one, where it is in this program: it is told together what a
  /// message led to. Null: each thing by itself.
  report_actor reports;
  observer_actor observer;
  process_actor processes;
  artifact_actor artifacts;
  live_actor live;
  output_names looked_at;  ///< by the orchestrator; null: found here
  std::string live_socket; ///< path; TUTTI_SOCKET
  std::function<std::string()> make_token; ///< 32 hexadecimal digits
  text_mask mask;                          ///< of all that its tasks say
  /// How its tasks are worked on; empty: by commands.
  std::function<std::unique_ptr<driver>(driver_host&)> make_driver;
  time_source clock; ///< of the run
  /// See `engine::graph::is_plain`; false: it may be so all the same.
  bool plain_tasks = false;
  /// Called with where the orchestrator may have its work done, where there is
  /// such a place; empty: it may not.
  std::function<void(agent_id, std::shared_ptr<desk>)> offer_desk;
  /// The ids that it chooses, of processes and others, are above this one: they
  /// differ from those of an earlier placing. Below 2^40.
  std::uint64_t first_id = 0;
};

class agent_parts; // agent.cpp

/// A mailbox before an `agent_core`, which does all the work.
struct agent_state {
  static inline const char* name = "agent";

  agent_state();
  ~agent_state();

  std::unique_ptr<agent_parts> parts; ///< from its first turn on
};

/// A timer of the agent is due; it sends this to itself.
struct agent_timer {
  std::uint64_t timer = 0;
  duration at{0}; ///< see `send_after`
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, agent_timer& x) {
  return f(caf::meta::type_name("agent_timer"), x.timer, x.at);
}

using agent_with_timers =
    batch_agent_actor::extend<caf::reacts_to<agent_timer>>;

/// Spawn with `options`; the actor stops when told to exit. Its messages are
/// those of `agent_actor`.
agent_with_timers::behavior_type
agent_behavior(agent_with_timers::stateful_pointer<agent_state> self,
               agent_options options);

} // namespace tutti

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::agent_timer)
