// SPDX-License-Identifier: BSD-3-Clause
#include "config/wait_graph.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace tutti::config {

namespace {

wait_reason reason_of(need_condition x) {
  switch (x) {
  case need_condition::succeeded:
    return wait_reason::succeeded;
  case need_condition::failed:
    return wait_reason::failed;
  case need_condition::completed:
    return wait_reason::completed;
  case need_condition::started:
    return wait_reason::started;
  }
  return wait_reason::succeeded;
}

constexpr std::uint32_t none = task_id::none;

/// Tarjan's strongly connected components, without recursion.
class knot_finder {
public:
  explicit knot_finder(const wait_graph& g)
    : graph_(g), number_(g.size(), none), low_(g.size()),
      on_stack_(g.size(), false) {
  }

  std::vector<std::vector<std::uint32_t>> run() {
    for (std::uint32_t i = 0; i < graph_.size(); ++i)
      if (number_[i] == none)
        visit(i);
    for (auto& x : knots_)
      std::sort(x.begin(), x.end());
    std::sort(knots_.begin(), knots_.end());
    return std::move(knots_);
  }

private:
  struct step {
    std::uint32_t node;
    std::size_t edge = 0;
  };

  void enter(std::uint32_t node) {
    number_[node] = low_[node] = next_++;
    stack_.push_back(node);
    on_stack_[node] = true;
    path_.push_back({node});
  }

  void visit(std::uint32_t root) {
    enter(root);
    while (!path_.empty()) {
      auto node = path_.back().node;
      auto edges = graph_.edges(node);
      if (path_.back().edge < edges.size()) {
        auto target = edges[path_.back().edge++].target;
        if (number_[target] == none)
          enter(target);
        else if (on_stack_[target])
          low_[node] = std::min(low_[node], number_[target]);
        continue;
      }
      path_.pop_back();
      if (!path_.empty())
        low_[path_.back().node] = std::min(low_[path_.back().node], low_[node]);
      if (low_[node] == number_[node])
        leave(node);
    }
  }

  void leave(std::uint32_t root) {
    auto from = std::find(stack_.rbegin(), stack_.rend(), root).base() - 1;
    for (auto i = from; i != stack_.end(); ++i)
      on_stack_[*i] = false;
    auto edges = graph_.edges(root);
    bool loop = std::any_of(edges.begin(), edges.end(), [&](const auto& x) {
      return x.target == root;
    });
    if (stack_.end() - from > 1 || loop)
      knots_.emplace_back(from, stack_.end());
    stack_.erase(from, stack_.end());
  }

  const wait_graph& graph_;
  std::vector<std::uint32_t> number_;
  std::vector<std::uint32_t> low_;
  std::vector<bool> on_stack_;
  std::vector<std::uint32_t> stack_;
  std::vector<step> path_;
  std::vector<std::vector<std::uint32_t>> knots_;
  std::uint32_t next_ = 0;
};

} // namespace

std::vector<bool> tasks_free_of_all_gates(const plan& p) {
  std::vector<bool> result(p.tasks.size(), false);
  if (std::none_of(p.gates.begin(), p.gates.end(), [](const gate& g) {
        return g.blocks_all;
      }))
    return result;
  std::vector<bool> gate_seen(p.gates.size(), false);
  std::vector<bool> phase_seen(p.phases.size(), false);
  std::vector<std::vector<std::uint32_t>> blockers(p.tasks.size());
  std::vector<std::vector<std::uint32_t>> service_blockers(p.services.size());
  std::vector<bool> service_seen(p.services.size(), false);
  std::vector<node_ref> open;
  auto take_service = [&](std::uint32_t i) {
    if (service_seen[i])
      return;
    service_seen[i] = true;
    for (const auto& x : p.services[i].needs)
      open.push_back(x.of);
    for (auto x : service_blockers[i])
      open.push_back({node_kind::gate, x});
  };
  for (std::uint32_t i = 0; i < p.gates.size(); ++i) {
    if (p.gates[i].blocks_all)
      open.push_back({node_kind::gate, i});
    for (const auto& x : p.gates[i].blocks)
      if (x.kind == node_kind::phase)
        for (auto t : p.phases[x.index].tasks)
          blockers[t.value].push_back(i);
      else
        (x.kind == node_kind::task ? blockers : service_blockers)[x.index]
            .push_back(i);
  }
  auto take_task = [&](std::uint32_t i) {
    if (result[i])
      return;
    result[i] = true;
    for (const auto& x : p.tasks[i].needs)
      open.push_back(x.of);
    open.insert(open.end(), p.tasks[i].after.begin(), p.tasks[i].after.end());
    for (const auto& x : p.tasks[i].needs_later)
      open.push_back(x.of);
    for (auto x : p.tasks[i].after_each)
      open.push_back({node_kind::task, x.value});
    for (auto x : blockers[i])
      open.push_back({node_kind::gate, x});
  };
  while (!open.empty()) {
    auto x = open.back();
    open.pop_back();
    if (x.kind == node_kind::task) {
      take_task(x.index);
    } else if (x.kind == node_kind::phase) {
      if (!phase_seen[x.index])
        for (auto t : p.phases[x.index].tasks)
          open.push_back({node_kind::task, t.value});
      phase_seen[x.index] = true;
    } else if (x.kind == node_kind::service) {
      take_service(x.index);
    } else if (!gate_seen[x.index]) {
      gate_seen[x.index] = true;
      for (const auto& n : p.gates[x.index].needs)
        open.push_back(n.of);
    }
  }
  return result;
}

