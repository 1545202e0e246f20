// SPDX-License-Identifier: BSD-3-Clause
// The hub: all nodes of a run, as its orchestrator sees them (semantics
// §32–§34). It keeps one link to each, watches their leases, and knows which
// agent is on which node; what follows from that the engine decides.
//
//   orchestrator ─▶ stand-in of an agent ─▶ hub ─link─▶ gateway ─▶ agent
//
// A run has one where it listens for nodes or places agents (`runs-on`).
#pragma once

#include "actors/time_source.hpp"
#include "messages/cluster.hpp"
#include "messages/interfaces.hpp"
#include "runtime/cluster/epoch.hpp"
#include "runtime/cluster/net_events.hpp"
#include "runtime/cluster/node_list.hpp"
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

class hub_core;
class hub_actor_ports;

struct hub_options {
  std::shared_ptr<const plan> work;
  std::string run_id;
  cluster::epoch epoch; ///< of this orchestrator; durable already
  std::string version;  ///< of this tutti

  orchestrator_actor orchestrator;
  observer_actor observer;
  artifact_actor artifacts; ///< of the run; null: nothing is kept
  file_mover_actor files;   ///< null: no files are moved

  /// Called once, as the hub starts. Empty: no nodes but `local`.
  net_opener open_net;
  /// Nodes get those that the work of placed agents names; leave them out where
  /// `open_net` makes no TLS.
  std::vector<secrets::secret_value> secrets;

  // The node `local`.
  std::vector<std::string> local_labels;
  /// Spawns the agent of a placing on `local`: it speaks to `lead` instead of
  /// the orchestrator, and takes its ids from `first_id` on. The hub ends it.
  std::function<agent_actor(agent_id, const orchestrator_actor& lead,
                            std::uint64_t first_id)>
      spawn_local;

  /// Of a run that goes on: where its agents were placed. Their nodes may have
  /// them still, so that has to be known before any node comes.
  std::vector<place_agent> kept;

  // Before the run begins; the plan's `wait-for` and its timeout count, too.
  std::uint32_t nodes_min = 0;        ///< beside `local`
  std::function<void()> enough_nodes; ///< called once
  /// What is missing, a clause: "2 of 3 nodes, and one with the label gpu";
  /// called whenever it changes.
  std::function<void(const std::string&)> missing_nodes;
  /// The timeout is over, with what is missing; called once, instead of
  /// `enough_nodes`.
  std::function<void(const std::string&)> no_nodes;

  /// A node follows another orchestrator for good: this one is to stop (exit
  /// 8). A sentence without its full stop.
  std::function<void(const std::string&)> superseded;
  /// Something that the user should know, likewise: who was turned away and
  /// why.
  std::function<void(const std::string&)> note;
  /// Where the log of an attempt lies here, by its name on the node; empty: as
  /// it is.
  std::function<std::string(const std::string& node, const std::string& log)>
      log_path;
  std::shared_ptr<node_list> list; ///< to be kept up; may be null
  time_source clock;               ///< of the run
};

/// To the hub: this node is given no new work. Once nothing is placed there it
/// is told to leave.
struct drain_node {
  std::string node;
};

/// To the hub: the run is over, all nodes may go.
struct dismiss_nodes {};

/// From a file link of the hub.
template <class Message>
struct over_link {
  std::string node;
  std::uint64_t link = 0;
  Message what;
};

/// A timer of the hub is due; it sends this to itself.
struct hub_timer {
  duration at{0}; ///< see `send_after`
};

using hub_with_net = hub_actor::extend<
    // From the transport.
    caf::reacts_to<net_opened>, caf::reacts_to<net_arrived>,
    caf::reacts_to<net_closed>, caf::reacts_to<net_refused>,
    // From stand-ins; its placing is not set yet.
    caf::reacts_to<to_node>,
    // From agents on `local`.
    caf::reacts_to<to_hub>,
    // From the run's store, about payloads of nodes.
    caf::reacts_to<payload_kept>, caf::reacts_to<payload_loaded>,
    // From file links.
    caf::reacts_to<over_link<chunk_wanted>>, caf::reacts_to<over_link<chunk>>,
    caf::reacts_to<over_link<files_taken>>,
    // From who owns the run.
    caf::reacts_to<drain_node>, caf::reacts_to<dismiss_nodes>,
    caf::reacts_to<hub_timer>, caf::reacts_to<flush_link>>;

struct hub_state {
  static inline const char* name = "hub";

  hub_state();
  ~hub_state();

  std::unique_ptr<hub_actor_ports> ports;
  std::unique_ptr<hub_core> core;
  time_source clock;
  duration armed{0}; ///< the timer that counts; 0: none
};

/// Spawn with `options`, as the orchestrator spawns its agents. When it is told
/// to exit it says goodbye to its nodes, unless it is killed.
hub_with_net::behavior_type
hub_behavior(hub_with_net::stateful_pointer<hub_state> self,
             hub_options options);

/// Stands for an agent whose place is chosen (`runs-on`): give it to the
/// orchestrator. Who spawns it ends it.
placed_agent_actor::behavior_type
stand_in_behavior(placed_agent_actor::pointer self, const hub_with_net& hub,
                  agent_id agent);

} // namespace tutti::cluster

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::over_link<tutti::chunk_wanted>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::over_link<tutti::chunk>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::over_link<tutti::files_taken>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::drain_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::dismiss_nodes)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::cluster::hub_timer)
