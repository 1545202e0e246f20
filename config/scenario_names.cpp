// SPDX-License-Identifier: BSD-3-Clause
// Names of the plan in a scenario.
#include "config/scenario_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti::config {

namespace {

/// What may be meant by a name, as flags.
enum wanted : unsigned { a_task = 1, a_phase = 2, a_gate = 4 };

unsigned flag_of(node_kind x) {
  switch (x) {
  case node_kind::task:
    return a_task;
  case node_kind::phase:
    return a_phase;
  case node_kind::gate:
    return a_gate;
  case node_kind::service:
    break;
  }
  return 0;
}

std::string_view words_for(unsigned flags) {
  if (flags == a_gate)
    return "gate";
  return flags == a_task ? "task" : "task or phase";
}

/// The names of the plan that could be meant, for a suggestion.
std::string near_name(scenario_context& s, std::string_view text,
                      unsigned flags) {
  if (s.c.suggest.exhausted())
    return {};
  auto& names = s.names_of_kinds[flags];
  if (names.empty()) {
    for (const auto& [name, ref] : s.c.names)
      if ((flag_of(ref.kind) & flags) != 0)
        names.push_back(name);
    std::sort(names.begin(), names.end());
  }
  return s.c.suggest.hint(text, names);
}

std::optional<node_ref> find_ref(scenario_context& s, named x, unsigned flags) {
  if (s.work == nullptr)
    return {};
  auto at = s.c.names.find(x.text);
  if (at != s.c.names.end() && (flag_of(at->second.kind) & flags) != 0)
    return at->second;
  if (at != s.c.names.end()) {
    bool is_phase = at->second.kind == node_kind::phase;
    s.error(x.where,
            fmt::format("'{}' is a {}, and a {} is meant here", x.text,
                        word_of(at->second.kind), words_for(flags)),
            is_phase && flags == a_task ? "name one of its tasks" : "");
    return {};
  }
  auto hint = near_name(s, x.text, flags);
  if (hint.empty() && s.c.agents.contains(x.text))
    hint = fmt::format("'{}' is an agent", x.text);
  s.error(x.where,
          fmt::format("the plan has no {} '{}'", words_for(flags), x.text),
          std::move(hint));
  return {};
}

} // namespace

std::optional<std::uint32_t> find_task(scenario_context& s, named x) {
  auto ref = find_ref(s, x, a_task);
  return ref ? std::optional{ref->index} : std::nullopt;
}

std::optional<std::uint32_t> find_gate(scenario_context& s, named x) {
  auto ref = find_ref(s, x, a_gate);
  return ref ? std::optional{ref->index} : std::nullopt;
}

std::optional<node_ref> find_work(scenario_context& s, named x) {
  return find_ref(s, x, a_task | a_phase);
}

std::optional<std::uint32_t> find_agent(scenario_context& s, named x) {
  if (s.work == nullptr)
    return {};
  auto at = s.c.agents.find(x.text);
  if (at != s.c.agents.end())
    return at->second.value;
  auto hint = s.c.hint_of(x.text, s.c.agents);
  if (auto other = s.c.names.find(x.text);
      hint.empty() && other != s.c.names.end())
    hint = fmt::format("'{}' is a {}", x.text, word_of(other->second.kind));
  s.error(x.where, fmt::format("the plan has no agent '{}'", x.text),
          std::move(hint));
  return {};
}

std::optional<std::uint32_t> find_machine(scenario_context& s, named x) {
  const auto& nodes = s.made.nodes;
  auto at = std::find(nodes.begin(), nodes.end(), x.text);
  if (at != nodes.end())
    return static_cast<std::uint32_t>(at - nodes.begin());
  std::vector<std::string_view> names{nodes.begin(), nodes.end()};
  auto hint = s.c.suggest.hint(x.text, names);
  if (nodes.empty() && is_name(x.text))
    hint = fmt::format("name the nodes of the story: nodes: [{}, …]", x.text);
  else if (hint.empty() && !nodes.empty())
    hint = fmt::format("the nodes are {}", fmt::join(names, ", "));
  s.error(x.where, fmt::format("the scenario has no node '{}'", x.text),
          std::move(hint));
  return {};
}

std::vector<task_id> tasks_of(const plan& p, node_ref x) {
  if (x.kind == node_kind::phase)
    return p.phases[x.index].tasks;
  return {task_id{x.index}};
}

} // namespace tutti::config
