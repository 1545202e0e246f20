// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/smaller_plan.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tutti::play {

namespace {

void close_gap(std::uint32_t& index, std::uint32_t gone) {
  if (index != task_id::none && index > gone)
    --index;
}

/// All references to the tasks, gates or services of a plan, in needs, blocks
/// and the like.
template <class Needs, class Refs>
void for_references(plan& p, Needs needs, Refs refs) {
  for (auto& t : p.tasks) {
    needs(t.needs);
    needs(t.needs_later);
    refs(t.after);
  }
  for (auto& g : p.gates) {
    needs(g.needs);
    refs(g.blocks);
  }
  for (auto& s : p.services)
    needs(s.needs);
}

void drop_node(plan& p, node_ref gone) {
  for_references(
      p,
      [gone](std::vector<need>& xs) {
        std::erase_if(xs, [gone](const need& n) {
          return n.of == gone;
        });
        for (auto& n : xs)
          if (n.of.kind == gone.kind)
            close_gap(n.of.index, gone.index);
      },
      [gone](std::vector<node_ref>& xs) {
        std::erase(xs, gone);
        for (auto& x : xs)
          if (x.kind == gone.kind)
            close_gap(x.index, gone.index);
      });
}

void drop_task_id(std::vector<task_id>& xs, std::uint32_t gone) {
  std::erase(xs, task_id{gone});
  for (auto& x : xs)
    close_gap(x.value, gone);
}

/// What it says of an output of a task that is gone holds.
void drop_from_conditions(plan& p, std::uint32_t gone) {
  for (auto& t : p.tasks) {
    bool names_it = std::any_of(t.condition.nodes.begin(),
                                t.condition.nodes.end(), [gone](const auto& n) {
                                  return n.task == task_id{gone};
                                });
    if (names_it)
      t.condition = {};
    for (auto& n : t.condition.nodes)
      close_gap(n.task.value, gone);
  }
}

void drop_review(plan& p, std::uint32_t gone) {
  for (auto& g : p.gates) {
    auto& a = g.approval;
    auto i = std::find(a.reviews.begin(), a.reviews.end(), task_id{gone});
    if (i != a.reviews.end()) {
      a.agents.erase(a.agents.begin() + (i - a.reviews.begin()));
      a.reviews.erase(i);
      auto all = static_cast<std::uint32_t>(a.agents.size()) + a.human;
      a.min = std::min(a.min, all);
      a.present = all > 0;
    }
    for (auto& x : a.reviews)
      close_gap(x.value, gone);
  }
}

/// Whether all that a gate sends back is something that it needs (§5).
bool sends_back_ancestors(const plan& p, const gate& g) {
  std::vector<bool> seen(p.tasks.size(), false);
  std::vector<node_ref> open;
  for (const auto& n : g.needs)
    open.push_back(n.of);
  while (!open.empty()) {
    auto x = open.back();
    open.pop_back();
    if (x.kind == node_kind::phase)
      for (auto t : p.phases[x.index].tasks)
        open.push_back({node_kind::task, t.value});
    if (x.kind != node_kind::task || seen[x.index])
      continue;
    seen[x.index] = true;
    const auto& t = p.tasks[x.index];
    for (const auto* needs : {&t.needs, &t.needs_later})
      for (const auto& n : *needs)
        open.push_back(n.of);
    for (auto trigger : t.after_each)
      open.push_back({node_kind::task, trigger.value});
  }
  return std::all_of(g.rework.to.begin(), g.rework.to.end(), [&](task_id t) {
    return seen[t.value];
  });
}

bool makes_sense(const plan& p) {
  return !p.tasks.empty()
      && std::none_of(p.phases.begin(), p.phases.end(),
                      [](const phase& x) {
                        return x.tasks.empty();
                      })
      && std::none_of(p.gates.begin(), p.gates.end(),
                      [&p](const gate& g) {
                        return g.needs.empty()
                            || (g.rework.present && g.rework.to.empty())
                            || !sends_back_ancestors(p, g);
                      })
      && std::none_of(p.tasks.begin(), p.tasks.end(), [](const task& t) {
           return t.kind == task_kind::after_each && t.after_each.empty();
         });
}

std::optional<plan> if_it_makes_sense(plan p) {
  if (!makes_sense(p))
    return std::nullopt;
  return p;
}

} // namespace

std::optional<plan> without_task(const plan& p, std::uint32_t task) {
  auto result = p;
  drop_review(result, task);
  drop_node(result, {node_kind::task, task});
  drop_from_conditions(result, task);
  result.tasks.erase(result.tasks.begin() + task);
  for (auto& t : result.tasks)
    drop_task_id(t.after_each, task);
  for (auto& x : result.phases)
    drop_task_id(x.tasks, task);
  for (auto& g : result.gates)
    drop_task_id(g.rework.to, task);
  drop_task_id(result.skipped, task);
  for (auto& a : result.agents) {
    if (a.requests.present && a.requests.task == task_id{task})
      a.requests = {};
    close_gap(a.requests.task.value, task);
  }
  for (auto& c : result.contracts)
    for (auto* x : {&c.defined_by, &c.provider}) {
      if (*x == task_id{task})
        return std::nullopt;
      close_gap(x->value, task);
    }
  return if_it_makes_sense(std::move(result));
}

