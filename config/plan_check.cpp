// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_check.hpp"

#include "config/load_values.hpp"
#include "config/wait_graph.hpp"
#include "config/wait_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

namespace {

constexpr std::size_t cycles_max = 20;

/// Where the plan's author wrote the first step of the cycle.
span place_of_link(const loader_context& c, const wait_link& x) {
  if (x.from.kind == node_kind::phase)
    return c.map.phases[x.from.index];
  bool task = x.from.kind == node_kind::task;
  bool gate = x.from.kind == node_kind::gate;
  auto body = task ? c.task_sources[x.from.index].body
            : gate ? c.gate_bodies[x.from.index]
                   : c.service_bodies[x.from.index];
  auto name = name_of(c.result, x.to);
  for (const char* key : {"needs", "needs-later", "after", "after-each"})
    if (auto where = place_in(c, body, key, name))
      return *where;
  return task ? c.map.tasks[x.from.index]
       : gate ? c.map.gates[x.from.index]
              : c.map.services[x.from.index];
}

void report_cycle(loader_context& c, const std::vector<wait_link>& links) {
  const auto& p = c.result;
  auto where = place_of_link(c, links.front());
  if (links.size() == 1) {
    auto x = links.front().from;
    c.found.error(
        where,
        fmt::format("{} '{}' waits for itself", word_of(x.kind), name_of(p, x)),
        links.front().sentence);
    return;
  }
  // Who needs something later has started long before it waits.
  bool later = std::any_of(links.begin(), links.end(), [](const wait_link& x) {
    return x.reason == wait_reason::later || x.reason == wait_reason::each;
  });
  c.found.error(where,
                fmt::format("a cycle, so none of these could ever {}, each "
                            "waiting for the next: {}",
                            later ? "end" : "start", path_of(p, links)),
                sentences_of(links));
}

/// The `finally` task that a reference reaches, if any.
const task* finally_task(const plan& p, node_ref x) {
  if (x.kind == node_kind::task)
    return p.tasks[x.index].is_finally ? &p.tasks[x.index] : nullptr;
  if (x.kind == node_kind::phase)
    for (auto t : p.phases[x.index].tasks)
      if (p.tasks[t.value].is_finally)
        return &p.tasks[t.value];
  return nullptr;
}

void refuse_finally(loader_context& c, node_ref from, node_ref to) {
  const auto* last = finally_task(c.result, to);
  if (last == nullptr)
    return;
  auto held = to.kind == node_kind::phase
                ? fmt::format(" (in phase '{}')", name_of(c.result, to))
                : std::string{};
  c.found.error(
      place_of_link(c, {from, to, {}}),
      fmt::format("{} '{}' waits for the 'finally' task '{}'{}, which "
                  "comes last",
                  word_of(from.kind), name_of(c.result, from), last->name,
                  held),
      "only 'finally' tasks may wait for 'finally' tasks");
}

/// Gates that hold nothing back.
void check_idle_gates(loader_context& c) {
  const auto& p = c.result;
  if (p.gates.empty())
    return;
  std::vector<bool> needed(p.gates.size(), false);
  auto note = [&](const std::vector<need>& needs) {
    for (const auto& x : needs)
      if (x.of.kind == node_kind::gate)
        needed[x.of.index] = true;
  };
  for (const auto& t : p.tasks)
    note(t.needs);
  for (const auto& g : p.gates)
    note(g.needs);
  for (const auto& s : p.services)
    note(s.needs);
  for (const auto& x : c.phase_layers)
    note(x.needs);
  for (std::size_t i = 0; i < p.gates.size(); ++i)
    if (!needed[i] && !p.gates[i].blocks_all && p.gates[i].blocks.empty()
        && !p.gates[i].approval.present)
      c.found.warning(
          c.map.gates[i], lint::idle_gate,
          fmt::format("gate '{}' holds nothing back", p.gates[i].name),
          "name in 'blocks' what waits for it");
}

} // namespace

