// SPDX-License-Identifier: BSD-3-Clause
// A network in virtual time: one listener, nodes that connect to it, and what
// can befall them. As with TCP a connection keeps the order and loses nothing
// while it lasts: what a partition holds back arrives once it heals, or the
// connection is gone.
#pragma once

#include "runtime/cluster/net_events.hpp"
#include "runtime/play/stage.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

struct net_deed {
  std::function<void()> run;
};

using net_clock_actor = caf::typed_actor<caf::reacts_to<net_deed>>;

inline net_clock_actor::behavior_type net_clock(net_clock_actor::pointer) {
  return {
      [](const net_deed& x) {
        x.run();
      },
  };
}

enum class way : std::uint8_t { to_hub, to_node };

class simulated_net {
public:
  explicit simulated_net(play::stage& on)
    : stage_(on), clock_(on.spawn(net_clock)) {
  }
  /// What is held back knows its connection, and is held by it.
  ~simulated_net() {
    for (const auto& c : connections_)
      for (auto& d : c->ways)
        d.waiting.clear();
  }
  simulated_net(const simulated_net&) = delete;
  simulated_net& operator=(const simulated_net&) = delete;

  // -- who takes part ---------------------------------------------------------

  [[nodiscard]] cluster::net_opener listener() {
    return [this](cluster::transport_events events) {
      hub_ = std::make_shared<end>(*this, std::string{}, std::move(events));
      return hub_;
    };
  }
  /// `certificate`: what the hub sees of it; empty: none.
  [[nodiscard]] cluster::net_opener node(std::string name,
                                         std::string certificate = {}) {
    return [this, name = std::move(name), certificate = std::move(certificate)](
               cluster::transport_events events) {
      auto result = std::make_shared<end>(*this, name, std::move(events));
      result->certificate = certificate;
      return result;
    };
  }

  // -- what befalls it --------------------------------------------------------

  duration latency{0};
  /// Each frame that arrives; may change it.
  std::function<void(way, std::string&)> tamper;

  /// What goes this way between the node and the hub stands still.
  void hold(const std::string& node, way x) {
    holds_[{node, x}] = true;
  }
  void hold(const std::string& node) {
    hold(node, way::to_hub);
    hold(node, way::to_node);
  }
  void release(const std::string& node) {
    for (auto x : {way::to_hub, way::to_node})
      holds_[{node, x}] = false;
    for (auto& c : connections_)
      if (c->node == node)
        for (auto x : {way::to_hub, way::to_node})
          for (auto& deed : std::exchange(c->to(x).waiting, {}))
            post(c, x, std::move(deed));
  }
  /// All connections of the node are gone, at both ends.
  void reset(const std::string& node) {
    for (const auto& c : connections_)
      if (c->node == node)
        reset(*c);
  }
  /// The process of the hub, or of a node, is gone.
  void kill_hub() {
    for (const auto& c : connections_) {
      c->at_hub.reset();
      reset(*c);
    }
    hub_.reset();
  }
  void kill(const std::string& node) {
    for (const auto& c : connections_)
      if (c->node == node) {
        c->at_node.reset();
        reset(*c);
      }
  }

  /// Sent to a node, and not arrived.
  [[nodiscard]] std::size_t bytes_held(const std::string& node, way x) const {
    std::size_t result = 0;
    for (const auto& c : connections_)
      if (c->node == node && c->is_open)
        result += c->to(x).bytes;
    return result;
  }

private:
  struct end;

  struct direction {
    std::deque<std::function<void()>> waiting;
    duration last{0}; ///< when the last one that left arrives
    std::size_t bytes = 0;
  };

  struct connection {
    cluster::connection_id id = 0;
    std::string node;
    std::weak_ptr<end> at_hub;
    std::weak_ptr<end> at_node;
    bool is_open = false; ///< the hub knows it
    bool hub_closed = false;
    bool node_closed = false;
    direction ways[2];

    [[nodiscard]] direction& to(way x) {
      return ways[static_cast<std::size_t>(x)];
    }
    [[nodiscard]] const direction& to(way x) const {
      return ways[static_cast<std::size_t>(x)];
    }
    [[nodiscard]] std::shared_ptr<end> receiver(way x) const {
      return x == way::to_hub ? at_hub.lock() : at_node.lock();
    }
    [[nodiscard]] bool& closed(way x) {
      return x == way::to_hub ? hub_closed : node_closed;
    }
  };
  using shared = std::shared_ptr<connection>;

  struct end : cluster::transport, std::enable_shared_from_this<end> {
    end(simulated_net& of, std::string its_name,
        cluster::transport_events its_events)
      : net(of), name(std::move(its_name)), events(std::move(its_events)) {
    }

