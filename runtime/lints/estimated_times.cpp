// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/lints/estimated_times.hpp"

#include <algorithm>
#include <map>

namespace tutti::lints {

namespace {

using report::graph_node;
using report::node_index;

constexpr auto never = duration::max();

/// What goes through one agent or pool, and what is around it.
struct sum {
  duration work{0};
  duration head = never;
  duration tail = never;
  std::uint32_t tasks = 0;

  void add(const estimated_times& times, task_id x, std::uint32_t count) {
    auto own = times.work(x);
    if (own <= duration{0})
      return;
    ++tasks;
    work += own * static_cast<std::int64_t>(count);
    head = std::min(head, times.head(x));
    tail = std::min(tail, times.tail(x));
  }
  [[nodiscard]] duration bound(std::uint32_t capacity) const {
    return tasks == 0 ? duration{0}
                      : head + work / std::max(capacity, 1u) + tail;
  }
};

} // namespace

estimated_times::estimated_times(const plan& p)
  : plan_(p), graph_(p), start_(graph_.size(), duration{0}),
    end_(graph_.size(), duration{0}), behind_end_(graph_.size(), duration{0}) {
  go_forward();
  go_back();
}

duration estimated_times::run_time(node_index x) const {
  if (graph_.kind(x) != graph_node::task
      || plan_.tasks[x].kind == task_kind::requests)
    return duration{0};
  return plan_.tasks[x].estimate.mode;
}

duration estimated_times::integrate_time(node_index x) const {
  if (graph_.kind(x) != graph_node::task || !plan_.tasks[x].integrate.present)
    return duration{0};
  return plan_.tasks[x].integrate.estimate.mode;
}

duration estimated_times::work(task_id x) const {
  const auto& t = plan_.tasks[x.value];
  bool each = t.kind == task_kind::after_each && t.batch.max == 1;
  auto runs = each ? t.after_each.size() : 1;
  return run_time(x.value) * static_cast<std::int64_t>(runs)
       + integrate_time(x.value);
}

void estimated_times::go_forward() {
  for (auto event : graph_.events()) {
    auto x = event.node;
    bool each = graph_.kind(x) == graph_node::task
             && plan_.tasks[x].kind == task_kind::after_each;
    if (!event.is_end) {
      for (auto y : graph_.predecessors(x))
        start_[x] = std::max(start_[x], end_[y]);
      for (auto y : graph_.start_predecessors(x))
        start_[x] = std::max(start_[x], start_[y]);
      continue;
    }
    auto last = each ? start_[x] : start_[x] + run_time(x);
    auto first = never;
    for (auto y : graph_.later_predecessors(x)) {
      last = std::max(last, end_[y]);
      first = std::min(first, end_[y]);
    }
    // It begins with the first of what it follows, and ends after the last.
    if (each && first != never)
      start_[x] = std::max(start_[x], first);
    end_[x] = last + (each ? run_time(x) : integrate_time(x));
    longest_ = std::max(longest_, end_[x]);
  }
}

void estimated_times::go_back() {
  // What comes behind the start of a node.
  std::vector<duration> behind_start(graph_.size(), duration{0});
  const auto& events = graph_.events();
  for (auto at = events.rbegin(); at != events.rend(); ++at) {
    auto x = at->node;
    if (at->is_end) {
      for (auto y : graph_.successors(x))
        behind_end_[x] = std::max(behind_end_[x], behind_start[y]);
      for (auto y : graph_.later_successors(x)) {
        bool each = graph_.kind(y) == graph_node::task
                 && plan_.tasks[y].kind == task_kind::after_each;
        auto last = each ? run_time(y) : integrate_time(y);
        behind_end_[x] = std::max(behind_end_[x], last + behind_end_[y]);
      }
      continue;
    }
    behind_start[x] = run_time(x) + integrate_time(x) + behind_end_[x];
    for (auto y : graph_.start_successors(x))
      behind_start[x] = std::max(behind_start[x], behind_start[y]);
  }
}

std::vector<load> agent_loads(const plan& p, const estimated_times& times) {
  std::vector<sum> sums(p.agents.size());
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    const auto& xs = p.tasks[i].agents;
    if (xs.size() == 1 && !p.agents[xs.front().value].implicit)
      sums[xs.front().value].add(times, task_id{i}, 1);
  }
  std::vector<load> result;
  for (std::size_t i = 0; i < sums.size(); ++i)
    result.push_back(
        {sums[i].work, sums[i].bound(p.agents[i].slots), sums[i].tasks});
  return result;
}

duration shared_bound(const plan& p, const estimated_times& times) {
  std::vector<sum> pools(p.pools.size());
  std::map<std::vector<agent_id>, sum> groups;
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    for (const auto& x : p.tasks[i].pools)
      pools[x.pool.value].add(times, task_id{i}, x.count);
    if (p.tasks[i].agents.size() > 1)
      groups[p.tasks[i].agents].add(times, task_id{i}, 1);
  }
  duration result{0};
  for (std::size_t i = 0; i < pools.size(); ++i)
    result = std::max(result, pools[i].bound(p.pools[i].capacity));
  for (const auto& [agents, x] : groups) {
    std::uint32_t slots = 0;
    for (auto a : agents)
      slots += p.agents[a.value].slots;
    result = std::max(result, x.bound(slots));
  }
  return result;
}

} // namespace tutti::lints
