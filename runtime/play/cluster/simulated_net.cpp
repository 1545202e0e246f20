// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/cluster/simulated_net.hpp"

#include <algorithm>

namespace tutti::play {

// -- ends ---------------------------------------------------------------------

simulated_net::endpoint::endpoint(simulated_net& of, std::string its_name,
                                  cluster::transport_events its_events)
  : net(of), name(std::move(its_name)), events(std::move(its_events)) {
}

cluster::connection_id simulated_net::endpoint::connect(const std::string&,
                                                        std::uint16_t) {
  return net.connect(shared_from_this());
}

void simulated_net::endpoint::send(cluster::connection_id x,
                                   std::string frame) {
  net.send(*this, x, std::move(frame));
}

std::size_t
simulated_net::endpoint::unsent_bytes(cluster::connection_id x) const {
  auto c = net.find(x);
  return c ? c->to(outward()).bytes : 0;
}

void simulated_net::endpoint::close(cluster::connection_id x) {
  net.close(*this, x);
}

// -- who takes part -----------------------------------------------------------

cluster::net_opener simulated_net::listener() {
  return [this](cluster::transport_events events) {
    hub_ = std::make_shared<endpoint>(*this, std::string{}, std::move(events));
    return hub_;
  };
}

cluster::net_opener simulated_net::node(std::string name,
                                        std::string certificate) {
  return [this, name = std::move(name), certificate = std::move(certificate)](
             cluster::transport_events events) {
    auto result = std::make_shared<endpoint>(*this, name, std::move(events));
    result->certificate = certificate;
    return result;
  };
}

// -- what befalls it ----------------------------------------------------------

void simulated_net::release(const std::string& node, net_way x) {
  holds_[{node, x}] = false;
  for (auto& c : connections_)
    if (c->node == node)
      if (auto found = waiting_.extract({c->id, x}))
        for (auto& deed : found.mapped())
          post(c, x, std::move(deed));
}

void simulated_net::reset(const std::string& node) {
  for (const auto& c : connections_)
    if (c->node == node)
      reset(*c);
}

void simulated_net::kill_hub() {
  for (const auto& c : connections_) {
    c->at_hub.reset();
    reset(*c);
  }
  hub_.reset();
}

void simulated_net::kill(const std::string& node) {
  for (const auto& c : connections_)
    if (c->node == node) {
      c->at_node.reset();
      reset(*c);
    }
}

void simulated_net::end(const std::string& node) {
  for (const auto& c : connections_)
    if (c->node == node) {
      c->at_node.reset();
      c->node_closed = true;
      post(c, net_way::to_hub, [c] {
        tell_closed(*c, net_way::to_hub, "closed by the peer");
      });
    }
}

std::size_t simulated_net::bytes_held(const std::string& node,
                                      net_way x) const {
  std::size_t result = 0;
  for (const auto& c : connections_)
    if (c->node == node && !c->hub_closed && !c->node_closed)
      result += c->to(x).bytes;
  return result;
}

// -- on the way ---------------------------------------------------------------

simulated_net::shared simulated_net::find(cluster::connection_id x) const {
  auto i = std::find_if(connections_.begin(), connections_.end(),
                        [x](const shared& c) {
                          return c->id == x;
                        });
  return i == connections_.end() ? nullptr : *i;
}

bool simulated_net::is_held(const std::string& node, net_way x) const {
  auto i = holds_.find({node, x});
  return i != holds_.end() && i->second;
}

duration simulated_net::latency_of(const std::string& node) const {
  auto i = slower_.find(node);
  return i == slower_.end() ? latency : latency + i->second;
}

bool simulated_net::must_wait(const connection& c, net_way x) const {
  return is_held(c.node, x) || waiting_.contains({c.id, x});
}

/// In order, after the latency, unless it is held back.
void simulated_net::post(const shared& c, net_way x,
                         std::function<void()> deed) {
  auto& d = c->to(x);
  if (must_wait(*c, x)) {
    waiting_[{c->id, x}].push_back(std::move(deed));
    return;
  }
  d.last = std::max(d.last, clock_.now() + latency_of(c->node));
  clock_.at(d.last, [this, c, x, deed = std::move(deed)] {
    if (must_wait(*c, x))
      waiting_[{c->id, x}].push_back(deed);
    else
      deed();
  });
}

cluster::connection_id
simulated_net::connect(const std::shared_ptr<endpoint>& from) {
  std::erase_if(connections_, [](const shared& c) {
    return c->hub_closed && c->node_closed;
  });
  auto c = std::make_shared<connection>();
  c->id = ++ids_;
  c->node = from->name;
  c->at_node = from;
  c->at_hub = hub_;
  connections_.push_back(c);
  post(c, net_way::to_hub, [this, c] {
    open(c);
  });
  return c->id;
}

/// The node's first packet has come to where the hub is, or is not.
void simulated_net::open(const shared& c) {
  auto there = c->at_hub.lock();
  auto from_node = c->at_node.lock();
  if (!there || !from_node) {
    tell_closed(*c, net_way::to_node, "connection refused");
    return reset(*c);
  }
  if (c->node_closed)
    return;
  there->events.opened(c->id, {from_node->certificate, c->node + ":1", true});
  post(c, net_way::to_node, [c] {
    if (auto to = c->at_node.lock(); to && !c->node_closed)
      to->events.opened(c->id, {{}, "hub:1", false});
  });
}

void simulated_net::send(const endpoint& from, cluster::connection_id id,
                         std::string frame) {
  auto c = find(id);
  if (!c || c->closed(from.inward()))
    return;
  auto x = from.outward();
  c->to(x).bytes += frame.size();
  post(c, x, [this, c, x, frame = std::move(frame)] {
    c->to(x).bytes -= std::min(c->to(x).bytes, frame.size());
    auto to = c->receiver(x);
    if (!to || c->closed(x))
      return;
    auto seen = frame;
    if (tamper)
      tamper(x, seen);
    to->events.arrived(c->id, std::move(seen));
  });
}

void simulated_net::close(const endpoint& from, cluster::connection_id id) {
  auto c = find(id);
  if (!c || c->closed(from.inward()))
    return;
  post(c, from.outward(), [c, x = from.outward()] {
    tell_closed(*c, x, "closed by the peer");
  });
  tell_closed(*c, from.inward(), "closed here");
}

/// The last word, at who receives what goes this way.
void simulated_net::tell_closed(connection& c, net_way x,
                                const std::string& why) {
  if (std::exchange(c.closed(x), true))
    return;
  if (auto to = c.receiver(x))
    to->events.closed(c.id, {why, {}});
}

void simulated_net::reset(connection& c) {
  for (auto x : {net_way::to_hub, net_way::to_node}) {
    c.to(x) = {};
    waiting_.erase({c.id, x});
    tell_closed(c, x, "connection reset");
  }
}

} // namespace tutti::play
