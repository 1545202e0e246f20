// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_check.hpp"

#include "config/load_values.hpp"
#include "config/wait_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

namespace {

/// More nodes of a cycle than that are not written out.
constexpr std::size_t path_shown_max = 12;
constexpr std::size_t cycles_max = 20;

/// One sentence of a cycle: who waits for whom and why.
struct link {
  node_ref from;
  node_ref to;
  std::string sentence;
  wait_reason reason = wait_reason::work;
};

node_ref ref_of(wait_node x) {
  switch (x.kind) {
  case wait_kind::start:
  case wait_kind::done:
    return {node_kind::task, x.index};
  case wait_kind::gate:
    return {node_kind::gate, x.index};
  case wait_kind::service:
    return {node_kind::service, x.index};
  default:
    return {node_kind::phase, x.index};
  }
}

/// Nodes that only bundle edges; a reader never hears of them.
bool is_bundle(wait_kind x) {
  return x == wait_kind::phase_blocked || x == wait_kind::all_blocked;
}

wait_reason reason_between(const wait_graph& g, std::uint32_t from,
                           std::uint32_t to) {
  for (const auto& e : g.edges(from))
    if (e.target == to)
      return e.reason;
  return wait_reason::work;
}

/// The contract for which one task needs another, though the plan does not say
/// so itself (semantics §12).
const contract* implied_by(const loader_context& c, const link& x) {
  if (x.from.kind != node_kind::task || x.to.kind != node_kind::task)
    return nullptr;
  auto at = c.implied.find({x.from.index, x.to.index});
  return at == c.implied.end() ? nullptr
                               : &c.result.contracts[at->second.value];
}

std::string sentence_of(const loader_context& c, const link& x, wait_node via) {
  const auto& p = c.result;
  auto from = name_of(p, x.from);
  auto to = name_of(p, x.to);
  if (const auto* agreed = implied_by(c, x);
      agreed != nullptr && x.reason == wait_reason::succeeded)
    return fmt::format("{} needs {} later, and so {}, which defines contract "
                       "{}",
                       from, p.tasks[agreed->provider.value].name, to,
                       agreed->name);
  switch (x.reason) {
  case wait_reason::succeeded:
    return fmt::format("{} needs {}", from, to);
  case wait_reason::failed:
    return fmt::format("{} needs {} to fail", from, to);
  case wait_reason::completed:
    return fmt::format("{} needs {} to complete", from, to);
  case wait_reason::started:
    return fmt::format("{} needs {} to start", from, to);
  case wait_reason::after:
    return fmt::format("{} comes after {}", from, to);
  case wait_reason::later:
    return fmt::format("{} needs {} later", from, to);
  case wait_reason::each:
    return fmt::format("{} runs after each {}", from, to);
  case wait_reason::holds:
    return fmt::format("phase {} holds {}", from, to);
  case wait_reason::all_blocked:
    return fmt::format("gate {} blocks all", to);
  case wait_reason::blocked:
    return via.kind == wait_kind::phase_blocked
             ? fmt::format("gate {} blocks phase {}, which holds {}", to,
                           p.phases[via.index].name, from)
             : fmt::format("gate {} blocks {}", to, from);
  case wait_reason::work:
    break;
  }
  return fmt::format("{} waits for {}", from, to);
}

/// The cycle without bundles and without the steps inside one task.
std::vector<link> links_of(const loader_context& c, const wait_graph& g,
                           const std::vector<std::uint32_t>& cycle) {
  std::vector<link> result;
  auto size = cycle.size();
  auto at = [&](std::size_t i) {
    return g.what(cycle[i % size]);
  };
  for (std::size_t i = 0; i < size; ++i) {
    auto from = at(i);
    auto to = at(i + 1);
    if (is_bundle(from.kind))
      continue;
    if (from.kind == wait_kind::done && to.kind == wait_kind::start
        && from.index == to.index)
      continue;
    auto last = i + 1;
    if (is_bundle(to.kind))
      ++last;
    link x{ref_of(from),
           ref_of(at(last)),
           {},
           reason_between(g, cycle[(last - 1) % size], cycle[last % size])};
    x.sentence = sentence_of(c, x, to);
    result.push_back(std::move(x));
  }
  return result;
}

/// Where a name is listed behind a key.
std::optional<span> place_in(const loader_context& c, node_id body,
                             std::string_view key, std::string_view name) {
  auto value = c.tree.find(body, key);
  if (value == no_node)
    return {};
  if (c.node(value).text == name)
    return c.place_of(value);
  for (auto item = c.node(value).first_child; item != no_node;
       item = c.node(item).next) {
    if (c.node(item).text == name)
      return c.place_of(item);
    for (auto [inner, ignored] : c.tree.entries(item))
      if (c.node(inner).text == name)
        return c.place_of(inner);
  }
  return {};
}

/// Where the plan's author wrote the first step of the cycle.
span place_of_link(const loader_context& c, const link& x) {
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

/// "a → b → … → a".
std::string path_of(const plan& p, const std::vector<link>& links) {
  std::string result;
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (links.size() > path_shown_max && i == path_shown_max - 2) {
      result += "… → ";
      i = links.size() - 1;
    }
    result += name_of(p, links[i].from);
    result += " → ";
  }
  return result + std::string{name_of(p, links.front().from)};
}

std::string sentences_of(const std::vector<link>& links) {
  std::string result;
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (links.size() > path_shown_max && i == path_shown_max - 2) {
      result += fmt::format("… and {} more steps\n",
                            links.size() - path_shown_max + 1);
      i = links.size() - 1;
    }
    result += links[i].sentence;
    result += '\n';
  }
  result.pop_back();
  return result;
}

void report_cycle(loader_context& c, const std::vector<link>& links) {
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
  bool later = std::any_of(links.begin(), links.end(), [](const link& x) {
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
          c.map.gates[i],
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
    auto links = links_of(c, g, g.cycle(knot));
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
    c.found.warning(span::none(), "the plan has no tasks");
  for (std::size_t i = 0; i < c.agent_bodies.size(); ++i)
    if (!c.agent_used[i])
      c.found.warning(c.map.agents[i],
                      fmt::format("agent '{}' has no tasks", p.agents[i].name));
  for (std::size_t i = 0; i < p.pools.size(); ++i)
    if (!c.pool_used[i] && is_name(p.pools[i].name))
      c.found.warning(c.map.pools[i],
                      fmt::format("no task uses pool '{}'", p.pools[i].name));
  for (std::size_t i = 0; i < p.phases.size(); ++i)
    if (p.phases[i].tasks.empty())
      c.found.warning(c.map.phases[i],
                      fmt::format("phase '{}' has no tasks", p.phases[i].name));
  for (std::size_t i = 0; i < p.contracts.size(); ++i)
    if (!p.contracts[i].provider.valid())
      c.found.warning(
          c.map.contracts[i],
          fmt::format("nobody provides contract '{}'", p.contracts[i].name));
  for (const auto& [name, x] : c.params)
    if (!x.used)
      c.found.warning(x.where,
                      fmt::format("nothing uses parameter '{}'", name));
}

} // namespace tutti::config
