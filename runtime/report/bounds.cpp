// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/bounds.hpp"

#include "runtime/report/chains.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace tutti::report {

namespace {

constexpr auto never = duration::max();

// Work that must go through one agent or one pool.
struct load {
  duration work{0};
  duration head = never;
  duration tail = never;

  void add(const chains& c, std::size_t i, std::uint32_t count) {
    auto length = c.stretches()[i].length();
    if (length <= duration{0})
      return;
    work += length * count;
    head = std::min(head, c.head(i));
    tail = std::min(tail, c.tail(i));
  }
  duration bound_for(std::uint32_t capacity) const {
    return work > duration{0} ? head + work / std::max(capacity, 1u) + tail
                              : duration{0};
  }
};

bound largest(const std::vector<load>& loads,
              const std::vector<std::uint32_t>& capacities) {
  bound result;
  for (std::uint32_t i = 0; i < loads.size(); ++i) {
    auto value = loads[i].bound_for(capacities[i]);
    if (value > result.value)
      result = {value,
                loads[i].work,
                loads[i].head,
                loads[i].tail,
                i,
                std::max(capacities[i], 1u)};
  }
  return result;
}

bound agent_bound(const run_model& m, const chains& c) {
  const auto& p = m.plan();
  std::vector<load> loads(p.agents.size());
  std::vector<std::uint32_t> slots;
  for (std::size_t i = 0; i < p.agents.size(); ++i)
    slots.push_back(m.agent(i).slots);
  for (std::size_t i = 0; i < c.stretches().size(); ++i) {
    const auto& xs = p.tasks[c.stretches()[i].of].agents;
    if (xs.size() == 1 && !p.agents[xs.front().value].implicit)
      loads[xs.front().value].add(c, i, 1);
  }
  return largest(loads, slots);
}

bound pool_bound(const run_model& m, const chains& c) {
  const auto& p = m.plan();
  std::vector<load> loads(p.pools.size());
  std::vector<std::uint32_t> capacities;
  for (const auto& x : p.pools)
    capacities.push_back(x.capacity);
  for (std::size_t i = 0; i < c.stretches().size(); ++i)
    for (const auto& x : p.tasks[c.stretches()[i].of].pools)
      loads[x.pool.value].add(c, i, x.count);
  return largest(loads, capacities);
}

// All work that only the agents of a group can do, over their slots. The groups
// are the implicit agent and every set of agents that some task may choose
// from; a limit on all attempts makes one of everybody.
bound area_bound(const run_model& m, const chains& c,
                 std::optional<std::uint32_t> jobs) {
  const auto& p = m.plan();
  std::map<std::vector<agent_id>, duration> by_agents;
  bound all;
  std::vector<duration> work(p.tasks.size());
  for (const auto& x : c.stretches())
    work[x.of] += x.length();
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    auto xs = p.tasks[i].agents;
    std::sort(xs.begin(), xs.end());
    by_agents[xs] += work[i];
    all.work += work[i];
  }
  bound result;
  if (jobs && *jobs > 0) {
    all.capacity = *jobs;
    all.value = all.work / *jobs;
    result = all;
  }
  for (const auto& [group, own] : by_agents) {
    if (group.empty()
        || (group.size() == 1 && !p.agents[group.front().value].implicit))
      continue;
    bound x;
    x.capacity = 0;
    for (auto agent : group)
      x.capacity += m.agent(agent.value).slots;
    for (const auto& [other, part] : by_agents)
      if (std::includes(group.begin(), group.end(), other.begin(), other.end()))
        x.work += part;
    x.value = x.work / x.capacity;
    if (x.value > result.value)
      result = x;
  }
  return result;
}

// The longest chain, and its tasks. One that was at it twice in a row (two
// attempts, or both its phases) is named once.
bound chain_bound(const chains& c, std::vector<task_id>& path) {
  bound result;
  for (auto i : c.longest()) {
    const auto& x = c.stretches()[i];
    result.value = c.head(i) + x.length();
    if (x.length() > duration{0} && (path.empty() || path.back().value != x.of))
      path.emplace_back(x.of);
  }
  result.work = result.value;
  return result;
}

// The longest chain in which people are agents, too; nothing where none was
// waited for on it. Its `work` is the time that they took.
bound human_bound(const run_model& m) {
  bool any = false;
  for (std::size_t i = 0; i < m.plan().gates.size() && !any; ++i)
    any = !m.waits_for_people(i).empty();
  if (!any)
    return {};
  const chains c(m, true);
  bound result;
  duration longest{0};
  for (auto i : c.longest()) {
    const auto& x = c.stretches()[i];
    result.value = c.head(i) + x.length();
    if (m.graph().kind(x.of) != graph_node::gate)
      continue;
    result.work += x.length();
    if (x.length() > longest) {
      longest = x.length();
      result.index = m.graph().plan_index(x.of);
    }
  }
  return result.work > duration{0} ? result : bound{};
}

} // namespace

std::string_view to_string(bound_kind x) {
  switch (x) {
  case bound_kind::chain:
    return "chain";
  case bound_kind::agent:
    return "agent";
  case bound_kind::pool:
    return "pool";
  case bound_kind::area:
    return "area";
  case bound_kind::human:
    return "human";
  }
  return "unknown";
}

lower_bounds compute_bounds(const run_model& m,
                            std::optional<std::uint32_t> jobs) {
  const chains c(m, false);
  lower_bounds result;
  result.of[0] = chain_bound(c, result.chain);
  result.of[1] = agent_bound(m, c);
  result.of[2] = pool_bound(m, c);
  result.of[3] = area_bound(m, c, jobs);
  result.of[4] = human_bound(m);
  for (const auto& x : result.of)
    result.value = std::max(result.value, x.value);
  for (std::size_t i = 0; i < result.of.size(); ++i) {
    if (result.of[i].value >= result.value - result.value / 100) {
      result.tight = static_cast<bound_kind>(i);
      break;
    }
  }
  // Starts and ends reach the run's clock by messages; where an agent starts
  // its next task at once, two of its attempts may seem to overlap a little.
  result.value = std::min(result.value, m.up_time(duration{0}, m.now()));
  return result;
}

} // namespace tutti::report
