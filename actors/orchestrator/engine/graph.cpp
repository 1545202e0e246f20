// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/graph.hpp"

#include "messages/assert.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace tutti::engine {

namespace {

struct raw_edge {
  node_index from;
  node_index to;
  edge_kind kind;
  bool data;
  bool at_once;
};

edge_kind kind_of(need_condition x) {
  switch (x) {
  case need_condition::succeeded:
    return edge_kind::succeeded;
  case need_condition::failed:
    return edge_kind::failed;
  case need_condition::completed:
    return edge_kind::completed;
  case need_condition::started:
    return edge_kind::started;
  }
  return edge_kind::succeeded;
}

class compiler {
public:
  compiler(const plan& p, const graph_options& options)
    : plan_(p), options_(options) {
  }

  graph run() {
    g_.task_count = static_cast<std::uint32_t>(plan_.tasks.size());
    g_.gate_count = static_cast<std::uint32_t>(plan_.gates.size());
    g_.fail_fast = plan_.fail_fast;
    g_.jobs = options_.jobs;
    add_resources();
    make_classes();
    make_edges();
    TUTTI_ASSERT(g_.node_count() < edge::nodes_max);
    make_rows();
    rank_tasks();
    mark_classes_ahead();
    for (auto t : plan_.skipped)
      g_.skipped.push_back(t.value);
    return std::move(g_);
  }

private:
  void add_resources() {
    for (const auto& a : plan_.agents)
      g_.slots.push_back(a.slots == 0 ? options_.implicit_slots : a.slots);
    for (const auto& p : plan_.pools)
      g_.pools.push_back(p.capacity);
  }

  // -- classes and policies ---------------------------------------------------

  void make_classes() {
    using pool_key = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
    std::map<std::pair<std::vector<agent_id>, pool_key>, std::uint32_t> known;
    g_.tasks.resize(plan_.tasks.size());
    for (std::size_t i = 0; i < plan_.tasks.size(); ++i) {
      const auto& t = plan_.tasks[i];
      TUTTI_ASSERT(!t.agents.empty());
      pool_key pools;
      for (const auto& x : t.pools)
        pools.emplace_back(x.pool.value, x.count);
      auto [at, fresh] =
          known.try_emplace({t.agents, std::move(pools)}, g_.classes.size());
      if (fresh)
        g_.classes.push_back({t.agents, t.pools, 0, 0, false});
      g_.tasks[i].cls = at->second;
      g_.tasks[i].policy = policy_index(t);
      if (t.is_finally)
        g_.finally_tasks.push_back(static_cast<std::uint32_t>(i));
      if (!t.condition.empty())
        g_.conditions.emplace_back(i, t.condition);
    }
  }

  std::uint32_t policy_index(const task& t) {
    task_policy mine{t.timeout, t.retries, t.allow_failure, t.is_finally};
    // Most plans have a handful; the last one found is nearly always it.
    if (last_policy_ < g_.policies.size() && g_.policies[last_policy_] == mine)
      return last_policy_;
    auto key = std::tuple{mine.timeout.count(),
                          mine.retries.max,
                          mine.retries.wait.count(),
                          mine.retries.backoff,
                          mine.retries.max_wait.count(),
                          mine.allow_failure,
                          mine.is_finally};
    auto [at, fresh] = policy_ids_.try_emplace(key, g_.policies.size());
    if (fresh)
      g_.policies.push_back(mine);
    return last_policy_ = at->second;
  }

  /// Semantics §1: pinned, no tokens, and nobody who needs tokens or a choice
  /// of agents competes for the same agent's slots.
  void mark_classes_ahead() {
    std::uint64_t all_slots = 0;
    for (auto n : g_.slots)
      all_slots += n;
    bool jobs_bind = all_slots > g_.jobs;
    auto simple = [](const task_class& c) {
      return c.agents.size() == 1 && c.pools.empty();
    };
    std::vector<bool> contested(g_.slots.size(), jobs_bind);
    for (const auto& c : g_.classes)
      if (!simple(c))
        for (auto a : c.agents)
          contested[a.value] = true;
    for (auto& c : g_.classes)
      c.assign_ahead = simple(c) && !contested[c.agents[0].value];
  }

  // -- edges ------------------------------------------------------------------

  /// Calls `use` for each edge; called twice with the same result, first to
  /// count, then to place.
  template <class Use>
  void for_each_edge(Use use) {
    for (std::uint32_t i = 0; i < g_.task_count; ++i)
      edges_into_task(i, use);
    for (std::uint32_t i = 0; i < g_.gate_count; ++i)
      edges_of_gate(i, use);
    for (std::uint32_t i = 0; i < plan_.phases.size(); ++i)
      if (group_of_phase_[i] != task_id::none)
        for (auto t : plan_.phases[i].tasks)
          use(raw_edge{t.value, group_of_phase_[i], edge_kind::member, false,
                       false});
    if (group_of_all_ != task_id::none)
      for (std::uint32_t i = 0; i < g_.task_count; ++i)
        if (!plan_.tasks[i].is_finally)
          use(raw_edge{i, group_of_all_, edge_kind::member, false, false});
  }

