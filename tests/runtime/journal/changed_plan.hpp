// SPDX-License-Identifier: BSD-3-Clause
// A run whose program is gone and whose plan is changed meanwhile.
#pragma once

#include "runtime/journal/settle.hpp"
#include "tests/support/engine_world.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

inline journal::part_change changed_task(std::uint32_t task,
                                         std::vector<std::string> aspects = {
                                             "command"}) {
  return {journal::name_kind::task, task, std::move(aspects)};
}

inline journal::part_change new_task(std::uint32_t task) {
  return changed_task(task, {});
}

inline journal::part_change changed_gate(std::uint32_t gate) {
  return {journal::name_kind::gate, gate, {"needs"}};
}

/// Goes on with `p`; says what a person is told.
inline std::string change_plan(engine_world& w, const plan& p,
                               std::vector<journal::part_change> changes,
                               bool retry_failed = false) {
  engine::graph_options options;
  options.was_changed = true;
  engine::engine state{engine::compile(p, options)};
  journal::plan_changes what;
  what.changed = std::move(changes);
  auto settled = journal::settle(p, state, w.facts, what, {2, retry_failed});
  auto of_another = std::find_if(settled.facts.begin(), settled.facts.end(),
                                 [](const fact& f) {
                                   return f.kind == fact_kind::plan_replaced;
                                 });
  BOOST_TEST((of_another == settled.facts.end() - 1));
  w.go_on_with(p, std::move(state), std::move(settled.facts),
               retry_failed || settled.retry_cancelled);
  return settled.text;
}

} // namespace tutti::test