wait_graph::wait_graph(const plan& p)
  : plan_(p), gates_begin_(static_cast<std::uint32_t>(2 * p.tasks.size())),
    phases_begin_(gates_begin_ + static_cast<std::uint32_t>(p.gates.size())),
    all_node_(phases_begin_ + static_cast<std::uint32_t>(3 * p.phases.size())),
    services_begin_(all_node_ + 1), exempt_(tasks_free_of_all_gates(p)) {
  first_.assign(std::size_t{services_begin_} + p.services.size() + 1, 0);
  for_each_edge([&](std::uint32_t from, std::uint32_t, wait_reason) {
    ++first_[from + 1];
  });
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  edges_.resize(first_.back());
  auto at = first_;
  for_each_edge([&](std::uint32_t from, std::uint32_t to, wait_reason reason) {
    edges_[at[from]++] = {to, reason};
  });
}

template <class Use>
void wait_graph::for_each_edge(Use use) const {
  for (std::uint32_t i = 0; i < plan_.tasks.size(); ++i)
    edges_of_task(i, use);
  edges_of_gates(use);
  for (std::uint32_t i = 0; i < plan_.services.size(); ++i)
    for (const auto& x : plan_.services[i].needs)
      use(services_begin_ + i, need_node(x), reason_of(x.condition));
  for (std::uint32_t i = 0; i < plan_.phases.size(); ++i)
    for (auto t : plan_.phases[i].tasks) {
      use(phases_begin_ + 3 * i, 2 * t.value + 1, wait_reason::holds);
      use(phases_begin_ + 3 * i + 1, 2 * t.value, wait_reason::holds);
      if (!plan_.tasks[t.value].is_finally)
        use(2 * t.value, phases_begin_ + 3 * i + 2, wait_reason::work);
    }
}

template <class Use>
void wait_graph::edges_of_task(std::uint32_t i, Use use) const {
  const auto& t = plan_.tasks[i];
  use(2 * i + 1, 2 * i, wait_reason::work);
  for (const auto& x : t.needs)
    use(2 * i, need_node(x), reason_of(x.condition));
  for (const auto& x : t.after)
    use(2 * i, done_node(x), wait_reason::after);
  for (const auto& x : t.needs_later)
    use(2 * i + 1, done_node(x.of), wait_reason::later);
  for (auto x : t.after_each)
    use(2 * i + 1, 2 * x.value + 1, wait_reason::each);
  if (t.is_finally)
    return;
  if (!exempt_[i] && t.kind != task_kind::review
      && t.kind != task_kind::requests)
    use(2 * i, all_node_, wait_reason::work);
}

template <class Use>
void wait_graph::edges_of_gates(Use use) const {
  for (std::uint32_t i = 0; i < plan_.gates.size(); ++i) {
    const auto& g = plan_.gates[i];
    auto node = gates_begin_ + i;
    for (const auto& x : g.needs)
      use(node, need_node(x), reason_of(x.condition));
    for (const auto& x : g.blocks)
      if (x.kind == node_kind::phase)
        use(phases_begin_ + 3 * x.index + 2, node, wait_reason::blocked);
      else if (x.kind == node_kind::service)
        use(services_begin_ + x.index, node, wait_reason::blocked);
      else if (!plan_.tasks[x.index].is_finally)
        use(2 * x.index, node, wait_reason::blocked);
    if (g.blocks_all)
      use(all_node_, node, wait_reason::all_blocked);
  }
}

std::uint32_t wait_graph::done_node(node_ref x) const {
  switch (x.kind) {
  case node_kind::task:
    return 2 * x.index + 1;
  case node_kind::gate:
    return gates_begin_ + x.index;
  case node_kind::phase:
    return phases_begin_ + 3 * x.index;
  case node_kind::service:
    return services_begin_ + x.index;
  }
  return 0;
}

std::uint32_t wait_graph::need_node(const need& x) const {
  bool started = x.condition == need_condition::started;
  if (started && x.of.kind == node_kind::task)
    return 2 * x.of.index;
  if (started && x.of.kind == node_kind::phase)
    return phases_begin_ + 3 * x.of.index + 1;
  return done_node(x.of);
}

wait_node wait_graph::what(std::uint32_t node) const {
  if (node < gates_begin_)
    return {node % 2 == 0 ? wait_kind::start : wait_kind::done, node / 2};
  if (node < phases_begin_)
    return {wait_kind::gate, node - gates_begin_};
  if (node == all_node_)
    return {wait_kind::all_blocked, 0};
  if (node >= services_begin_)
    return {wait_kind::service, node - services_begin_};
  auto x = node - phases_begin_;
  constexpr wait_kind kinds[] = {wait_kind::phase_done,
                                 wait_kind::phase_started,
                                 wait_kind::phase_blocked};
  return {kinds[x % 3], x / 3};
}

std::vector<std::vector<std::uint32_t>> wait_graph::knots() const {
  return knot_finder{*this}.run();
}

std::vector<std::uint32_t>
wait_graph::cycle(const std::vector<std::uint32_t>& knot) const {
  // Breadth first from the lowest node until an edge leads back to it.
  auto root = knot.front();
  std::unordered_map<std::uint32_t, std::uint32_t> from{{root, none}};
  std::vector<std::uint32_t> open{root};
  auto inside = [&](std::uint32_t x) {
    return std::binary_search(knot.begin(), knot.end(), x);
  };
  for (std::size_t i = 0; i < open.size(); ++i)
    for (const auto& e : edges(open[i])) {
      if (e.target == root) {
        std::vector<std::uint32_t> result;
        for (auto x = open[i]; x != none; x = from[x])
          result.push_back(x);
        std::reverse(result.begin(), result.end());
        return result;
      }
      if (inside(e.target) && from.emplace(e.target, open[i]).second)
        open.push_back(e.target);
    }
  return {};
}

} // namespace tutti::config
