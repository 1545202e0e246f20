// SPDX-License-Identifier: BSD-3-Clause
// The gateway: a node, as its own process sees it (semantics §32–§34). It looks
// for an orchestrator, keeps the link to it, and has an agent here for each
// placing that it is told of.
//
//   seeks ─welcome─▶ clears ─ready─▶ takes part ─goodbye─▶ seeks, or done
//     ▲   what is not kept is ended     │ connection lost
//     └─────────── resumes ◀────────────┘
#pragma once

#include "actors/time_source.hpp"
#include "messages/cluster.hpp"
#include "messages/error.hpp"
#include "messages/interfaces.hpp"
#include "runtime/cluster/epoch.hpp"
#include "runtime/cluster/net_events.hpp"
#include "runtime/cluster/seat_actors.hpp"
#include "runtime/secrets/secret_value.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tutti::cluster {

class gateway_core;
class gateway_actor_ports;

/// The run that the node takes part in.
struct node_run {
  std::string run_id;
  std::shared_ptr<const plan> work; ///< its directory is the node's own
  std::vector<secrets::secret_value> secrets;
};

/// What the agents of a run share here.
struct node_parts {
  process_actor processes;
  artifact_actor artifacts; ///< takes files in and puts them where they belong
  file_mover_actor files;   ///< may be the same actor; null: no files are moved
  /// The node cannot take part after all: a sentence without its full stop.
  std::string mistake;
};

/// One placing, for who spawns its agent: what goes into its options.
struct seat_options {
  agent_address who;
  std::uint64_t first_id = 0;
  orchestrator_actor orchestrator;
  observer_actor observer;
  process_actor processes;
  artifact_actor artifacts; ///< payloads go to the run's store
};

/// How a gateway came to its end.
struct gateway_end {
  exit_code code = exit_code::ok; ///< of the node
  std::string why;                ///< a sentence without its full stop
};

struct gateway_options {
  std::string name;
  std::string version;
  std::uint64_t incarnation = 0;   ///< random; of this process
  std::vector<std::string> labels; ///< sorted, with `native:NAME`
  std::uint32_t slots = 1;         ///< 0: no limit
  std::string directory; ///< absolute; where relative paths of plans start

  std::string host; ///< of the orchestrator
  std::uint16_t port = 0;
  net_opener open_net;
  bool once = false; ///< it is done after one run

  /// Called as a run begins here, before its first agent is spawned. `files`:
  /// what the mover has to say to the orchestrator's goes there.
  std::function<node_parts(const node_run&, const file_link_actor& files)>
      begin_run;
  std::function<agent_actor(const node_run&, const seat_options&)> spawn_agent;
  /// Nothing of the run is alive here any more.
  std::function<void()> end_run;
  /// It takes part in nothing any more; the last call.
  std::function<void(const gateway_end&)> done;
  /// What the user may want to know, a sentence without its full stop: "takes
  /// part in run 7f3a".
  std::function<void(const std::string&)> note;

  /// From one try to connect to the next, at first and at most.
  duration retry_first{std::chrono::milliseconds(200)};
  duration retry_max{std::chrono::seconds(5)};
  time_source clock; ///< empty: the one of the actors
};

/// To the gateway: the node goes. What it works on is killed, the orchestrator
/// is told.
struct leave_cluster {
  std::string why; ///< a clause: "it was stopped"
  /// Its processes have been killed already, and it can run no others.
  bool is_broken = false;
};

/// A timer of the gateway is due; it sends this to itself.
struct gateway_timer {
  duration at{0}; ///< see `send_after`
};

using gateway_actor = caf::typed_actor<
    // From the transport.
    caf::reacts_to<net_opened>, caf::reacts_to<net_arrived>,
    caf::reacts_to<net_closed>, caf::reacts_to<net_refused>,
    // From the agents here, by who stands between.
    caf::reacts_to<to_hub>, caf::reacts_to<task_progress>,
    caf::reacts_to<seat_is_quiet>,
    // From the file link.
    caf::reacts_to<chunk_wanted>, caf::reacts_to<chunk>,
    caf::reacts_to<log_grew>, caf::reacts_to<files_offered>,
    // From who owns the node.
    caf::reacts_to<leave_cluster>, caf::reacts_to<gateway_timer>,
    caf::reacts_to<flush_link>>;

struct gateway_state {
  static inline const char* name = "gateway";

  gateway_state();
  ~gateway_state();

  std::unique_ptr<gateway_actor_ports> ports;
  std::unique_ptr<gateway_core> core;
  time_source clock;
  duration armed{0}; ///< the timer that counts; 0: none
};

/// Spawn with `options`. Told to exit, it ends its agents with it.
gateway_actor::behavior_type
gateway_behavior(gateway_actor::stateful_pointer<gateway_state> self,
                 gateway_options options);

} // namespace tutti::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::leave_cluster)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::gateway_timer)
