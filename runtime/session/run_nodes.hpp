// SPDX-License-Identifier: BSD-3-Clause
// The machines of a run as its session sees them: where it listens, what it
// shows them, and the hub that keeps their links. A run whose agents are all on
// this machine has none of this.
#pragma once

#include "actors/agent/agent.hpp"
#include "actors/orchestrator/engine/engine.hpp"
#include "messages/error.hpp"
#include "messages/interfaces.hpp"
#include "messages/plan.hpp"
#include "runtime/cluster/hub.hpp"
#include "runtime/cluster/node_list.hpp"
#include "runtime/session/state_directory.hpp"

#include <caf/actor_system.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tutti::native {
class agents;
}

namespace tutti::session {

/// What the command line says of machines.
struct node_choice {
  std::string host; ///< where to listen for nodes; empty: nowhere
  std::uint16_t port = 0;
  bool insecure = false;           ///< without TLS; this machine only
  std::string certificates;        ///< folder; empty: in the state directory
  std::vector<std::string> labels; ///< of this machine, sorted
  std::uint32_t nodes_min = 0;     ///< the run begins once so many are there
  /// So many nodes are started on this machine (`tutti up`).
  std::uint32_t own_nodes = 0;

  [[nodiscard]] bool listens() const {
    return !host.empty();
  }
};

/// Where nodes connect to. Made before anything of the run is shown, so that
/// what is wrong with it is said at once.
class node_listener {
public:
  /// `state_directory` is absolute. Any port (0) is the one that the run had
  /// before, where it is free: its nodes look for it there. The error is one of
  /// the address or of the certificates (exit 7).
  [[nodiscard]] static expected<std::shared_ptr<node_listener>>
  open(const node_choice& x, const std::string& state_directory,
       const std::string& run_directory);

  virtual ~node_listener() = default;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  /// For the hub, once: what has happened meanwhile is told to it first.
  [[nodiscard]] virtual cluster::net_opener opener() = 0;
};

/// Where nodes join, as they are told it (`--join`): "127.0.0.1:7700". All
/// addresses have the name of this machine.
[[nodiscard]] std::string join_address(const std::string& host,
                                       std::uint16_t port);

/// The same, of a run that listens or did; empty: it does not, or cannot be
/// known.
[[nodiscard]] std::string last_join_address(const std::string& run_directory);

/// What an orchestrator says of itself (§32): a counter that is on disk before
/// it returns, and what tells it from a copy. The error names the file (exit
/// 7).
[[nodiscard]] expected<cluster::epoch>
next_epoch(const std::string& run_directory);

/// And `native:NAME` for each native agent that this program has; sorted.
[[nodiscard]] std::vector<std::string>
with_native_labels(std::vector<std::string> labels,
                   const native::agents* natives);

/// Why no node that may come could have what the plan's agents ask for; none:
/// one could (exit 7).
[[nodiscard]] std::optional<error> lacks_nodes(const plan& p,
                                               const node_choice& x);

/// Why the plan cannot be sent to nodes; none: it can (exit 7).
[[nodiscard]] std::optional<error> too_large_for_nodes(const plan& p);

/// Where the agents of a run that goes on were, as far as their nodes may have
/// them still; null: a new run.
[[nodiscard]] std::vector<place_agent> kept_places(const engine::engine* e);

/// Whether some agent of the plan asks for a node.
[[nodiscard]] bool places_agents(const plan& p);

/// "10.0.0.7:7700", "[::1]:7700", "gpu.lan:7700", and for who listens ":7700"
/// (all addresses of this machine), as host and port.
struct host_port {
  std::string host;
  std::uint16_t port = 0;
};

/// The error says what is wrong with it; the port may be 0 where `any_port`.
[[nodiscard]] expected<host_port> read_host_port(const std::string& text,
                                                 bool any_port);

} // namespace tutti::session
