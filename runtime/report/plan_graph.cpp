// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/plan_graph.hpp"

#include <algorithm>
#include <numeric>
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
    phase_count_(p.phases.size()),
    node_count_(task_count_ + gate_count_ + phase_count_ + p.services.size()
                + 2) {
  add_tasks(p);
  add_gates(p);
  add_services(p);
  add_barrier(p);
  // A task may wait for the same thing twice, say by `needs` and `blocks`.
  for (auto* xs : {&edges_, &start_edges_, &later_edges_})
    put_in_order(*xs);
  successors_ = rows(node_count_, edges_, true);
  predecessors_ = rows(node_count_, edges_, false);
  start_successors_ = rows(node_count_, start_edges_, true);
  start_predecessors_ = rows(node_count_, start_edges_, false);
  later_successors_ = rows(node_count_, later_edges_, true);
  later_predecessors_ = rows(node_count_, later_edges_, false);
  edges_ = {};
  start_edges_ = {};
  later_edges_ = {};
  build_order();
}

// Counted into rows first: most rows are short, and in order then.
void plan_graph::put_in_order(std::vector<edge>& xs) const {
  std::vector<std::size_t> begin(node_count_ + 1);
  for (const auto& x : xs)
    ++begin[x.from + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<edge> placed(xs.size());
  auto at = begin;
  for (const auto& x : xs)
    placed[at[x.from]++] = x;
  for (std::size_t i = 0; i < node_count_; ++i) {
    auto* first = placed.data() + begin[i];
    auto* last = placed.data() + begin[i + 1];
    if (!std::is_sorted(first, last))
      std::sort(first, last);
  }
  placed.erase(std::unique(placed.begin(), placed.end()), placed.end());
  xs = std::move(placed);
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
    return service(x.index);
  }
  return everything();
}

graph_node plan_graph::kind(node_index x) const {
  if (x < task_count_)
    return graph_node::task;
  if (x < task_count_ + gate_count_)
    return graph_node::gate;
  if (x < task_count_ + gate_count_ + phase_count_)
    return graph_node::phase;
  if (x < barrier())
    return graph_node::service;
  return x == barrier() ? graph_node::barrier : graph_node::everything;
}

std::uint32_t plan_graph::plan_index(node_index x) const {
  if (x < task_count_)
    return x;
  if (x < task_count_ + gate_count_)
    return static_cast<std::uint32_t>(x - task_count_);
  if (x < task_count_ + gate_count_ + phase_count_)
    return static_cast<std::uint32_t>(x - task_count_ - gate_count_);
  return static_cast<std::uint32_t>(x - task_count_ - gate_count_
                                    - phase_count_);
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
    add_later(p, i);
    if (waits_for_everything(x)) {
      edges_.push_back({everything(), i});
      any_waits_for_everything = true;
    }
  }
  if (any_waits_for_everything)
    for (node_index i = 0; i < task_count_; ++i)
      if (!p.tasks[i].is_finally && p.tasks[i].kind != task_kind::requests)
        edges_.push_back({i, everything()});
  for (std::size_t i = 0; i < p.phases.size(); ++i)
    for (auto x : p.phases[i].tasks)
      edges_.push_back({x.value, phase(i)});
}

// What only the end of a task waits for. A contract that some task defines has
// to be agreed before those start who need its provider later (semantics §12).
void plan_graph::add_later(const plan& p, node_index i) {
  const auto& x = p.tasks[i];
  for (const auto& y : x.needs_later) {
    later_edges_.push_back({node(y.of), i});
    if (y.of.kind != node_kind::task)
      continue;
    auto contract = p.tasks[y.of.index].provides;
    if (contract.value >= p.contracts.size())
      continue;
    auto by = p.contracts[contract.value].defined_by;
    if (by.valid() && by.value != i)
      edges_.push_back({by.value, i});
  }
  for (auto y : x.after_each)
    later_edges_.push_back({y.value, i});
}

void plan_graph::add_services(const plan& p) {
  for (std::size_t i = 0; i < p.services.size(); ++i)
    for (const auto& x : p.services[i].needs)
      add_need(x, service(i));
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
      else if (x.kind == node_kind::service)
        edges_.push_back({gate(i), service(x.index)});
      else if (x.kind == node_kind::phase)
        for (auto y : p.phases[x.index].tasks)
          block(gate(i), y.value);
    }
    // Reviews begin once all else that the gate needs is there (§16).
    for (auto review : p.gates[i].approval.reviews) {
      for (const auto& x : p.gates[i].needs)
        add_need(x, review.value);
      edges_.push_back({review.value, gate(i)});
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
  const rows before_end(node_count_, later_edges_, false);
  for (auto x : open)
    edges_.push_back({x, barrier()});
  while (!open.empty()) {
    auto x = open.back();
    open.pop_back();
    for (auto from : {before[x], before_start[x], before_end[x]})
      for (auto y : from)
        if (!std::exchange(is_ancestor[y], 1))
          open.push_back(y);
  }
  for (node_index i = 0; i < task_count_; ++i)
    if (!is_ancestor[i] && !p.tasks[i].is_finally
        && p.tasks[i].kind != task_kind::review
        && p.tasks[i].kind != task_kind::requests)
      edges_.push_back({barrier(), i});
}

// Event 2x is the start of node x, 2x + 1 its end.
void plan_graph::build_order() {
  std::vector<std::uint32_t> open(2 * node_count_);
  std::vector<std::uint32_t> queue;
  for (node_index i = 0; i < node_count_; ++i) {
    open[2 * i] = static_cast<std::uint32_t>(predecessors_[i].size()
                                             + start_predecessors_[i].size());
    open[2 * i + 1] =
        static_cast<std::uint32_t>(later_predecessors_[i].size() + 1);
    if (open[2 * i] == 0)
      queue.push_back(2 * i);
  }
  order_.reserve(node_count_);
  events_.reserve(2 * node_count_);
  queue.reserve(2 * node_count_);
  auto pass = [&](std::uint32_t event) {
    if (--open[event] == 0)
      queue.push_back(event);
  };
  for (std::size_t i = 0; i < queue.size(); ++i) {
    auto x = queue[i] / 2;
    auto is_end = queue[i] % 2 == 1;
    events_.push_back({x, is_end});
    if (!is_end)
      order_.push_back(x);
    for (auto y : is_end ? successors_[x] : start_successors_[x])
      pass(2 * y);
    if (is_end)
      for (auto y : later_successors_[x])
        pass(2 * y + 1);
    else
      pass(2 * x + 1);
  }
}

} // namespace tutti::report
