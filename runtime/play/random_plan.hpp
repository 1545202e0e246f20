// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/play/dice.hpp"
#include "runtime/play/plan_builder.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace tutti::play {

/// A plan with everything this version knows: conditions of all kinds, after,
/// phases, gates, pools, any-of, finally, if, retries, allowed failures.
inline plan random_plan(dice& d, std::uint32_t tasks_max = 12) {
  plan_builder b;
  auto agents = 1 + d.roll(3);
  for (std::uint32_t i = 0; i < agents; ++i)
    b.agent("a" + std::to_string(i), 1 + d.roll(3));
  auto pools = d.roll(3);
  for (std::uint32_t i = 0; i < pools; ++i)
    b.pool("p" + std::to_string(i), 1 + d.roll(3));
  auto tasks = 1 + d.roll(tasks_max);
  std::vector<std::uint32_t> phased; // the first tasks form up to two phases
  auto cut = d.roll(tasks + 1);
  for (std::uint32_t i = 0; i < tasks; ++i) {
    auto t = b.task("t" + std::to_string(i));
    auto& x = b[t];
    x.agents = {agent_id{d.roll(agents)}};
    if (agents > 1 && d.one_in(4)) {
      x.agents = {agent_id{0}, agent_id{1}};
    }
    if (pools > 0 && d.one_in(3)) {
      auto p = d.roll(pools);
      x.pools = {{pool_id{p}, 1 + d.roll(b.get().pools[p].capacity)}};
    }
    x.priority = static_cast<std::int32_t>(d.roll(3)) - 1;
    x.allow_failure = d.one_in(5);
    x.retries.max = d.one_in(3) ? d.roll(3) : 0;
    x.retries.wait = d.one_in(2) ? duration{0} : duration{1000};
    x.timeout = d.one_in(4) ? duration{5000} : duration{0};
    x.estimate.mode = duration{1 + d.roll(5)};
    if (i == 0)
      continue;
    for (auto n = d.roll(4); n > 0; --n) {
      auto condition = d.one_in(3) ? static_cast<need_condition>(d.roll(4))
                                   : need_condition::succeeded;
      if (i > cut && cut > 0 && d.one_in(4))
        x.needs.push_back(on_phase(0, condition));
      else
        x.needs.push_back(on_task(d.roll(i), condition));
    }
    if (d.one_in(5))
      x.after.push_back({node_kind::task, d.roll(i)});
    // Once a producer has only started, its outputs may still come.
    if (!x.needs.empty() && x.needs[0].of.kind == node_kind::task
        && x.needs[0].condition != need_condition::started && d.one_in(4))
      x.condition = output_is_true(x.needs[0].of.index, "go");
  }
  for (std::uint32_t i = 0; i < cut; ++i)
    phased.push_back(i);
  if (cut > 0)
    b.phase("first", phased);
  // Gates need early tasks and block later ones.
  for (auto n = d.roll(3); n > 0 && tasks > 1; --n) {
    auto middle = 1 + d.roll(tasks - 1);
    auto g = b.gate("g" + std::to_string(n), {d.roll(middle)},
                    {middle + d.roll(tasks - middle)});
    auto& gate = b.get().gates[g];
    gate.needs[0].condition = d.one_in(3)
                                ? static_cast<need_condition>(d.roll(4))
                                : need_condition::succeeded;
  }
  if (d.one_in(4))
    b.gate("go", {0}, {}, true);
  for (auto n = d.roll(3); n > 0; --n) {
    auto t = b.task("f" + std::to_string(n));
    b[t].is_finally = true;
    b[t].agents = {agent_id{d.roll(agents)}};
    if (d.one_in(2))
      b[t].after.push_back({node_kind::task, d.roll(tasks)});
  }
  b.get().fail_fast = d.one_in(6);
  return std::move(b.get());
}

} // namespace tutti::play