  template <class Use>
  void edges_into_task(std::uint32_t i, Use use) {
    const auto& t = plan_.tasks[i];
    bool pinned = t.agents.size() == 1;
    for (const auto& n : t.needs) {
      auto kind = t.is_finally ? edge_kind::ended : kind_of(n.condition);
      bool data = n.of.kind != node_kind::gate
               && n.condition != need_condition::started;
      use(raw_edge{node_of(n.of), i, kind, data,
                   data && pinned && n.of.kind == node_kind::task});
    }
    for (const auto& x : t.after)
      use(raw_edge{node_of(x), i, edge_kind::ended, false, false});
    if (t.is_finally && t.needs.empty() && t.after.empty()
        && group_of_all_ != task_id::none)
      use(raw_edge{group_of_all_, i, edge_kind::ended, false, false});
  }

  template <class Use>
  void edges_of_gate(std::uint32_t i, Use use) {
    const auto& gate = plan_.gates[i];
    for (const auto& n : gate.needs)
      use(raw_edge{node_of(n.of), g_.gate_node(i), kind_of(n.condition), false,
                   false});
    auto block = [&](std::uint32_t task) {
      if (!plan_.tasks[task].is_finally)
        use(raw_edge{g_.gate_node(i), task, edge_kind::succeeded, false,
                     false});
    };
    for (const auto& x : gate.blocks) {
      if (x.kind == node_kind::task)
        block(x.index);
      else if (x.kind == node_kind::phase)
        for (auto t : plan_.phases[x.index].tasks)
          block(t.value);
    }
    if (gate.blocks_all)
      for (std::uint32_t t = 0; t < g_.task_count; ++t)
        if (!needed_by_all_gates_[t])
          block(t);
  }

  node_index node_of(node_ref x) {
    switch (x.kind) {
    case node_kind::task:
      return x.index;
    case node_kind::gate:
      return g_.gate_node(x.index);
    case node_kind::phase:
      return group_of_phase_[x.index];
    case node_kind::service:
      break;
    }
    return x.index;
  }

  void make_groups() {
    group_of_phase_.assign(plan_.phases.size(), task_id::none);
    auto next = g_.task_count + g_.gate_count;
    auto want = [&](node_ref x) {
      if (x.kind == node_kind::phase
          && group_of_phase_[x.index] == task_id::none) {
        group_of_phase_[x.index] = next++;
        g_.group_phases.push_back(x.index);
      }
    };
    bool all = false;
    for (const auto& t : plan_.tasks) {
      for (const auto& n : t.needs)
        want(n.of);
      for (const auto& x : t.after)
        want(x);
      all = all || (t.is_finally && t.needs.empty() && t.after.empty());
    }
    for (const auto& gate : plan_.gates)
      for (const auto& n : gate.needs)
        want(n.of);
    bool others =
        std::any_of(plan_.tasks.begin(), plan_.tasks.end(), [](const task& t) {
          return !t.is_finally;
        });
    if (all && others) {
      group_of_all_ = next++;
      g_.group_phases.push_back(phase_id::none);
    }
    g_.group_count = next - g_.task_count - g_.gate_count;
  }

  /// All that a `blocks: all` gate needs, directly or not (semantics §15).
  void find_prerequisites() {
    needed_by_all_gates_.assign(g_.task_count, false);
    std::vector<bool> gate_seen(g_.gate_count, false);
    std::vector<bool> phase_seen(plan_.phases.size(), false);
    std::vector<node_ref> open;
    for (std::uint32_t i = 0; i < g_.gate_count; ++i)
      if (plan_.gates[i].blocks_all)
        open.push_back({node_kind::gate, i});
    while (!open.empty()) {
      auto x = open.back();
      open.pop_back();
      if (x.kind == node_kind::phase) {
        if (phase_seen[x.index])
          continue;
        phase_seen[x.index] = true;
        for (auto t : plan_.phases[x.index].tasks)
          open.push_back({node_kind::task, t.value});
        continue;
      }
      if (x.kind == node_kind::gate) {
        if (gate_seen[x.index])
          continue;
        gate_seen[x.index] = true;
        for (const auto& n : plan_.gates[x.index].needs)
          open.push_back(n.of);
        continue;
      }
      if (needed_by_all_gates_[x.index])
        continue;
      needed_by_all_gates_[x.index] = true;
      add_sources(x.index, open);
    }
  }

