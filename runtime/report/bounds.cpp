// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/bounds.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace tutti::report {

namespace {

constexpr auto never = duration::max();

// What was observed of a node: it began, and it was over.
struct moments {
  duration begun = never;
  duration over = never;
};

// Earliest starts and shortest tails of all nodes, from longest chains. An edge
// counts only where the run obeyed it: a skipped task waited for nothing but
// its cause, and on a stop `finally` tasks start at once. So every chain that
// counts did happen one after another, and no bound exceeds the makespan.
class chains {
public:
  explicit chains(const run_model& m) : model_(m), graph_(m.graph()) {
    observe();
    measure_heads();
    measure_tails();
  }

  duration work(node_index x) const {
    return work_[x];
  }
  duration head(node_index x) const {
    return head_[x];
  }
  duration tail(node_index x) const {
    return tail_[x];
  }

  /// The longest chain, and the tasks with work on it.
  duration longest(std::vector<task_id>& path) const {
    duration result{0};
    auto last = index_lists::none;
    for (auto x : graph_.order()) {
      if (head_[x] + work_[x] <= result)
        continue;
      result = head_[x] + work_[x];
      last = x;
    }
    for (; last != index_lists::none; last = parent_[last])
      if (work_[last] > duration{0})
        path.emplace_back(last);
    std::reverse(path.begin(), path.end());
    return result;
  }

private:
  void observe() {
    auto n = graph_.size();
    seen_.resize(n);
    work_.resize(n);
    for (auto x : graph_.order())
      seen_[x] = observe(x);
  }

  moments observe(node_index x) {
    auto over = [](std::optional<duration> y) {
      return y.value_or(never);
    };
    switch (graph_.kind(x)) {
    case graph_node::task: {
      const auto& t = model_.task(x);
      work_[x] = model_.task_busy(x, model_.now());
      auto end = over(t.finished_at);
      return {t.started_at.value_or(end), end};
    }
    case graph_node::gate: {
      const auto& g = model_.gate(graph_.plan_index(x));
      auto end = std::min(over(g.opened_at), over(g.closed_at));
      return {end, end};
    }
    default: {
      duration end{0};
      for (auto y : graph_.predecessors(x))
        end = std::max(end, seen_[y].over);
      return {end, end};
    }
    }
  }

  // The only thing that decided over a task that never ran or a gate that
  // closed, where that is known.
  std::optional<node_index> sole_cause(node_index x) const {
    auto of = [&](node_kind kind, std::uint32_t index) {
      return index == task_id::none
               ? std::optional<node_index>{}
               : std::optional<node_index>{graph_.node({kind, index})};
    };
    if (graph_.kind(x) == graph_node::task) {
      const auto& t = model_.task(x);
      if (t.attempts == 0 && is_terminal(t.state))
        return of(t.cause_kind, t.cause);
    } else if (graph_.kind(x) == graph_node::gate) {
      const auto& g = model_.gate(graph_.plan_index(x));
      if (g.state == gate_state::closed)
        return of(g.cause_kind, g.cause);
    }
    return std::nullopt;
  }

  bool counts(node_index from, node_index to, bool by_start) const {
    if (graph_.kind(to) == graph_node::task
        || graph_.kind(to) == graph_node::gate) {
      auto cause = sole_cause(to);
      if (cause && *cause != from)
        return false;
    }
    return (by_start ? seen_[from].begun : seen_[from].over) <= seen_[to].begun;
  }

  void measure_heads() {
    head_.resize(graph_.size());
    parent_.resize(graph_.size(), index_lists::none);
    for (auto x : graph_.order()) {
      auto consider = [&](node_index from, duration moment, bool by_start) {
        if (moment > head_[x] && counts(from, x, by_start)) {
          head_[x] = moment;
          parent_[x] = by_start ? parent_[from] : from;
        }
      };
      for (auto y : graph_.predecessors(x))
        consider(y, head_[y] + work_[y], false);
      for (auto y : graph_.start_predecessors(x))
        consider(y, head_[y], true);
    }
  }

  void measure_tails() {
    tail_.resize(graph_.size());
    std::vector<duration> from_start(graph_.size());
    const auto& order = graph_.order();
    for (auto i = order.rbegin(); i != order.rend(); ++i) {
      auto x = *i;
      for (auto y : graph_.successors(x))
        if (from_start[y] > tail_[x] && counts(x, y, false))
          tail_[x] = from_start[y];
      from_start[x] = work_[x] + tail_[x];
      for (auto y : graph_.start_successors(x))
        if (from_start[y] > from_start[x] && counts(x, y, true))
          from_start[x] = from_start[y];
    }
  }

  const run_model& model_;
  const plan_graph& graph_;
  std::vector<moments> seen_;
  std::vector<duration> work_;
  std::vector<duration> head_;
  std::vector<duration> tail_;
  std::vector<node_index> parent_;
};

// Work that must go through one agent or one pool.
struct load {
  duration work{0};
  duration head = never;
  duration tail = never;

  void add(const chains& c, node_index x, std::uint32_t count) {
    if (c.work(x) <= duration{0})
      return;
    work += c.work(x) * count;
    head = std::min(head, c.head(x));
    tail = std::min(tail, c.tail(x));
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
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    const auto& xs = p.tasks[i].agents;
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
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i)
    for (const auto& x : p.tasks[i].pools)
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
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    auto xs = p.tasks[i].agents;
    std::sort(xs.begin(), xs.end());
    by_agents[xs] += c.work(i);
    all.work += c.work(i);
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
    for (const auto& [other, work] : by_agents)
      if (std::includes(group.begin(), group.end(), other.begin(), other.end()))
        x.work += work;
    x.value = x.work / x.capacity;
    if (x.value > result.value)
      result = x;
  }
  return result;
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
  chains c(m);
  lower_bounds result;
  result.of[0].value = c.longest(result.chain);
  result.of[0].work = result.of[0].value;
  result.of[1] = agent_bound(m, c);
  result.of[2] = pool_bound(m, c);
  result.of[3] = area_bound(m, c, jobs);
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
  result.value = std::min(result.value, m.now());
  return result;
}

} // namespace tutti::report
