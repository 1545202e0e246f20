// SPDX-License-Identifier: BSD-3-Clause
// Who takes part: leases, who is waited for, who leaves.
#include "runtime/cluster/hub_core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti::cluster {

const char* to_string(node_presence x) {
  switch (x) {
  case node_presence::joining:
    return "joining";
  case node_presence::present:
    return "present";
  case node_presence::silent:
    return "silent";
  case node_presence::draining:
    return "draining";
  case node_presence::lost:
    return "lost";
  case node_presence::left:
    return "left";
  }
  return "unknown";
}

void hub_core::begin(duration now) {
  begun_ = now;
  for (const auto& x : options_.kept)
    if (x.agent.value < places_.size() && !x.node.empty()
        && x.node != local_node)
      take_over(x, now);
  check_enough(now);
}

// -- leases -------------------------------------------------------------------

/// What it works on is given to others; it may come back, with nothing.
void hub_core::lose(node& n, const std::string& why, duration now) {
  n.is_in = false;
  n.is_expected = false;
  n.is_lost = true;
  static_cast<void>(n.out.take_back());
  ports_.close_files(n.name);
  ports_.to_lead(node_lost{n.name, why});
  for (std::size_t i = 0; i < places_.size(); ++i)
    if (places_[i].node == n.name) {
      // What these placings still say is late, though no other is chosen yet.
      places_[i].node.clear();
      places_[i].kept = false;
      say_left(agent_id{i});
    }
  check_enough(now);
}

void hub_core::say_gone(node& n) {
  n.is_lost = false;
  ports_.to_lead(node_gone{n.name});
}

/// It has left for good, and nothing of it is alive.
void hub_core::forget(node& n) {
  cut(n);
  n.lease.reset();
  n.link = 0;
  n.is_draining = false;
  n.has_left = true;
}

void hub_core::part(node& n, const std::string& why, duration now) {
  if (n.is_in)
    lose(n, why, now);
  if (n.is_lost)
    say_gone(n);
  forget(n);
  show(now);
}

void hub_core::beat(node& n, duration now) {
  auto number = n.lease->beat(now);
  send(n, heartbeat{number, n.lease->last_answered()});
}

void hub_core::check_lease(node& n, duration now) {
  if (!n.lease)
    return;
  auto state = n.lease->at(now);
  if (state >= lease_state::lost) {
    cut(n);
    if (n.is_in || n.is_expected) {
      auto silence = now - n.lease->renewed();
      n.lease->give_up();
      lose(n,
           fmt::format("it has not answered for {}s",
                       std::chrono::duration_cast<std::chrono::seconds>(silence)
                           .count()),
           now);
    }
    if (state == lease_state::gone) {
      if (n.is_lost)
        say_gone(n);
      n.lease.reset();
    }
    return;
  }
  if (n.connection != 0 && n.lease->is_beat_due(now))
    beat(n, now);
}

void hub_core::on_time(duration now, duration late) {
  for (auto& [name, n] : nodes_) {
    if (n.lease && late > times_.every)
      n.lease->pardon(late);
    check_lease(n, now);
  }
  check_enough(now);
  show(now);
}

std::optional<duration> hub_core::next_due(duration now) const {
  std::optional<duration> result;
  auto at = [&result](duration x) {
    result = result ? std::min(*result, x) : x;
  };
  for (const auto& [name, n] : nodes_)
    if (n.lease)
      if (auto next = n.lease->next(now, n.connection != 0))
        at(*next);
  const auto& wait = options_.work->nodes.wait_timeout;
  if (waits_for_nodes_ && wait > duration::zero())
    at(begun_ + wait);
  return result;
}

// -- who leaves ---------------------------------------------------------------

std::uint32_t hub_core::agents_at(const std::string& name) const {
  return static_cast<std::uint32_t>(
      std::count_if(places_.begin(), places_.end(), [&name](const place& p) {
        return p.node == name;
      }));
}

void hub_core::on(const drain_node& x, duration now) {
  auto* n = find(x.node);
  if (n == nullptr || !(n->is_in || n->is_expected))
    return;
  n->is_draining = true;
  drain_if_idle(*n, now);
  show(now);
}

void hub_core::drain_if_idle(node& n, duration now) {
  if (!n.is_draining || !n.is_in || agents_at(n.name) > 0)
    return;
  send(n, goodbye{parting::drained, {}});
  n.is_in = false;
  static_cast<void>(n.out.take_back());
  ports_.close_files(n.name);
  say_gone(n);
  forget(n);
  show(now);
}

void hub_core::dismiss(duration now) {
  is_over_ = true;
  waits_for_nodes_ = false;
  for (auto& [name, n] : nodes_) {
    send(n, goodbye{parting::run_over, {}});
    forget(n);
  }
  for (const auto& [id, x] : connections_)
    net_->close(id);
  connections_.clear();
  show(now);
}

// -- who is waited for --------------------------------------------------------

std::string hub_core::missing() const {
  std::uint32_t count = 0;
  for (const auto& [name, n] : nodes_)
    count += n.is_in ? 1 : 0;
  std::string result;
  if (count < options_.nodes_min)
    result = fmt::format("{} of {} nodes", options_.nodes_min - count,
                         options_.nodes_min);
  auto has = [](const std::vector<std::string>& xs, const std::string& x) {
    return std::find(xs.begin(), xs.end(), x) != xs.end();
  };
  for (const auto& label : options_.work->nodes.wait_for) {
    bool is_there = has(options_.local_labels, label);
    for (const auto& [name, n] : nodes_)
      is_there = is_there || (n.is_in && has(n.said.labels, label));
    if (!is_there)
      result += fmt::format("{}{} with the label {}",
                            result.empty() ? "" : ", ", "a node", label);
  }
  return result;
}

void hub_core::check_enough(duration now) {
  if (!waits_for_nodes_)
    return;
  auto text = missing();
  if (text.empty()) {
    waits_for_nodes_ = false;
    if (options_.enough_nodes)
      options_.enough_nodes();
    return;
  }
  if (text != told_missing_ && options_.missing_nodes)
    options_.missing_nodes(text);
  told_missing_ = text;
  auto wait = options_.work->nodes.wait_timeout;
  if (wait == duration::zero() || now < begun_ + wait)
    return;
  waits_for_nodes_ = false;
  if (options_.no_nodes)
    options_.no_nodes(text);
}

// -- what is shown ------------------------------------------------------------

node_presence hub_core::presence_of(const node& n, duration now) const {
  if (n.has_left)
    return node_presence::left;
  if (n.is_lost || !n.lease)
    return n.at == stage::clearing ? node_presence::joining
                                   : node_presence::lost;
  if (n.lease->at(now) != lease_state::alive || n.connection == 0)
    return node_presence::silent;
  if (!n.is_in)
    return node_presence::joining;
  return n.is_draining ? node_presence::draining : node_presence::present;
}

void hub_core::show(duration now) {
  if (!options_.list)
    return;
  std::vector<listed_node> result;
  for (auto& [name, n] : nodes_) {
    auto presence = presence_of(n, now);
    if (presence != n.shown || n.since == duration::zero())
      n.since = now;
    n.shown = presence;
    listed_node x;
    x.name = name;
    x.address = n.address;
    x.version = n.said.version;
    x.labels = n.said.labels;
    x.slots = n.said.slots;
    x.presence = presence;
    x.since = n.since;
    if (n.lease)
      n.last_heard = n.lease->renewed();
    x.last_heard = n.last_heard;
    x.agents = agents_at(name);
    result.push_back(std::move(x));
  }
  options_.list->put(std::move(result));
}

} // namespace tutti::cluster
