// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_skip.hpp"

#include <algorithm>
#include <cstdint>

namespace tutti::config {

namespace {

/// Follows needs from what is left out to what needs it.
class descendant_finder {
public:
  explicit descendant_finder(const plan& p)
    : plan_(p), skipped(p.tasks.size(), false), down_(p.services.size(), false),
      users_(p.tasks.size()), phase_users_(p.phases.size()),
      service_users_(p.services.size()), trigger_users_(p.tasks.size()),
      phases_(p.tasks.size()), triggers_(p.tasks.size()) {
    for (std::uint32_t i = 0; i < p.tasks.size(); ++i)
      if (!p.tasks[i].is_finally)
        add_task(i);
    for (std::uint32_t i = 0; i < p.services.size(); ++i)
      add_user({node_kind::service, i}, p.services[i].needs);
    for (std::uint32_t i = 0; i < p.phases.size(); ++i)
      if (!phase_users_[i].empty())
        for (auto t : p.phases[i].tasks)
          phases_[t.value].push_back(i);
  }

  void run(const std::vector<std::uint32_t>& tasks) {
    for (auto t : tasks)
      leave_out({node_kind::task, t});
    while (!open_.empty()) {
      auto x = open_.back();
      open_.pop_back();
      if (x.kind == node_kind::service) {
        leave_out_all(service_users_[x.index]);
        continue;
      }
      leave_out_all(users_[x.index]);
      // One with `after-each` goes on while a trigger is left (semantics §14).
      for (auto i : trigger_users_[x.index])
        if (--triggers_[i] == 0)
          leave_out({node_kind::task, i});
      for (auto i : phases_[x.index])
        leave_out_all(phase_users_[i]);
    }
  }

  [[nodiscard]] bool hits(node_ref x) const {
    switch (x.kind) {
    case node_kind::task:
      return skipped[x.index];
    case node_kind::gate:
      return plan_.gates[x.index].closed_by_skip;
    case node_kind::service:
      return down_[x.index];
    case node_kind::phase:
      break;
    }
    const auto& tasks = plan_.phases[x.index].tasks;
    return std::any_of(tasks.begin(), tasks.end(), [&](task_id t) {
      return skipped[t.value];
    });
  }

private:
  void add_task(std::uint32_t i) {
    const auto& t = plan_.tasks[i];
    add_user({node_kind::task, i}, t.needs);
    add_user({node_kind::task, i}, t.needs_later);
    for (auto x : t.after_each)
      trigger_users_[x.value].push_back(i);
    triggers_[i] = static_cast<std::uint32_t>(t.after_each.size());
  }

  void add_user(node_ref user, const std::vector<need>& needs) {
    for (const auto& n : needs)
      if (n.of.kind == node_kind::task)
        users_[n.of.index].push_back(user);
      else if (n.of.kind == node_kind::phase)
        phase_users_[n.of.index].push_back(user);
      else if (n.of.kind == node_kind::service)
        service_users_[n.of.index].push_back(user);
  }

  void leave_out_all(std::vector<node_ref>& users) {
    auto all = std::move(users);
    users.clear();
    for (auto x : all)
      leave_out(x);
  }

  void leave_out(node_ref x) {
    auto& gone = x.kind == node_kind::task ? skipped : down_;
    if (gone[x.index])
      return;
    gone[x.index] = true;
    open_.push_back(x);
  }

  const plan& plan_;

public:
  std::vector<bool> skipped;

private:
  std::vector<bool> down_; ///< services that never start
  std::vector<std::vector<node_ref>> users_;
  std::vector<std::vector<node_ref>> phase_users_;
  std::vector<std::vector<node_ref>> service_users_;
  std::vector<std::vector<std::uint32_t>> trigger_users_;
  std::vector<std::vector<std::uint32_t>> phases_; ///< needed ones, by task
  std::vector<std::uint32_t> triggers_;            ///< that are left, by task
  std::vector<node_ref> open_;
};

std::vector<std::uint32_t> tasks_of(const plan& p,
                                    const std::vector<std::string>& names) {
  auto known = names_of(p);
  std::vector<std::uint32_t> result;
  for (const auto& name : names) {
    auto at = known.find(name);
    if (at == known.end())
      continue;
    if (at->second.kind == node_kind::task)
      result.push_back(at->second.index);
    else if (at->second.kind == node_kind::phase)
      for (auto t : p.phases[at->second.index].tasks)
        result.push_back(t.value);
  }
  return result;
}

void close_gates(plan& p, const descendant_finder& found) {
  for (bool changed = true; changed;) {
    changed = false;
    for (auto& g : p.gates) {
      bool hit =
          !g.closed_by_skip
          && std::any_of(g.needs.begin(), g.needs.end(), [&](const need& n) {
               return found.hits(n.of);
             });
      g.closed_by_skip = g.closed_by_skip || hit;
      changed = changed || hit;
    }
  }
}

} // namespace

name_table names_of(const plan& p) {
  name_table result;
  auto add = [&](const auto& xs, node_kind kind) {
    for (std::uint32_t i = 0; i < xs.size(); ++i)
      result.emplace(xs[i].name, node_ref{kind, i});
  };
  add(p.tasks, node_kind::task);
  add(p.phases, node_kind::phase);
  add(p.gates, node_kind::gate);
  add(p.services, node_kind::service);
  return result;
}

void skip_tasks(plan& p, const std::vector<std::string>& names) {
  descendant_finder found{p};
  found.run(tasks_of(p, names));
  p.skipped.clear();
  for (std::size_t i = 0; i < p.tasks.size(); ++i)
    if (found.skipped[i])
      p.skipped.push_back(task_id{i});
  close_gates(p, found);
}

} // namespace tutti::config
