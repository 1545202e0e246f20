// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/graph.hpp"

#include "actors/orchestrator/engine/graph_classes.hpp"
#include "actors/orchestrator/engine/graph_rank.hpp"
#include "messages/assert.hpp"

#include <algorithm>
#include <map>
#include <numeric>

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
    g_.service_count = static_cast<std::uint32_t>(plan_.services.size());
    g_.fail_fast = plan_.fail_fast;
    g_.jobs = options_.jobs;
    g_.no_wait = options_.no_wait;
    g_.has_rework = options_.was_changed;
    add_resources();
    make_classes();
    make_edges();
    TUTTI_ASSERT(g_.node_count() < edge::nodes_max);
    make_rows();
    describe_tasks();
    describe_gates();
    rank_units(plan_, g_, options_.plan_order);
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
    add_places();
    for (const auto& a : plan_.agents) {
      g_.agent_names.push_back(a.name);
      g_.has_session.push_back(options_.agents_crash
                               || a.session.kind != command_kind::none
                               || !a.native.empty());
      g_.request_tasks.push_back(a.requests.present ? a.requests.task.value
                                                    : task_id::none);
    }
  }

  void add_places() {
    g_.implicit_slots = options_.implicit_slots;
    g_.local_labels = options_.local_labels;
    g_.nodes_may_join = options_.nodes_may_join;
    g_.keep = plan_.nodes.keep;
    auto is_chosen = [](const agent& a) {
      return !a.runs_on.empty();
    };
    if (!options_.placement
        || std::none_of(plan_.agents.begin(), plan_.agents.end(), is_chosen))
      return;
    for (const auto& a : plan_.agents)
      g_.agent_labels.push_back(a.runs_on);
    for (const auto& t : plan_.tasks)
      g_.exclusive.push_back(t.exclusive);
  }

  // -- classes and policies ---------------------------------------------------

  void make_classes() {
    g_.tasks.resize(plan_.tasks.size());
    for (std::size_t i = 0; i < plan_.tasks.size(); ++i) {
      const auto& t = plan_.tasks[i];
      g_.tasks[i].cls = classes_.class_of(t);
      g_.tasks[i].policy = classes_.policy_of(t);
      if (t.is_finally)
        g_.finally_tasks.push_back(static_cast<std::uint32_t>(i));
      if (!t.condition.empty())
        g_.conditions.emplace_back(i, t.condition);
    }
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
    // A slot of its node is a token, too.
    for (std::size_t a = 0; a < g_.agent_labels.size(); ++a)
      contested[a] = contested[a] || !g_.agent_labels[a].empty();
    // What is ranked anew each time competes for the slots, too.
    for (const auto& x : g_.streams)
      for (auto a : g_.class_of(x.task).agents)
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
    for (std::uint32_t i = 0; i < g_.service_count; ++i)
      for (const auto& n : plan_.services[i].needs)
        use(raw_edge{node_of(n.of), g_.service_node(i), kind_of(n.condition),
                     false, false});
    for (std::uint32_t i = 0; i < plan_.phases.size(); ++i)
      if (group_of_phase_[i] != task_id::none)
        for (auto t : plan_.phases[i].tasks)
          use(raw_edge{t.value, group_of_phase_[i], edge_kind::member, false,
                       false});
    if (group_of_all_ != task_id::none)
      for (std::uint32_t i = 0; i < g_.task_count; ++i)
        if (is_other(plan_.tasks[i]))
          use(raw_edge{i, group_of_all_, edge_kind::member, false, false});
  }

  template <class Use>
  void edges_into_task(std::uint32_t i, Use use) {
    const auto& t = plan_.tasks[i];
    bool pinned = t.agents.size() == 1;
    for (const auto& n : t.needs) {
      auto kind = t.is_finally ? edge_kind::ended : kind_of(n.condition);
      bool data =
          (n.of.kind == node_kind::task || n.of.kind == node_kind::phase)
          && n.condition != need_condition::started;
      use(raw_edge{node_of(n.of), i, kind, data,
                   data && pinned && n.of.kind == node_kind::task});
    }
    for (const auto& x : t.after)
      use(raw_edge{node_of(x), i, edge_kind::ended, false, false});
    for_each_later(t, [&](std::uint32_t from) {
      use(raw_edge{from, i, edge_kind::later, true, pinned});
    });
    for (auto x : t.after_each)
      use(raw_edge{x.value, i, edge_kind::trigger, false, false});
    if (t.kind == task_kind::review)
      use(raw_edge{g_.gate_node(t.review_of.value), i, edge_kind::asked, false,
                   false});
    if (t.is_finally && t.needs.empty() && t.after.empty()
        && group_of_all_ != task_id::none)
      use(raw_edge{group_of_all_, i, edge_kind::ended, false, false});
  }

  /// What a task needs later, phases by their tasks.
  template <class Use>
  void for_each_later(const task& t, Use use) {
    for (const auto& n : t.needs_later) {
      if (n.of.kind == node_kind::task)
        use(n.of.index);
      else if (n.of.kind == node_kind::phase)
        for (auto member : plan_.phases[n.of.index].tasks)
          use(member.value);
    }
  }

  /// Whether "all other tasks" of a `finally` task means this one (§8).
  static bool is_other(const task& t) {
    return !t.is_finally && t.kind != task_kind::requests;
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
      else if (x.kind == node_kind::service)
        use(raw_edge{g_.gate_node(i), g_.service_node(x.index),
                     edge_kind::succeeded, false, false});
    }
    if (gate.blocks_all)
      for (std::uint32_t t = 0; t < g_.task_count; ++t)
        if (!needed_by_all_gates_[t] && plan_.tasks[t].kind != task_kind::review
            && plan_.tasks[t].kind != task_kind::requests)
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
      return g_.service_node(x.index);
    }
    return x.index;
  }

  void make_groups() {
    group_of_phase_.assign(plan_.phases.size(), task_id::none);
    auto next = g_.task_count + g_.gate_count + g_.service_count;
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
    for (const auto& service : plan_.services)
      for (const auto& n : service.needs)
        want(n.of);
    bool others = std::any_of(plan_.tasks.begin(), plan_.tasks.end(), is_other);
    if (all && others) {
      group_of_all_ = next++;
      g_.group_phases.push_back(phase_id::none);
    }
    g_.group_count = next - g_.task_count - g_.gate_count - g_.service_count;
  }

  /// All that a `blocks: all` gate needs, directly or not (semantics §15).
  void find_prerequisites() {
    needed_by_all_gates_.assign(g_.task_count, false);
    std::vector<bool> gate_seen(g_.gate_count, false);
    std::vector<bool> phase_seen(plan_.phases.size(), false);
    std::vector<bool> service_seen(plan_.services.size(), false);
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
      if (x.kind == node_kind::service) {
        if (service_seen[x.index])
          continue;
        service_seen[x.index] = true;
        for (const auto& n : plan_.services[x.index].needs)
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
    for (const auto& n : plan_.tasks[task].needs_later)
      open.push_back(n.of);
    for (auto x : plan_.tasks[task].after_each)
      open.push_back({node_kind::task, x.value});
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

  void describe_tasks() {
    for (std::uint32_t i = 0; i < g_.task_count; ++i) {
      const auto& t = plan_.tasks[i];
      auto& info = g_.tasks[i];
      info.kind = t.kind;
      info.loose =
          t.kind == task_kind::after_each || t.kind == task_kind::requests;
      std::uint32_t triggers = 0;
      for (auto e : g_.into(i)) {
        info.later += e.kind() == edge_kind::later;
        triggers += e.kind() == edge_kind::trigger;
        info.gathers =
            info.gathers || (e.carries_data() && !e.deliver_at_once());
      }
      info.has_condition = !t.condition.empty();
      info.exclusive = t.exclusive;
      for (auto e : g_.out_of(i)) {
        info.start_matters = info.start_matters
                          || e.kind() == edge_kind::started
                          || e.kind() == edge_kind::member;
        info.triggers = info.triggers || e.kind() == edge_kind::trigger;
      }
      if (info.loose)
        g_.streams.push_back({i, t.batch, triggers});
      if (t.integrate.present) {
        info.integrate = static_cast<std::uint32_t>(g_.integrates.size());
        g_.integrates.push_back({i, 0, 0, t.agents.size() > 1});
      }
    }
  }

  void describe_gates() {
    for (std::uint32_t i = 0; i < g_.gate_count; ++i) {
      const auto& x = plan_.gates[i];
      if (!x.approval.present && !x.rework.present)
        continue;
      gate_info made;
      made.gate = i;
      made.rework = x.rework;
      for (auto t : x.rework.to)
        made.rework_names.push_back(plan_.tasks[t.value].name);
      g_.has_rework = g_.has_rework || x.rework.present;
      if (x.approval.present) {
        approval_info a;
        a.human = x.approval.human;
        a.min = x.approval.min;
        for (auto t : x.approval.reviews)
          a.reviews.push_back(t.value);
        a.timeout = x.approval.timeout;
        a.on_timeout = x.approval.on_timeout;
        made.approval = std::move(a);
      }
      g_.special_gates.push_back(std::move(made));
    }
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
    sort_rows();
  }

  /// Most rows are in order as they were made.
  void sort_rows() {
    auto before = [](edge a, edge b) {
      return a.target() < b.target();
    };
    for (std::size_t x = 0; x < g_.node_count(); ++x) {
      auto* first = g_.out.data() + g_.out_begin[x];
      auto* last = g_.out.data() + g_.out_begin[x + 1];
      if (!std::is_sorted(first, last, before))
        std::stable_sort(first, last, before);
    }
  }

  const plan& plan_;
  graph_options options_;
  graph g_;
  std::vector<node_index> group_of_phase_;
  node_index group_of_all_ = task_id::none;
  std::vector<bool> needed_by_all_gates_;
  std::map<std::uint32_t, std::vector<std::uint32_t>> blockers_;
  graph_classes classes_{g_};
};

} // namespace

graph compile(const plan& p, const graph_options& options) {
  return compiler{p, options}.run();
}

} // namespace tutti::engine