std::optional<plan> without_gate(const plan& p, std::uint32_t gate) {
  auto result = p;
  auto reviews = result.gates[gate].approval.reviews;
  std::sort(reviews.rbegin(), reviews.rend());
  for (auto x : reviews) {
    auto smaller = without_task(result, x.value);
    if (!smaller)
      return std::nullopt;
    result = *std::move(smaller);
  }
  drop_node(result, {node_kind::gate, gate});
  result.gates.erase(result.gates.begin() + gate);
  for (auto& t : result.tasks)
    close_gap(t.review_of.value, gate);
  return if_it_makes_sense(std::move(result));
}

std::optional<plan> without_service(const plan& p, std::uint32_t service) {
  auto result = p;
  drop_node(result, {node_kind::service, service});
  result.services.erase(result.services.begin() + service);
  return if_it_makes_sense(std::move(result));
}

// -- parts of a task ----------------------------------------------------------

namespace {

/// Settings that a task can do without.
constexpr std::size_t settings = 13;

bool drop_setting(task& t, std::size_t n) {
  auto before = t;
  switch (n) {
  case 0:
    t.condition = {};
    break;
  case 1:
    t.pools.clear();
    break;
  case 2:
    t.timeout = t.idle_timeout = duration{0};
    break;
  case 3:
    t.deadline = duration{0};
    break;
  case 4:
    t.queue_timeout = duration{0};
    break;
  case 5:
    t.retries = {};
    break;
  case 6:
    t.allow_failure = false;
    break;
  case 7:
    t.is_finally = false;
    break;
  case 8:
    t.integrate_each = false;
    break;
  case 9:
    t.integrate = {};
    t.integrate_each = false;
    break;
  case 10:
    t.priority = 0;
    break;
  case 11:
    t.agents.resize(1);
    break;
  default:
    t.batch = {};
    break;
  }
  return !(t == before);
}

} // namespace

std::size_t parts_of(const task& t) {
  return settings + t.needs.size() + t.needs_later.size() + t.after.size()
       + t.after_each.size();
}

std::optional<plan> without_part(const plan& p, std::uint32_t task,
                                 std::size_t n) {
  auto result = p;
  auto& t = result.tasks[task];
  if (n < settings) {
    if (!drop_setting(t, n))
      return std::nullopt;
    return result;
  }
  n -= settings;
  auto drop = [&n](auto& from) {
    if (n < from.size()) {
      from.erase(from.begin() + static_cast<std::ptrdiff_t>(n));
      return true;
    }
    n -= from.size();
    return false;
  };
  if (!drop(t.needs) && !drop(t.needs_later) && !drop(t.after)
      && !drop(t.after_each))
    return std::nullopt;
  return if_it_makes_sense(std::move(result));
}

// -- gates, agents, trimmings -------------------------------------------------

std::optional<plan> without_gate_part(const plan& p, std::uint32_t gate,
                                      std::size_t n) {
  auto result = p;
  auto& g = result.gates[gate];
  if (n == 0) {
    if (!g.approval.present || !g.approval.reviews.empty())
      return std::nullopt; // reviews go one by one
    g.approval = {};
  } else if (n == 1) {
    if (!g.rework.present)
      return std::nullopt;
    g.rework = {};
  } else {
    if (g.blocks.empty() && !g.blocks_all)
      return std::nullopt;
    g.blocks.clear();
    g.blocks_all = false;
  }
  return result;
}

std::optional<plan> without_agent(const plan& p, std::uint32_t agent) {
  for (const auto& t : p.tasks)
    if (std::find(t.agents.begin(), t.agents.end(), agent_id{agent})
        != t.agents.end())
      return std::nullopt;
  auto result = p;
  result.agents.erase(result.agents.begin() + agent);
  for (auto& t : result.tasks)
    for (auto& a : t.agents)
      close_gap(a.value, agent);
  for (auto& g : result.gates)
    for (auto& a : g.approval.agents)
      close_gap(a.value, agent);
  return result;
}

plan without_trimmings(const plan& p) {
  auto result = p;
  result.fail_fast = false;
  std::vector<bool> named(p.phases.size(), false);
  auto note = [&named](node_ref x) {
    if (x.kind == node_kind::phase)
      named[x.index] = true;
  };
  for_references(
      result,
      [&](std::vector<need>& xs) {
        for (const auto& n : xs)
          note(n.of);
      },
      [&](std::vector<node_ref>& xs) {
        for (auto x : xs)
          note(x);
      });
  for (auto i = static_cast<std::uint32_t>(named.size()); i-- > 0;)
    if (!named[i]) {
      drop_node(result, {node_kind::phase, i});
      result.phases.erase(result.phases.begin() + i);
    }
  bool pools =
      std::any_of(result.tasks.begin(), result.tasks.end(), [](const task& t) {
        return !t.pools.empty();
      });
  if (!pools)
    result.pools.clear();
  for (auto& t : result.tasks)
    t.phase = {};
  return result;
}

} // namespace tutti::play
