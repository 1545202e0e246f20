// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/plan_graph.hpp"

#include <algorithm>
#include <utility>

namespace tutti::report {

namespace {

bool waits_for_everything(const task& x) {
  return x.is_finally && x.needs.empty() && x.after.empty();
}

} // namespace

plan_graph::rows::rows(std::size_t nodes, const std::vector<edge>& edges,
                       bool forward)
  : begin_(nodes + 1), items_(edges.size()) {
  for (const auto& x : edges)
    ++begin_[(forward ? x.from : x.to) + 1];
  for (std::size_t i = 0; i < nodes; ++i)
    begin_[i + 1] += begin_[i];
  auto at = begin_;
  for (const auto& x : edges) {
    auto row = forward ? x.from : x.to;
    items_[at[row]++] = forward ? x.to : x.from;
  }
}

plan_graph::plan_graph(const plan& p)
  : task_count_(p.tasks.size()), gate_count_(p.gates.size()),
    node_count_(p.tasks.size() + p.gates.size() + p.phases.size() + 2) {
  add_tasks(p);
  add_gates(p);
  add_barrier(p);
  // A task may wait for the same thing twice, say by `needs` and `blocks`.
  for (auto* xs : {&edges_, &start_edges_}) {
    std::sort(xs->begin(), xs->end());
    xs->erase(std::unique(xs->begin(), xs->end()), xs->end());
  }
  successors_ = rows(node_count_, edges_, true);
  predecessors_ = rows(node_count_, edges_, false);
  start_successors_ = rows(node_count_, start_edges_, true);
  start_predecessors_ = rows(node_count_, start_edges_, false);
  edges_ = {};
  start_edges_ = {};
  build_order();
}

node_index plan_graph::node(node_ref x) const {
  switch (x.kind) {
  case node_kind::task:
    return x.index;
  case node_kind::gate:
    return gate(x.index);
  case node_kind::phase:
    return phase(x.index);
  case node_kind::service:
    break;
  }
  return everything();
}

graph_node plan_graph::kind(node_index x) const {
  if (x < task_count_)
    return graph_node::task;
  if (x < task_count_ + gate_count_)
    return graph_node::gate;
  if (x < barrier())
    return graph_node::phase;
  return x == barrier() ? graph_node::barrier : graph_node::everything;
}

std::uint32_t plan_graph::plan_index(node_index x) const {
  if (x < task_count_)
    return x;
  if (x < task_count_ + gate_count_)
    return static_cast<std::uint32_t>(x - task_count_);
  return static_cast<std::uint32_t>(x - task_count_ - gate_count_);
}

void plan_graph::add_need(const need& x, node_index waiter) {
  if (x.condition == need_condition::started && x.of.kind == node_kind::task)
    start_edges_.push_back({node(x.of), waiter});
  else
    edges_.push_back({node(x.of), waiter});
}

void plan_graph::add_tasks(const plan& p) {
  bool any_waits_for_everything = false;
  for (node_index i = 0; i < task_count_; ++i) {
    const auto& x = p.tasks[i];
    for (const auto& y : x.needs)
      add_need(y, i);
    for (const auto& y : x.after)
      edges_.push_back({node(y), i});
    if (waits_for_everything(x)) {
      edges_.push_back({everything(), i});
      any_waits_for_everything = true;
    }
  }
  if (any_waits_for_everything)
    for (node_index i = 0; i < task_count_; ++i)
      if (!p.tasks[i].is_finally)
        edges_.push_back({i, everything()});
  for (std::size_t i = 0; i < p.phases.size(); ++i)
    for (auto x : p.phases[i].tasks)
      edges_.push_back({x.value, phase(i)});
}

void plan_graph::add_gates(const plan& p) {
  auto block = [&](node_index from, std::uint32_t to) {
    if (!p.tasks[to].is_finally) // no gate blocks it (semantics §8)
      edges_.push_back({from, to});
  };
  for (std::size_t i = 0; i < gate_count_; ++i) {
    for (const auto& x : p.gates[i].needs)
      add_need(x, gate(i));
    for (const auto& x : p.gates[i].blocks) {
      if (x.kind == node_kind::task)
        block(gate(i), x.index);
      else if (x.kind == node_kind::phase)
        for (auto y : p.phases[x.index].tasks)
          block(gate(i), y.value);
    }
  }
}

// `blocks: all` means every task except what any such gate needs, directly or
// not (semantics §15): so all these gates block the same tasks, through one
// node.
void plan_graph::add_barrier(const plan& p) {
  std::vector<char> is_ancestor(node_count_);
  std::vector<node_index> open;
  for (std::size_t i = 0; i < gate_count_; ++i)
    if (p.gates[i].blocks_all)
      open.push_back(gate(i));
  if (open.empty())
    return;
  const rows before(node_count_, edges_, false);
  const rows before_start(node_count_, start_edges_, false);
  for (auto x : open)
    edges_.push_back({x, barrier()});
  while (!open.empty()) {
    auto x = open.back();
    open.pop_back();
    for (auto from : {before[x], before_start[x]})
      for (auto y : from)
        if (!std::exchange(is_ancestor[y], 1))
          open.push_back(y);
  }
  for (node_index i = 0; i < task_count_; ++i)
    if (!is_ancestor[i] && !p.tasks[i].is_finally)
      edges_.push_back({barrier(), i});
}

void plan_graph::build_order() {
  std::vector<std::uint32_t> open(node_count_);
  for (node_index i = 0; i < node_count_; ++i) {
    open[i] = static_cast<std::uint32_t>(predecessors_[i].size()
                                         + start_predecessors_[i].size());
    if (open[i] == 0)
      order_.push_back(i);
  }
  order_.reserve(node_count_);
  for (std::size_t i = 0; i < order_.size(); ++i)
    for (auto to : {successors_[order_[i]], start_successors_[order_[i]]})
      for (auto x : to)
        if (--open[x] == 0)
          order_.push_back(x);
}

} // namespace tutti::report