void check_graph(loader_context& c) {
  check_authors(c);
  wait_graph g{c.result};
  auto knots = g.knots();
  if (knots.size() > cycles_max)
    knots.resize(cycles_max);
  for (const auto& knot : knots) {
    auto links = links_of(c, g, g.cycle(knot), path_shape::closed);
    if (!links.empty())
      report_cycle(c, links);
  }
  if (knots.empty()) {
    check_contracts(c, g);
    settle_rework(c, g);
  }
}

void check_finally(loader_context& c) {
  const auto& p = c.result;
  bool any = false;
  for (const auto& t : p.tasks)
    any = any || t.is_finally;
  if (!any)
    return;
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    if (p.tasks[i].is_finally)
      continue;
    for (const auto& x : p.tasks[i].needs)
      refuse_finally(c, {node_kind::task, i}, x.of);
    for (const auto& x : p.tasks[i].after)
      refuse_finally(c, {node_kind::task, i}, x);
    for (const auto& x : p.tasks[i].needs_later)
      refuse_finally(c, {node_kind::task, i}, x.of);
    for (auto x : p.tasks[i].after_each)
      refuse_finally(c, {node_kind::task, i}, {node_kind::task, x.value});
  }
  for (std::uint32_t i = 0; i < p.services.size(); ++i)
    for (const auto& x : p.services[i].needs)
      refuse_finally(c, {node_kind::service, i}, x.of);
  for (std::uint32_t i = 0; i < p.gates.size(); ++i) {
    for (const auto& x : p.gates[i].needs)
      refuse_finally(c, {node_kind::gate, i}, x.of);
    for (const auto& x : p.gates[i].blocks)
      if (x.kind == node_kind::task && p.tasks[x.index].is_finally)
        c.found.error(place_in(c, c.gate_bodies[i], "blocks", name_of(p, x))
                          .value_or(c.map.gates[i]),
                      fmt::format("no gate blocks the 'finally' task '{}'",
                                  name_of(p, x)));
  }
}

void check_unused(loader_context& c) {
  check_idle_gates(c);
  const auto& p = c.result;
  if (p.tasks.empty())
    c.found.warning(span::none(), lint::no_tasks, "the plan has no tasks");
  for (std::size_t i = 0; i < c.agent_bodies.size(); ++i)
    if (!c.agent_used[i])
      c.found.warning(
          c.map.agents[i], lint::unused_agent,
          fmt::format("agent '{}' has no tasks", p.agents[i].name),
          fmt::format("give it one, with agent: {}, or leave it out",
                      p.agents[i].name));
  for (std::size_t i = 0; i < p.pools.size(); ++i)
    if (!c.pool_used[i] && is_name(p.pools[i].name))
      c.found.warning(
          c.map.pools[i], lint::unused_pool,
          fmt::format("no task uses pool '{}'", p.pools[i].name),
          fmt::format("a task takes of it with pool: {}", p.pools[i].name));
  for (std::size_t i = 0; i < p.secrets.size(); ++i)
    if (!c.secret_used[i])
      c.found.warning(
          c.secret_places[i], lint::unused_secret,
          fmt::format("nobody names secret '{}'", p.secrets[i].name),
          fmt::format("only who says secrets: {} gets to see it",
                      p.secrets[i].name));
  for (std::size_t i = 0; i < p.phases.size(); ++i)
    if (p.phases[i].tasks.empty())
      c.found.warning(c.map.phases[i], lint::empty_phase,
                      fmt::format("phase '{}' has no tasks", p.phases[i].name),
                      "put some below its 'tasks', or leave it out");
  for (std::size_t i = 0; i < p.contracts.size(); ++i)
    if (!p.contracts[i].provider.valid())
      c.found.warning(
          c.map.contracts[i], lint::unprovided_contract,
          fmt::format("nobody provides contract '{}'", p.contracts[i].name),
          fmt::format("the task that keeps to it says provides: {}",
                      p.contracts[i].name));
  for (const auto& [name, x] : c.params)
    if (!x.used)
      c.found.warning(
          x.where, lint::unused_parameter,
          fmt::format("nothing uses parameter '{}'", name),
          fmt::format("refer to it as ${{{{ params.{} }}}}, or leave "
                      "it out",
                      name));
}

} // namespace tutti::config
