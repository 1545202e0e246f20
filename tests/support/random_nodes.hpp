// SPDX-License-Identifier: BSD-3-Clause
// Nodes that join, are lost, drained and come back, around an engine_world, by
// a seed of its own. What ran on a lost node goes on there until it is told of
// as late, the node comes back, or time is over.
#pragma once

#include "messages/node.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/engine_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

/// Most agents ask for labels, some tasks may never run twice at a time.
inline plan spread_over_nodes(plan p, std::uint64_t seed) {
  dice d{seed + 7};
  static const std::array<std::vector<std::string>, 4> choices{
      {{}, {"a"}, {"b"}, {"a", "b"}}};
  for (auto& x : p.agents)
    x.runs_on = choices[d.roll(4)];
  for (auto& t : p.tasks)
    t.exclusive = d.one_in(3);
  return p;
}

class random_nodes {
public:
  random_nodes(std::uint64_t seed, const plan& p, engine_world& world)
    : dice_(seed + 11), plan_(p), world_(world) {
  }

  void begin() {
    if (dice_.one_in(2))
      join(0);
  }

  /// Sometimes something befalls a node.
  bool befall() {
    if (!is_used() || !dice_.one_in(8))
      return false;
    auto n = dice_.roll(count);
    switch (dice_.roll(4)) {
    case 0:
    case 1:
      join(n);
      break;
    case 2:
      lose(n);
      break;
    default:
      if (dice_.one_in(2))
        world_.step(engine::drain_requested{name(n)});
      else
        tell_late();
    }
    return true;
  }

  /// All nodes are there, and have been for long.
  void heal() {
    if (!is_used())
      return;
    for (std::uint32_t n = 0; n < count && !world_.get().over(); ++n) {
      auto at = world_.get().places().find(name(n));
      bool up =
          at != engine::placement::nowhere
          && world_.get().places().nodes()[at].state == engine::node_state::up;
      if (!up)
        join(n);
    }
    while (!ghosts_.empty() && !world_.get().over())
      tell_late();
  }

  /// The run is up again: each node comes back with what it has, or does not.
  void resumed(bool journal_lost) {
    journal_lost_ = journal_lost_ || journal_lost;
    for (std::uint32_t n = 0; n < count && !world_.get().over(); ++n) {
      auto at = world_.get().places().find(name(n));
      if (at == engine::placement::nowhere
          || world_.get().places().nodes()[at].state
                 != engine::node_state::awaited)
        continue;
      if (dice_.one_in(4)) {
        lose(n);
        continue;
      }
      auto e = joining(n);
      for (std::uint32_t a = 0; a < plan_.agents.size(); ++a) {
        auto place = world_.get().places().place_of(a);
        if (place.node != at || dice_.one_in(5))
          continue;
        e.keeps.push_back(agent_id{a});
        for (const auto& [key, agent] : world_.running)
          if (agent == a && !dice_.one_in(6))
            e.holds.push_back(
                {agent_id{a}, place.placing, task_id{key.task}, key.attempt});
      }
      // What it does not hold does not run there.
      std::erase_if(world_.running, [&](const auto& x) {
        auto place = world_.get().places().place_of(x.second);
        if (place.node != at)
          return false;
        held_attempt h{agent_id{x.second}, place.placing, task_id{x.first.task},
                       x.first.attempt};
        bool lost =
            std::find(e.holds.begin(), e.holds.end(), h) == e.holds.end();
        if (lost)
          world_.waiting_inside.erase(x.first);
        return lost;
      });
      world_.step(e);
    }
  }

  /// An agent has another place: what ran at the old one goes on there.
  void move(const engine::command& c) {
    if (c.at_once)
      return;
    moved_.insert(c.agent);
    for (const auto& [key, agent] : world_.running)
      if (agent == c.agent)
        ghosts_.insert({key, {where_[c.agent], world_.now + plan_.nodes.keep}});
    if (c.task != engine::placement::nowhere)
      where_[c.agent] = number_of(world_.get().places().nodes()[c.task].name);
  }

  [[nodiscard]] std::set<std::uint32_t> take_moved() {
    return std::exchange(moved_, {});
  }

  /// §33: what must not be twice is not; what is given out is given to
  /// somebody. Empty: so it is.
  [[nodiscard]] std::string look_at(const engine::command& c) const {
    if (!world_.get().places().is_there(c.agent))
      return fmt::format("task {} is given to agent {}, who is on no node",
                         c.task, c.agent);
    // What the journal lost is not known to be anywhere.
    if (plan_.tasks[c.task].exclusive && !journal_lost_)
      for (const auto& [key, node] : ghosts_)
        if (key.task == c.task && node.first != ended_
            && world_.now < node.second)
          return fmt::format("§33: exclusive task {} may run twice", c.task);
    return {};
  }

private:
  static constexpr std::uint32_t count = 3;
  static constexpr std::uint32_t nobody = ~std::uint32_t{0};

  [[nodiscard]] bool is_used() const {
    return world_.get().places().is_used() && !world_.get().over();
  }
  static std::string name(std::uint32_t n) {
    return fmt::format("n{}", n);
  }
  static std::uint32_t number_of(const std::string& node) {
    return node == local_node ? nobody
                              : static_cast<std::uint32_t>(node[1] - '0');
  }

  engine::node_joins joining(std::uint32_t n) {
    engine::node_joins e;
    e.node = name(n);
    e.labels = n == 0 ? std::vector<std::string>{"a", "b"}
             : n == 1 ? std::vector<std::string>{"a"}
                      : std::vector<std::string>{"b"};
    e.slots = dice_.roll(3);
    return e;
  }

  void join(std::uint32_t n) {
    // It has ended what it was at before it says so.
    ended_ = n;
    world_.step(joining(n));
    drop_ghosts(n);
    ended_ = nobody;
  }

  void lose(std::uint32_t n) {
    world_.step(engine::node_is_lost{name(n), "it was lost"});
    if (dice_.one_in(3)) {
      drop_ghosts(n);
      ended_ = n;
      world_.step(engine::node_is_gone{name(n)});
      drop_ghosts(n);
      ended_ = nobody;
    }
  }

  void drop_ghosts(std::uint32_t n) {
    std::erase_if(ghosts_, [n](const auto& x) {
      return x.second.first == n;
    });
  }

  /// What goes on unseen comes to an end, which changes nothing (rule 6); its
  /// node says, sooner or later, that nothing of it is left.
  void tell_late() {
    if (ghosts_.empty())
      return;
    auto [key, node] = *ghosts_.begin();
    auto state = fingerprint(world_.get());
    engine::result_is_late e;
    e.what.task = task_id{key.task};
    e.what.agent = agent_id{0};
    e.what.attempt = key.attempt;
    world_.step(e);
    ghosts_.erase(ghosts_.begin());
  }

  dice dice_;
  const plan& plan_;
  engine_world& world_;
  std::map<std::uint32_t, std::uint32_t> where_; ///< agent → node
  /// On which node, and until when it may go on there.
  std::set<std::pair<attempt_key, std::pair<std::uint32_t, duration>>> ghosts_;
  std::set<std::uint32_t> moved_;
  std::uint32_t ended_ = nobody; ///< the node that has ended all, at the moment
  bool journal_lost_ = false;
};

} // namespace tutti::test
