// SPDX-License-Identifier: BSD-3-Clause
// Who an agent speaks with instead of the orchestrator and its store, where
// somebody is between them: what it says carries from which of its placings it
// comes.
#pragma once

#include "messages/cluster.hpp"
#include "messages/interfaces.hpp"
#include "runtime/cluster/net_events.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <set>
#include <type_traits>

namespace tutti::cluster {

/// The first id of an agent in a placing: ids of its placings differ.
[[nodiscard]] std::uint64_t first_id_of(std::uint32_t placing);

/// What a link brings for the agent itself, not for who stands for it.
template <class Message>
inline constexpr bool is_for_agent = true;
template <>
inline constexpr bool is_for_agent<place_agent> = false;
template <>
inline constexpr bool is_for_agent<files_taken> = false;

/// An actor to itself: time to send what has come meanwhile, together.
struct flush_link {};

/// Takes what an agent says.
using envelope_sink = caf::typed_actor<caf::reacts_to<to_hub>>;

/// The orchestrator, for an agent.
orchestrator_actor::behavior_type
seat_lead_behavior(orchestrator_actor::pointer self, const envelope_sink& to,
                   const agent_address& who);

/// The store, for an agent on a node: payloads go to the run's, files to the
/// node's, which answers the agent. `files` may be null.
artifact_actor::behavior_type seat_store_behavior(artifact_actor::pointer self,
                                                  const envelope_sink& to,
                                                  const agent_address& who,
                                                  const artifact_actor& files);

/// The observer, for the agents on a node.
using progress_sink = caf::typed_actor<caf::reacts_to<task_progress>>;
observer_actor::behavior_type
seat_observer_behavior(observer_actor::pointer self, const progress_sink& to);

/// All processes of a seat are to be killed; `seat_is_quiet` follows once none
/// is left.
struct end_seat {};

struct seat_is_quiet {
  agent_address who;
};

using quiet_sink = caf::typed_actor<caf::reacts_to<seat_is_quiet>>;

/// The process supervisor, for an agent on a node: knows what runs for it.
using seat_processes_actor = process_actor::extend<
    caf::reacts_to<process_started>, caf::reacts_to<process_line>,
    caf::reacts_to<process_output>, caf::reacts_to<process_exited>,
    caf::reacts_to<end_seat>>;

struct seat_processes_state {
  static inline const char* name = "seat-processes";

  std::set<process_id> running;
  agent_actor agent; ///< who started the first one
  bool ends = false;
};

seat_processes_actor::behavior_type seat_processes_behavior(
    seat_processes_actor::stateful_pointer<seat_processes_state> self,
    const quiet_sink& to, const agent_address& who,
    const process_actor& processes);

} // namespace tutti::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::flush_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::end_seat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::seat_is_quiet)
