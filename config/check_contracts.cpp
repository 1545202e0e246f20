// SPDX-License-Identifier: BSD-3-Clause
// What contracts ask of a whole plan (semantics §12).
#include "config/load_parts.hpp"
#include "config/plan_check.hpp"

#include <fmt/format.h>

#include <vector>

namespace tutti::config {

namespace {

/// Only by needs, and by gates, is one thing sure to be done before another.
bool is_sure(wait_reason x) {
  switch (x) {
  case wait_reason::failed:
  case wait_reason::completed:
  case wait_reason::started:
  case wait_reason::after:
    return false;
  default:
    return true;
  }
}

/// True where the first task cannot start before the second has succeeded.
bool starts_after(const wait_graph& g, task_id later, task_id earlier) {
  auto goal = g.node_of({node_kind::task, earlier.value});
  std::vector<bool> seen(g.size(), false);
  std::vector<std::uint32_t> open{g.start_of(later)};
  while (!open.empty()) {
    auto node = open.back();
    open.pop_back();
    for (const auto& e : g.edges(node)) {
      if (seen[e.target] || !is_sure(e.reason))
        continue;
      if (e.target == goal)
        return true;
      seen[e.target] = true;
      open.push_back(e.target);
    }
  }
  return false;
}

} // namespace

void check_contracts(loader_context& c, const wait_graph& g) {
  const auto& p = c.result;
  for (std::uint32_t i = 0; i < p.contracts.size(); ++i) {
    const auto& x = p.contracts[i];
    if (!x.defined_by.valid() || !x.provider.valid())
      continue;
    auto where = c.tree.find(c.contract_bodies[i], "defined-by");
    const auto& provider = p.tasks[x.provider.value].name;
    const auto& definer = p.tasks[x.defined_by.value].name;
    if (x.defined_by == x.provider)
      c.error(where,
              fmt::format("task '{}' provides contract '{}' and cannot define "
                          "it, too",
                          provider, x.name),
              "the others could not start before it is done: leave out "
              "'defined-by', or let an earlier task define it");
    else if (!starts_after(g, x.provider, x.defined_by))
      c.error(
          where,
          fmt::format("task '{}' provides contract '{}', but does not need "
                      "'{}', which defines it",
                      provider, x.name, definer),
          fmt::format("add '{}' to the 'needs' of '{}'", definer, provider));
  }
}

} // namespace tutti::config