    cluster::connection_id connect(const std::string&, std::uint16_t) override {
      return net.connect(shared_from_this());
    }
    void admit(cluster::connection_id) override {
    }
    void send(cluster::connection_id x, std::string frame) override {
      net.send(*this, x, std::move(frame));
    }
    [[nodiscard]] std::size_t
    unsent_bytes(cluster::connection_id x) const override {
      auto c = net.find(x);
      return c ? c->to(outward()).bytes : 0;
    }
    void close(cluster::connection_id x) override {
      net.close(*this, x);
    }
    [[nodiscard]] way outward() const {
      return name.empty() ? way::to_node : way::to_hub;
    }
    [[nodiscard]] way inward() const {
      return name.empty() ? way::to_hub : way::to_node;
    }

    simulated_net& net;
    std::string name; ///< empty: the hub
    std::string certificate;
    cluster::transport_events events;
  };

  [[nodiscard]] shared find(cluster::connection_id x) const {
    auto i = std::find_if(connections_.begin(), connections_.end(),
                          [x](const shared& c) {
                            return c->id == x;
                          });
    return i == connections_.end() ? nullptr : *i;
  }
  [[nodiscard]] bool is_held(const std::string& node, way x) const {
    auto i = holds_.find({node, x});
    return i != holds_.end() && i->second;
  }

  void later(duration span, std::function<void()> then) {
    caf::delayed_anon_send(clock_, span, net_deed{std::move(then)});
  }

  /// In order, after the latency, unless it is held back.
  void post(const shared& c, way x, std::function<void()> deed) {
    auto& d = c->to(x);
    if (is_held(c->node, x) || !d.waiting.empty()) {
      d.waiting.push_back(std::move(deed));
      return;
    }
    d.last = std::max(d.last, stage_.now() + latency);
    later(d.last - stage_.now(), [this, c, x, deed = std::move(deed)] {
      if (is_held(c->node, x) || !c->to(x).waiting.empty())
        c->to(x).waiting.push_back(deed);
      else
        deed();
    });
  }

  cluster::connection_id connect(const std::shared_ptr<end>& from) {
    auto c = std::make_shared<connection>();
    c->id = ++ids_;
    c->node = from->name;
    c->at_node = from;
    c->at_hub = hub_;
    connections_.push_back(c);
    if (!hub_) {
      later(latency, [this, c] {
        tell_closed(*c, way::to_node, "connection refused");
      });
      return c->id;
    }
    post(c, way::to_hub, [this, c] {
      auto there = c->at_hub.lock();
      auto from_node = c->at_node.lock();
      if (!there || !from_node)
        return reset(*c);
      if (c->node_closed)
        return;
      c->is_open = true;
      there->events.opened(c->id,
                           {from_node->certificate, c->node + ":1", true});
      post(c, way::to_node, [c] {
        if (auto to = c->at_node.lock(); to && !c->node_closed)
          to->events.opened(c->id, {{}, "hub:1", false});
      });
    });
    return c->id;
  }

  void send(const end& from, cluster::connection_id id, std::string frame) {
    auto c = find(id);
    if (!c || c->closed(from.inward()))
      return;
    auto x = from.outward();
    c->to(x).bytes += frame.size();
    post(c, x, [this, c, x, frame = std::move(frame)] {
      c->to(x).bytes -= frame.size();
      auto to = c->receiver(x);
      if (!to || c->closed(x))
        return;
      auto seen = frame;
      if (tamper)
        tamper(x, seen);
      to->events.arrived(c->id, std::move(seen));
    });
  }

  void close(const end& from, cluster::connection_id id) {
    auto c = find(id);
    if (!c || c->closed(from.inward()))
      return;
    post(c, from.outward(), [this, c, x = from.outward()] {
      tell_closed(*c, x, "closed by the peer");
    });
    tell_closed(*c, from.inward(), "closed here");
  }

  /// The last word, at who receives what goes this way.
  void tell_closed(connection& c, way x, const std::string& why) {
    if (std::exchange(c.closed(x), true))
      return;
    if (auto to = c.receiver(x))
      to->events.closed(c.id, why);
  }

  void reset(connection& c) {
    for (auto x : {way::to_hub, way::to_node}) {
      c.to(x) = {};
      tell_closed(c, x, "connection reset");
    }
  }

  play::stage& stage_;
  net_clock_actor clock_;
  std::shared_ptr<end> hub_;
  std::vector<shared> connections_;
  std::map<std::pair<std::string, way>, bool> holds_;
  cluster::connection_id ids_ = 0;
};

} // namespace tutti::test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::test::net_deed)
