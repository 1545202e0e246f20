// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/simulation/changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti::simulation {

namespace {

bool is_task(const node_ref& x, std::uint32_t task) {
  return x.kind == node_kind::task && x.index == task;
}

bool needs_task(const std::vector<need>& xs, std::uint32_t task) {
  return std::any_of(xs.begin(), xs.end(), [task](const need& x) {
    return is_task(x.of, task);
  });
}

estimate sum(const estimate& x, const estimate& y) {
  return {x.min + y.min, x.mode + y.mode, x.max + y.max};
}

estimate half(const estimate& x) {
  return {x.min / 2, x.mode / 2, x.max / 2};
}

/// The gate stays, so that what names it finds it: open, and nobody is asked.
void drop_gate(plan& p, std::uint32_t gate) {
  auto& g = p.gates[gate];
  for (auto review : g.approval.reviews)
    p.skipped.push_back(review);
  std::sort(p.skipped.begin(), p.skipped.end());
  g.needs.clear();
  g.blocks.clear();
  g.blocks_all = false;
  g.closed_by_skip = false;
  g.approval = {};
  g.rework = {};
}

/// What defines the contract is needed to start (semantics §12).
void need_later(plan& p, std::uint32_t task, std::uint32_t producer) {
  auto& t = p.tasks[task];
  auto i = std::find_if(t.needs.begin(), t.needs.end(), [&](const need& x) {
    return is_task(x.of, producer);
  });
  if (i == t.needs.end())
    return;
  t.needs_later.push_back(*i);
  t.needs.erase(i);
  auto contract = p.tasks[producer].provides;
  if (!contract.valid())
    return;
  auto definer = p.contracts[contract.value].defined_by;
  if (definer.valid() && definer.value != task
      && !needs_task(t.needs, definer.value))
    t.needs.push_back(
        {{node_kind::task, definer.value}, need_condition::succeeded});
}

/// Whoever waits for the one waits for the other as well.
template <class Ref, class Of>
void wait_for_both(std::vector<Ref>& xs, std::uint32_t task,
                   std::uint32_t second, Of of) {
  for (std::size_t i = 0, n = xs.size(); i < n; ++i)
    if (is_task(of(xs[i]), task)) {
      auto copy = xs[i];
      of(copy).index = second;
      xs.push_back(copy);
    }
}

void split(setup& x, std::uint32_t task) {
  auto& p = x.plan;
  auto second = static_cast<std::uint32_t>(p.tasks.size());
  auto of_need = [](auto& n) -> auto& {
    return n.of;
  };
  auto of_ref = [](auto& n) -> auto& {
    return n;
  };
  for (auto& t : p.tasks) {
    wait_for_both(t.needs, task, second, of_need);
    wait_for_both(t.after, task, second, of_ref);
    wait_for_both(t.needs_later, task, second, of_need);
  }
  for (auto& g : p.gates) {
    wait_for_both(g.needs, task, second, of_need);
    wait_for_both(g.blocks, task, second, of_ref);
  }
  for (auto& s : p.services)
    wait_for_both(s.needs, task, second, of_need);
  auto& first = p.tasks[task];
  first.estimate = half(first.estimate);
  auto other = first;
  other.name += " (second half)";
  other.provides = {};
  other.needs_later.clear();
  other.integrate = {};
  other.integrate_each = false;
  if (other.phase.valid())
    p.phases[other.phase.value].tasks.push_back(task_id{second});
  p.tasks.push_back(std::move(other));
  auto& work = x.script.work;
  work[task].run = half(work[task].run);
  work.push_back({work[task].run, {}});
  if (!x.script.results.empty())
    x.script.results.emplace_back();
}

} // namespace

std::uint32_t slots_of(const setup& x, std::uint32_t agent) {
  auto slots = x.plan.agents[agent].slots;
  return slots == 0 ? x.options.implicit_slots : slots;
}

bool can_split(const plan& p, std::uint32_t task) {
  const auto& t = p.tasks[task];
  bool followed =
      std::any_of(p.tasks.begin(), p.tasks.end(), [task](const tutti::task& x) {
        return std::find(x.after_each.begin(), x.after_each.end(),
                         task_id{task})
            != x.after_each.end();
      });
  return t.kind == task_kind::work && !t.is_finally && !followed;
}

void apply(const change& x, setup& to) {
  auto& p = to.plan;
  switch (x.kind) {
  case change_kind::agent_slots:
    if (p.agents[x.subject].slots == 0)
      to.options.implicit_slots = x.amount;
    else
      p.agents[x.subject].slots = x.amount;
    return;
  case change_kind::jobs: // as `tutti run --jobs`
    to.options.jobs = x.amount;
    to.options.implicit_slots = x.amount;
    return;
  case change_kind::pool_tokens:
    p.pools[x.subject].capacity = x.amount;
    return;
  case change_kind::drop_gate:
    return drop_gate(p, x.subject);
  case change_kind::later_as_needs:
    return turn_later_into_needs(p, to.script);
  case change_kind::need_as_later:
    return need_later(p, x.subject, x.amount);
  case change_kind::split_task:
    return split(to, x.subject);
  case change_kind::plan_order:
    to.options.plan_order = true;
    return;
  }
}

std::string to_text(const change& x, const plan& p) {
  auto counted = [&](std::string_view noun) {
    return fmt::format("{} {}{}", x.amount, noun, x.amount == 1 ? "" : "s");
  };
  switch (x.kind) {
  case change_kind::agent_slots:
    return fmt::format("{}: {}", p.agents[x.subject].name, counted("slot"));
  case change_kind::jobs:
    return counted("job") + " at once";
  case change_kind::pool_tokens:
    return fmt::format("pool {}: {}", p.pools[x.subject].name,
                       counted("token"));
  case change_kind::drop_gate:
    return fmt::format("without gate {}", p.gates[x.subject].name);
  case change_kind::later_as_needs:
    return "every needs-later a need";
  case change_kind::need_as_later:
    return fmt::format("{} needs {} later", p.tasks[x.subject].name,
                       p.tasks[x.amount].name);
  case change_kind::split_task:
    return fmt::format("{} split in two", p.tasks[x.subject].name);
  case change_kind::plan_order:
    return "in the order of the plan";
  }
  return {};
}

void remove_clocks(plan& p) {
  for (auto& t : p.tasks) {
    t.timeout = t.idle_timeout = t.deadline = t.queue_timeout = duration{0};
    t.retries = {};
  }
  for (auto& g : p.gates) {
    g.approval.timeout = duration{0};
    g.rework = {};
  }
  p.fail_fast = false;
}

void turn_later_into_needs(plan& p, script& s) {
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    auto& t = p.tasks[i];
    bool later = !t.needs_later.empty();
    t.needs.insert(t.needs.end(), t.needs_later.begin(), t.needs_later.end());
    t.needs_later.clear();
    if (later && t.integrate.present)
      t.estimate = sum(t.estimate, t.integrate.estimate);
    t.integrate.present = false;
    t.integrate_each = false;
    s.work[i].run = sum(s.work[i].run, s.work[i].integrate);
    s.work[i].integrate = {duration{0}, duration{0}, duration{0}};
  }
}

bool later_could_close_a_circle(const plan& p) {
  return std::any_of(p.tasks.begin(), p.tasks.end(), [](const task& t) {
    return std::any_of(t.needs.begin(), t.needs.end(), [](const need& n) {
      return n.condition == need_condition::started;
    });
  });
}

} // namespace tutti::simulation
