// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/play/random_plan.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::play {

/// A random plan with everything of §10–§23 on top of `random_plan`:
/// needs-later, both kinds of integrate, after-each, requests, approvals by
/// people and agents, rework, services, clocks.
class random_team {
public:
  explicit random_team(dice& d, std::uint32_t tasks_max = 12)
    : dice_(d), plan_(random_plan(d, tasks_max)) {
  }

  plan make() {
    plan_.fail_fast = dice_.one_in(10);
    add_services();
    for (std::uint32_t i = 1; i < plan_.tasks.size(); ++i)
      if (!plan_.tasks[i].is_finally)
        extend(i);
    auto works = static_cast<std::uint32_t>(plan_.tasks.size());
    add_streams(works);
    add_requests();
    add_gates(works);
    return std::move(plan_);
  }

private:
  std::uint32_t add_task(std::string name, task_kind kind,
                         std::uint32_t agent) {
    task t;
    t.name = std::move(name);
    t.kind = kind;
    t.agents = {agent_id{agent}};
    t.run.kind = command_kind::shell;
    t.run.script = "true";
    plan_.tasks.push_back(std::move(t));
    return static_cast<std::uint32_t>(plan_.tasks.size() - 1);
  }

  std::uint32_t some_agent() {
    return dice_.roll(static_cast<std::uint32_t>(plan_.agents.size()));
  }

  void add_services() {
    for (auto n = dice_.roll(3); n > 0; --n) {
      service x;
      x.name = "s" + std::to_string(n);
      plan_.services.push_back(std::move(x));
    }
  }

  /// Only earlier tasks are needed, so that nothing waits for itself.
  void extend(std::uint32_t i) {
    auto& t = plan_.tasks[i];
    if (dice_.one_in(3)) {
      for (auto n = 1 + dice_.roll(2); n > 0; --n) {
        auto from = dice_.roll(i);
        bool asks_for_start =
            std::any_of(plan_.tasks[from].needs.begin(),
                        plan_.tasks[from].needs.end(), [](const need& x) {
                          return x.condition == need_condition::started;
                        });
        if (!plan_.tasks[from].is_finally && !asks_for_start)
          t.needs_later.push_back(on_task(from));
      }
    }
    t.integrate.present = dice_.one_in(2);
    t.integrate_each = t.integrate.present && dice_.one_in(3);
    if (dice_.one_in(8))
      t.deadline = duration{20000};
    if (dice_.one_in(8))
      t.queue_timeout = duration{8000};
    if (!plan_.services.empty() && dice_.one_in(5))
      t.needs.push_back({{node_kind::service, 0}, need_condition::succeeded});
  }

  void add_streams(std::uint32_t works) {
    for (auto n = dice_.roll(3); n > 0; --n) {
      auto x = add_task("e" + std::to_string(n), task_kind::after_each,
                        some_agent());
      auto& t = plan_.tasks[x];
      std::set<std::uint32_t> triggers;
      for (auto k = 1 + dice_.roll(3); k > 0; --k) {
        auto from = dice_.roll(works);
        if (!plan_.tasks[from].is_finally)
          triggers.insert(from);
      }
      if (triggers.empty())
        triggers.insert(0);
      for (auto from : triggers)
        t.after_each.push_back(task_id{from});
      t.batch.max = dice_.roll(3);
      t.batch.wait = dice_.one_in(3) ? duration{500} : duration{0};
      t.retries.max = dice_.roll(2);
    }
  }

  void add_requests() {
    for (std::uint32_t a = 0; a < plan_.agents.size(); ++a) {
      if (!dice_.one_in(2))
        continue;
      auto x =
          add_task("requests/" + plan_.agents[a].name, task_kind::requests, a);
      plan_.tasks[x].batch.max = dice_.roll(3);
      plan_.tasks[x].retries.max = dice_.roll(2);
      plan_.agents[a].requests = {true, task_id{x}};
    }
  }

  void add_gates(std::uint32_t works) {
    auto last = static_cast<std::uint32_t>(plan_.tasks.size());
    for (auto n = dice_.roll(3); n > 0; --n) {
      auto index = static_cast<std::uint32_t>(plan_.gates.size());
      gate g;
      g.name = "approved" + std::to_string(n);
      for (auto k = 1 + dice_.roll(3); k > 0; --k) {
        auto x = dice_.roll(last);
        if (!plan_.tasks[x].is_finally
            && plan_.tasks[x].kind != task_kind::requests)
          g.needs.push_back(on_task(x));
      }
      if (g.needs.empty())
        g.needs.push_back(on_task(0));
      approve(g, index);
      auto after =
          add_task("after" + std::to_string(n), task_kind::work, some_agent());
      plan_.tasks[after].needs.push_back(on_gate(index));
      if (dice_.one_in(2))
        rework(g, works);
      plan_.gates.push_back(std::move(g));
    }
  }

  void approve(gate& g, std::uint32_t index) {
    g.approval.present = !dice_.one_in(5);
    if (!g.approval.present)
      return;
    g.approval.human = dice_.one_in(2);
    if (!g.approval.human || dice_.one_in(3)) {
      auto agent = some_agent();
      auto x = add_task("review/" + g.name, task_kind::review, agent);
      plan_.tasks[x].review_of = gate_id{index};
      g.approval.agents.push_back(agent_id{agent});
      g.approval.reviews.push_back(task_id{x});
    }
    auto all = g.approval.human + g.approval.agents.size();
    g.approval.min = 1 + dice_.roll(static_cast<std::uint32_t>(all));
    g.approval.timeout = dice_.one_in(3) ? duration{5000} : duration{0};
    g.approval.on_timeout = static_cast<exhausted_action>(dice_.roll(3));
  }

  /// What the gate needs directly, and what that needs.
  void rework(gate& g, std::uint32_t works) {
    std::set<std::uint32_t> to;
    std::vector<std::uint32_t> open;
    for (const auto& n : g.needs)
      open.push_back(n.of.index);
    while (!open.empty()) {
      auto x = open.back();
      open.pop_back();
      const auto& t = plan_.tasks[x];
      if (x < works && !to.insert(x).second)
        continue;
      for (const auto* needs : {&t.needs, &t.needs_later})
        for (const auto& n : *needs)
          if (n.of.kind == node_kind::task)
            open.push_back(n.of.index);
      for (auto from : t.after_each)
        open.push_back(from.value);
    }
    if (to.empty())
      return;
    g.rework.present = true;
    for (auto x : to)
      g.rework.to.push_back(task_id{x});
    g.rework.max_rounds = 1 + dice_.roll(3);
    g.rework.on_exhausted =
        static_cast<exhausted_action>(dice_.roll(g.approval.human ? 3 : 2));
  }

  dice& dice_;
  plan plan_;
};

} // namespace tutti::play
