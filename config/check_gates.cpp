// SPDX-License-Identifier: BSD-3-Clause
// What approval and rework ask of a whole plan.
#include "config/load_parts.hpp"
#include "config/load_values.hpp"
#include "config/plan_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tutti::config {

namespace {

/// How much the lists of what rework may send back may hold in all.
constexpr std::size_t targets_max = 20'000'000;

/// A task that the gate needs directly and that may be the agent's work.
const task* work_of(const plan& p, const gate& g, agent_id x) {
  auto is_author = [&](std::uint32_t t) {
    const auto& agents = p.tasks[t].agents;
    return std::find(agents.begin(), agents.end(), x) != agents.end();
  };
  for (const auto& n : g.needs) {
    if (n.of.kind == node_kind::task && is_author(n.of.index))
      return &p.tasks[n.of.index];
    if (n.of.kind == node_kind::phase)
      for (auto t : p.phases[n.of.index].tasks)
        if (is_author(t.value))
          return &p.tasks[t.value];
  }
  return nullptr;
}

/// Where an agent is named in `by`.
span place_of_approver(const loader_context& c, node_id by,
                       std::string_view name) {
  if (c.node(by).kind == yaml_kind::mapping)
    by = c.tree.find(by, "any-of");
  if (c.node(by).kind == yaml_kind::sequence)
    for (auto item : c.tree.items(by))
      if (c.node(item).text == name)
        return c.place_of(item);
  return c.place_of(by);
}

/// The tasks that are done before a gate opens: all that can be reached.
class ancestor_tasks {
public:
  explicit ancestor_tasks(const wait_graph& g) : graph_(g), seen_(g.size()) {
  }

  const std::vector<bool>& of(std::uint32_t gate_node, std::size_t tasks) {
    std::fill(seen_.begin(), seen_.end(), false);
    result_.assign(tasks, false);
    open_.assign(1, gate_node);
    while (!open_.empty()) {
      auto node = open_.back();
      open_.pop_back();
      for (const auto& e : graph_.edges(node)) {
        if (seen_[e.target])
          continue;
        seen_[e.target] = true;
        open_.push_back(e.target);
        auto what = graph_.what(e.target);
        if (what.kind == wait_kind::start || what.kind == wait_kind::done)
          result_[what.index] = true;
      }
    }
    return result_;
  }

private:
  const wait_graph& graph_;
  std::vector<bool> seen_;
  std::vector<bool> result_;
  std::vector<std::uint32_t> open_;
};

class rework_settler {
public:
  rework_settler(loader_context& c, std::uint32_t gate,
                 const std::vector<bool>& ancestors)
    : c_(c), gate_(c.result.gates[gate]), ancestors_(ancestors) {
  }

  void run(node_id to) {
    for (auto item : read_list(c_, to, "to"))
      if (c_.node(item).text == "any")
        any_ = true;
    if (any_)
      take_all(to);
    else
      take_named(to);
    auto& all = gate_.rework.to;
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    if (all.empty() && !c_.has_error_in(to))
      c_.error(to, "'rework' names no task that could be sent back",
               "write { to: any }, or name them: { to: [a, b] }");
  }

private:
  bool may_be_sent_back(std::uint32_t t) const {
    auto kind = c_.result.tasks[t].kind;
    return ancestors_[t]
        && (kind == task_kind::work || kind == task_kind::after_each);
  }

  void take_all(node_id to) {
    if (c_.node(to).kind == yaml_kind::sequence)
      c_.warning(to, lint::covered_by_all,
                 "'any' stands for the others of this list, too");
    for (std::uint32_t t = 0; t < ancestors_.size(); ++t)
      if (may_be_sent_back(t))
        gate_.rework.to.push_back(task_id{t});
  }

  void take_named(node_id to) {
    for (auto item : read_list(c_, to, "to")) {
      auto ref = find_node(c_, item, "to");
      if (!ref)
        continue;
      auto before = gate_.rework.to.size();
      if (ref->kind == node_kind::task)
        take(ref->index);
      else if (ref->kind == node_kind::phase)
        for (auto t : c_.result.phases[ref->index].tasks)
          take(t.value);
      else
        c_.error(item, fmt::format("'{}' is a {}, and only tasks are sent back",
                                   c_.node(item).text, word_of(ref->kind)));
      if (gate_.rework.to.size() == before)
        c_.error(item,
                 fmt::format("gate '{}' does not wait for '{}', so it cannot "
                             "send it back",
                             gate_.name, c_.node(item).text),
                 "name tasks that the gate needs, directly or not");
    }
  }

  void take(std::uint32_t t) {
    if (may_be_sent_back(t))
      gate_.rework.to.push_back(task_id{t});
  }

  loader_context& c_;
  gate& gate_;
  const std::vector<bool>& ancestors_;
  bool any_ = false;
};

/// Somebody must be able to ask for changes (semantics §17).
void check_asker(loader_context& c, std::uint32_t i,
                 const std::vector<bool>& ancestors, node_id rework) {
  const auto& p = c.result;
  bool asked = p.gates[i].approval.present;
  for (std::uint32_t t = 0; t < ancestors.size() && !asked; ++t)
    asked = ancestors[t] && p.tasks[t].kind == task_kind::after_each;
  if (!asked)
    c.error(
        rework,
        fmt::format("nobody could ask gate '{}' for changes", p.gates[i].name),
        "give it an 'approval', or let it need a task with 'after-each'");
}

} // namespace

void check_authors(loader_context& c) {
  for (const auto& [i, part] : c.approvals) {
    const auto& g = c.result.gates[i];
    for (auto x : g.approval.agents)
      if (const auto* own = work_of(c.result, g, x))
        c.found.error(
            place_of_approver(c, part.by, c.result.agents[x.value].name),
            fmt::format("agent '{}' cannot approve its own work: gate '{}' "
                        "needs its task '{}'",
                        c.result.agents[x.value].name, g.name, own->name),
            "name another agent, or human");
  }
}

void settle_rework(loader_context& c, const wait_graph& g) {
  ancestor_tasks finder{g};
  std::size_t total = 0;
  for (std::uint32_t i = 0; i < c.gate_bodies.size(); ++i) {
    auto rework = c.tree.find(c.gate_bodies[i], "rework");
    auto to = rework == no_node ? no_node : c.tree.find(rework, "to");
    if (to == no_node)
      continue;
    const auto& ancestors =
        finder.of(g.node_of({node_kind::gate, i}), c.result.tasks.size());
    rework_settler{c, i, ancestors}.run(to);
    check_asker(c, i, ancestors, rework);
    total += c.result.gates[i].rework.to.size();
    if (total > targets_max) {
      c.error(to, "what rework may send back adds up to too many tasks",
              "name in 'to' the few that are meant");
      return;
    }
  }
}

} // namespace tutti::config