  void add_sources(std::uint32_t task, std::vector<node_ref>& open) {
    for (const auto& n : plan_.tasks[task].needs)
      open.push_back(n.of);
    for (const auto& x : plan_.tasks[task].after)
      open.push_back(x);
    // A gate that blocks this task by name is needed by it, too.
    for (auto gate : blockers_[task])
      open.push_back({node_kind::gate, gate});
  }

  void make_edges() {
    make_groups();
    for (std::uint32_t i = 0; i < g_.gate_count; ++i) {
      const auto& gate = plan_.gates[i];
      if (gate.closed_by_skip)
        g_.closed_gates.push_back(i);
      for (const auto& x : gate.blocks) {
        if (x.kind == node_kind::task)
          blockers_[x.index].push_back(i);
        else if (x.kind == node_kind::phase)
          for (auto t : plan_.phases[x.index].tasks)
            blockers_[t.value].push_back(i);
      }
    }
    find_prerequisites();
  }

  void make_rows() {
    auto n = g_.node_count();
    g_.out_begin.assign(n + 1, 0);
    g_.in_begin.assign(n + 1, 0);
    for_each_edge([&](const raw_edge& e) {
      TUTTI_ASSERT(e.from < n && e.to < n);
      ++g_.out_begin[e.from + 1];
      ++g_.in_begin[e.to + 1];
    });
    std::partial_sum(g_.out_begin.begin(), g_.out_begin.end(),
                     g_.out_begin.begin());
    std::partial_sum(g_.in_begin.begin(), g_.in_begin.end(),
                     g_.in_begin.begin());
    g_.out.resize(g_.out_begin[n]);
    g_.in.resize(g_.in_begin[n]);
    auto out_at = g_.out_begin;
    auto in_at = g_.in_begin;
    for_each_edge([&](const raw_edge& e) {
      g_.out[out_at[e.from]++] = {e.to, e.kind, e.data, e.at_once};
      g_.in[in_at[e.to]++] = {e.from, e.kind, e.data, e.at_once};
    });
  }

  // -- rank (semantics §4) ----------------------------------------------------

  void rank_tasks() {
    auto upward = upward_ranks();
    std::vector<std::uint32_t> order(g_.task_count);
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) {
      auto p = plan_.tasks[a].priority;
      auto q = plan_.tasks[b].priority;
      if (p != q)
        return p > q;
      if (upward[a] != upward[b])
        return upward[a] > upward[b];
      return a < b;
    });
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      g_.tasks[order[i]].rank = i;
      ++g_.classes[g_.tasks[order[i]].cls].last;
    }
    std::uint32_t next = 0;
    for (auto& c : g_.classes) {
      c.first = next;
      next += c.last;
      c.last = c.first;
    }
    g_.by_position.resize(g_.task_count);
    for (auto t : order) {
      auto position = g_.classes[g_.tasks[t].cls].last++;
      g_.tasks[t].position = position;
      g_.by_position[position] = t;
    }
  }

  /// The longest remaining path by estimate, in nanoseconds; also the second
  /// look at cycles, far from the loader's.
  std::vector<std::int64_t> upward_ranks() {
    auto n = g_.node_count();
    std::vector<std::uint32_t> open(n);
    std::vector<node_index> order;
    order.reserve(n);
    for (node_index x = 0; x < n; ++x) {
      open[x] = g_.in_begin[x + 1] - g_.in_begin[x];
      if (open[x] == 0)
        order.push_back(x);
    }
    for (std::size_t i = 0; i < order.size(); ++i)
      for (auto e : g_.out_of(order[i]))
        if (--open[e.target()] == 0)
          order.push_back(e.target());
    TUTTI_ASSERT(order.size() == n); // a cycle, else
    std::vector<std::int64_t> result(n, 0);
    for (auto i = order.size(); i-- > 0;) {
      auto x = order[i];
      auto own = g_.is_task(x) ? plan_.tasks[x].estimate.mode.count() : 0;
      std::int64_t longest = own;
      for (auto e : g_.out_of(x)) {
        auto through = e.kind() == edge_kind::started ? 0 : own;
        longest = std::max(longest, through + result[e.target()]);
      }
      result[x] = longest;
    }
    return result;
  }

  const plan& plan_;
  graph_options options_;
  graph g_;
  std::vector<node_index> group_of_phase_;
  node_index group_of_all_ = task_id::none;
  std::vector<bool> needed_by_all_gates_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> blockers_;
  std::map<std::tuple<std::int64_t, std::uint32_t, std::int64_t, double,
                      std::int64_t, bool, bool>,
           std::uint32_t>
      policy_ids_;
  std::uint32_t last_policy_ = 0;
};

} // namespace

graph compile(const plan& p, const graph_options& options) {
  return compiler{p, options}.run();
}

} // namespace tutti::engine
