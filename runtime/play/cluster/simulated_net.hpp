// SPDX-License-Identifier: BSD-3-Clause
// A network in virtual time: one listener, nodes that connect to it, and what
// can befall them. As with TCP a connection keeps the order and loses nothing
// while it lasts: what a partition holds back arrives once it heals, or the
// connection is gone.
#pragma once

#include "runtime/cluster/net_events.hpp"
#include "runtime/play/play_clock.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tutti::play {

enum class net_way : std::uint8_t { to_hub, to_node };

class simulated_net {
public:
  explicit simulated_net(play_clock clock) : clock_(std::move(clock)) {
  }
  simulated_net(const simulated_net&) = delete;
  simulated_net& operator=(const simulated_net&) = delete;

  // -- who takes part ---------------------------------------------------------

  [[nodiscard]] cluster::net_opener listener();
  /// `certificate`: what the hub sees of it; empty: none.
  [[nodiscard]] cluster::net_opener node(std::string name,
                                         std::string certificate = {});

  // -- what befalls it --------------------------------------------------------

  duration latency{0};
  /// Each frame that arrives; may change it.
  std::function<void(net_way, std::string&)> tamper;

  /// What goes this way between the node and the hub stands still.
  void hold(const std::string& node, net_way x) {
    holds_[{node, x}] = true;
  }
  void hold(const std::string& node) {
    hold(node, net_way::to_hub);
    hold(node, net_way::to_node);
  }
  void release(const std::string& node, net_way x);
  void release(const std::string& node) {
    release(node, net_way::to_hub);
    release(node, net_way::to_node);
  }
  /// Both ways of this node take so much longer from now on; may be negative.
  void slow(const std::string& node, duration by) {
    slower_[node] += by;
  }
  /// All connections of the node are gone, at both ends.
  void reset(const std::string& node);
  /// The process of the hub, or of a node, is gone.
  void kill_hub();
  void kill(const std::string& node);
  /// The process of a node has ended: what it said before arrives.
  void end(const std::string& node);

  /// Sent to a node, and not arrived.
  [[nodiscard]] std::size_t bytes_held(const std::string& node,
                                       net_way x) const;

private:
  struct endpoint;

  struct direction {
    duration last{0}; ///< when the last one that left arrives
    std::size_t bytes = 0;
  };

  struct connection {
    cluster::connection_id id = 0;
    std::string node;
    std::weak_ptr<endpoint> at_hub;
    std::weak_ptr<endpoint> at_node;
    bool hub_closed = false;
    bool node_closed = false;
    direction ways[2];

    [[nodiscard]] direction& to(net_way x) {
      return ways[static_cast<std::size_t>(x)];
    }
    [[nodiscard]] const direction& to(net_way x) const {
      return ways[static_cast<std::size_t>(x)];
    }
    [[nodiscard]] std::shared_ptr<endpoint> receiver(net_way x) const {
      return x == net_way::to_hub ? at_hub.lock() : at_node.lock();
    }
    [[nodiscard]] bool& closed(net_way x) {
      return x == net_way::to_hub ? hub_closed : node_closed;
    }
  };
  using shared = std::shared_ptr<connection>;
  /// A connection, one way.
  using lane = std::pair<cluster::connection_id, net_way>;

  struct endpoint : cluster::transport, std::enable_shared_from_this<endpoint> {
    endpoint(simulated_net& of, std::string its_name,
             cluster::transport_events its_events);

    cluster::connection_id connect(const std::string&, std::uint16_t) override;
    void admit(cluster::connection_id) override {
    }
    void send(cluster::connection_id x, std::string frame) override;
    [[nodiscard]] std::size_t
    unsent_bytes(cluster::connection_id x) const override;
    void close(cluster::connection_id x) override;
    [[nodiscard]] net_way outward() const {
      return name.empty() ? net_way::to_node : net_way::to_hub;
    }
    [[nodiscard]] net_way inward() const {
      return name.empty() ? net_way::to_hub : net_way::to_node;
    }

    simulated_net& net;
    std::string name; ///< empty: the hub
    std::string certificate;
    cluster::transport_events events;
  };

  [[nodiscard]] shared find(cluster::connection_id x) const;
  [[nodiscard]] bool is_held(const std::string& node, net_way x) const;
  [[nodiscard]] duration latency_of(const std::string& node) const;
  void post(const shared& c, net_way x, std::function<void()> deed);
  cluster::connection_id connect(const std::shared_ptr<endpoint>& from);
  void open(const shared& c);
  void send(const endpoint& from, cluster::connection_id id, std::string frame);
  void close(const endpoint& from, cluster::connection_id id);
  static void tell_closed(connection& c, net_way x, const std::string& why);
  void reset(connection& c);
  [[nodiscard]] bool must_wait(const connection& c, net_way x) const;

  play_clock clock_;
  std::shared_ptr<endpoint> hub_;
  std::vector<shared> connections_;
  std::map<std::pair<std::string, net_way>, bool> holds_;
  std::map<lane, std::deque<std::function<void()>>> waiting_; ///< held back
  std::map<std::string, duration> slower_;
  cluster::connection_id ids_ = 0;
};

} // namespace tutti::play
