// SPDX-License-Identifier: BSD-3-Clause
// `never`: what must not be.
#include "config/scenario_context.hpp"

#include <fmt/format.h>

#include <utility>

namespace tutti::config {

namespace {

/// The agents that `idle` of `never` names: each in an entry of its own.
std::vector<std::uint32_t> read_idle(scenario_context& s, node_id x) {
  std::vector<std::uint32_t> result;
  for (auto item : items_or_one(s.c, x)) {
    auto text = read_scalar(s.c, item, "idle", "an agent, or any");
    if (!text)
      continue;
    if (text->text != "any") {
      if (auto agent = config::find_agent(s, *text))
        result.push_back(*agent);
      continue;
    }
    for (std::uint32_t i = 0; s.work != nullptr && i < s.work->agents.size();
         ++i)
      result.push_back(i);
  }
  return result;
}

void read_forbidden(scenario_context& s, node_id x) {
  auto all = read_expectations(s, scenario_place::never, x);
  auto idle = s.c.tree.find(x, "idle");
  auto state = s.c.tree.find(x, "while");
  if (state != no_node && s.c.node(state).text != "ready")
    s.c.error(state, "an agent is idle while one of its tasks is ready",
              "write while: ready");
  if ((idle == no_node) != (state == no_node) && !s.c.has_error_in(x))
    s.c.error(x, "'idle' and 'while' go together",
              "write { idle: sam, while: ready }");
  forbidden made{std::move(all), s.c.extent(x)};
  if (idle == no_node) {
    if (!made.all.empty())
      s.made.never.push_back(std::move(made));
    return;
  }
  for (auto agent : read_idle(s, idle)) {
    if (!s.take_part(idle))
      return;
    auto one = made;
    expectation e;
    e.kind = expectation_kind::idle_while_ready;
    e.subject = agent;
    e.where = made.where;
    one.all.push_back(std::move(e));
    s.made.never.push_back(std::move(one));
  }
}

} // namespace

void read_never(scenario_context& s, node_id x) {
  // Looked at from the start, whatever times the steps have.
  auto latest = std::exchange(s.latest_clock, duration{0});
  for (auto item : items_or_one(s.c, x)) {
    if (s.c.node(item).kind == yaml_kind::mapping)
      read_forbidden(s, item);
    else
      s.c.error(item, "'never' is a list of what must not be",
                "write never: [{ idle: sam, while: ready }]");
  }
  s.latest_clock = latest;
}

} // namespace tutti::config
