// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/graph.hpp"

#include "runtime/report/plan_graph.hpp"

#include <algorithm>
#include <numeric>

namespace tutti::cli {

namespace {

node_ref ref(node_kind kind, std::size_t index) {
  return {kind, static_cast<std::uint32_t>(index)};
}

/// Which tasks wait, directly or not, behind the barrier of all gates that
/// block all.
std::vector<bool> behind_barrier(const report::plan_graph& graph) {
  std::vector<bool> result(graph.size(), false);
  result[graph.barrier()] = true;
  for (auto x : graph.order()) {
    for (auto before : graph.predecessors(x))
      result[x] = result[x] || result[before];
    for (auto before : graph.start_predecessors(x))
      result[x] = result[x] || result[before];
  }
  return result;
}

/// The tasks that the barrier holds back and no other blocked task does.
std::vector<std::uint32_t> first_blocked(const plan& p) {
  report::plan_graph graph{p};
  auto blocked = behind_barrier(graph);
  std::vector<std::uint32_t> result;
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    bool direct = false;
    bool held = false;
    for (auto before : graph.predecessors(i)) {
      direct = direct || before == graph.barrier();
      held = held || (before != graph.barrier() && blocked[before]);
    }
    for (auto before : graph.start_predecessors(i))
      held = held || blocked[before];
    if (direct && !held)
      result.push_back(i);
  }
  return result;
}

} // namespace

std::string_view to_string(graph_edge_kind x) {
  switch (x) {
  case graph_edge_kind::needs:
    return "needs";
  case graph_edge_kind::after:
    return "after";
  case graph_edge_kind::blocks:
    return "blocks";
  case graph_edge_kind::needs_later:
    return "needs-later";
  case graph_edge_kind::after_each:
    return "after-each";
  case graph_edge_kind::approves:
    return "approves";
  }
  return "unknown";
}

phase_tree::phase_tree(const plan& p)
  : within_(p.phases.size()), parents_(p.phases.size()),
    innermost_(p.tasks.size()) {
  // From the outside inwards: the phase that its tasks name comes first, and
  // none is larger than the one that it is a part of.
  std::vector<std::size_t> order(p.phases.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto inner = [&](std::size_t i) {
    const auto& tasks = p.phases[i].tasks;
    return !tasks.empty() && p.tasks[tasks[0].value].phase != phase_id{i};
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t x, std::size_t y) {
                     if (inner(x) != inner(y))
                       return inner(y);
                     return p.phases[x].tasks.size() > p.phases[y].tasks.size();
                   });
  for (auto i : order) {
    const auto& tasks = p.phases[i].tasks;
    if (inner(i))
      parents_[i] = innermost_[tasks[0].value];
    for (auto t : tasks)
      innermost_[t.value] = phase_id{i};
  }
  for (std::size_t i = 0; i < p.phases.size(); ++i)
    (parents_[i].valid() ? within_[parents_[i].value] : outermost_)
        .push_back(phase_id{i});
}

std::vector<graph_edge> plan_edges(const plan& p) {
  std::vector<graph_edge> result;
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    auto me = ref(node_kind::task, i);
    for (const auto& need : p.tasks[i].needs)
      result.push_back({need.of, me, graph_edge_kind::needs, need.condition});
    for (const auto& before : p.tasks[i].after)
      result.push_back(
          {before, me, graph_edge_kind::after, need_condition::completed});
    for (const auto& need : p.tasks[i].needs_later)
      result.push_back(
          {need.of, me, graph_edge_kind::needs_later, need.condition});
    for (auto trigger : p.tasks[i].after_each)
      result.push_back({ref(node_kind::task, trigger.value), me,
                        graph_edge_kind::after_each,
                        need_condition::succeeded});
  }
  for (std::size_t i = 0; i < p.services.size(); ++i)
    for (const auto& need : p.services[i].needs)
      result.push_back({need.of, ref(node_kind::service, i),
                        graph_edge_kind::needs, need.condition});
  for (std::size_t i = 0; i < p.gates.size(); ++i) {
    auto me = ref(node_kind::gate, i);
    for (const auto& need : p.gates[i].needs)
      result.push_back({need.of, me, graph_edge_kind::needs, need.condition});
    for (auto review : p.gates[i].approval.reviews)
      result.push_back({ref(node_kind::task, review.value), me,
                        graph_edge_kind::approves, need_condition::succeeded});
    for (const auto& blocked : p.gates[i].blocks)
      result.push_back(
          {me, blocked, graph_edge_kind::blocks, need_condition::succeeded});
  }
  return result;
}

std::vector<graph_edge> drawn_edges(const plan& p) {
  auto result = plan_edges(p);
  bool any = false;
  for (const auto& gate : p.gates)
    any = any || gate.blocks_all;
  if (!any)
    return result;
  auto blocked = first_blocked(p);
  for (std::size_t i = 0; i < p.gates.size(); ++i)
    if (p.gates[i].blocks_all)
      for (auto task : blocked)
        result.push_back({ref(node_kind::gate, i), ref(node_kind::task, task),
                          graph_edge_kind::blocks, need_condition::succeeded});
  return result;
}

} // namespace tutti::cli
