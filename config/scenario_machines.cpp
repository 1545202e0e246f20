// SPDX-License-Identifier: BSD-3-Clause
// `nodes`: the machines of a story. A list deals the agents out over them, a
// mapping describes real ones.
#include "config/load_parts.hpp"
#include "config/scenario_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti::config {

namespace {

constexpr integer_range slots_range{1, 10'000};
constexpr std::string_view local = "local";
constexpr const char* of_names = "names are made of letters, digits, '_', '-' "
                                 "and '.', and start with a letter, a digit or "
                                 "'_'";

/// False, once reported.
bool is_new_name(scenario_context& s, named x) {
  const auto& nodes = s.made.nodes;
  if (!is_name(x.text))
    s.error(x.where, fmt::format("'{}' is no name for a node", x.text),
            of_names);
  else if (std::find(nodes.begin(), nodes.end(), x.text) != nodes.end())
    s.error(x.where, fmt::format("'{}' is listed twice", x.text));
  else
    return true;
  return false;
}

void read_names_of_nodes(scenario_context& s, node_id x) {
  for (auto item : read_list(s.c, x, "nodes"))
    if (auto text = read_scalar(s.c, item, "nodes", "a list of names");
        text && is_new_name(s, *text))
      s.made.nodes.emplace_back(text->text);
}

std::vector<std::string> read_labels_of(scenario_context& s, node_id x) {
  std::vector<std::string> result;
  for (auto item : items_or_one(s.c, x)) {
    auto text = read_scalar(s.c, item, "labels", "a label");
    if (text && is_name(text->text))
      result.emplace_back(text->text);
    else if (text)
      s.error(text->where,
              fmt::format("'{}' is no label of a node", text->text), of_names);
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

/// What may be said of the run's own machine, too.
bool is_of_local(scenario_context& s, node_id key, const scenario_row& row) {
  if (row.id == scenario_key::labels)
    return true;
  s.c.error(key,
            fmt::format("'{}' is nothing that 'local' has: it is the machine "
                        "of the run",
                        row.name),
            "it may have 'labels'");
  return false;
}

void read_machine(scenario_context& s, node_id key, node_id x) {
  named name{s.c.node(key).text, s.c.place_of(key)};
  bool is_local = name.text == local;
  if (!is_local && !is_new_name(s, name))
    return;
  scripted_machine made;
  if (!s.c.node(x).is_null()
      && is_mapping(s.c, x, fmt::format("node '{}'", name.text)))
    for_each_scenario_key(
        s.c, scenario_place::machine, x,
        [&](const scenario_row& row, node_id word, node_id value) {
          if (is_local && !is_of_local(s, word, row))
            return;
          if (row.id == scenario_key::labels)
            made.labels = read_labels_of(s, value);
          else if (row.id == scenario_key::slots)
            made.slots = static_cast<std::uint32_t>(
                read_integer(s.c, value, row.name, slots_range)
                    .value_or(made.slots));
          else
            made.at_start = read_boolean(s.c, value, row.name).value_or(true);
        });
  if (is_local) {
    s.made.machines.front() = std::move(made);
    return;
  }
  s.made.nodes.emplace_back(name.text);
  s.made.machines.push_back(std::move(made));
}

/// Somebody has to be able to work, wherever the plan wants him.
void check_labels(scenario_context& s, node_id x) {
  if (s.work == nullptr || s.c.has_error_in(x))
    return;
  bool any = false;
  for (const auto& a : s.work->agents) {
    if (a.runs_on.empty())
      continue;
    any = true;
    bool fits = std::any_of(
        s.made.machines.begin(), s.made.machines.end(), [&](const auto& m) {
          return std::includes(m.labels.begin(), m.labels.end(),
                               a.runs_on.begin(), a.runs_on.end());
        });
    if (!fits)
      s.c.error(x,
                fmt::format("no node has what agent '{}' runs on: {}", a.name,
                            fmt::join(a.runs_on, ", ")),
                fmt::format("give one of them labels: [{}]",
                            fmt::join(a.runs_on, ", ")));
  }
  if (!any)
    s.c.error(x, "nobody works on these nodes",
              "give an agent or a task of the plan 'runs-on', or write a list "
              "of names, over which all agents are dealt out");
}

} // namespace

void read_nodes(scenario_context& s, node_id x) {
  if (s.c.node(x).kind != yaml_kind::mapping)
    return read_names_of_nodes(s, x);
  s.made.nodes.emplace_back(local);
  s.made.machines.emplace_back();
  for (auto [key, value] : s.c.tree.entries(x))
    read_machine(s, key, value);
  check_labels(s, x);
}

void check_machine(scenario_context& s, node_id at, const deed& x) {
  auto name = scenario_rows(place_of(x.kind)).front().name;
  bool is_real = !s.made.machines.empty();
  auto want_real = [&](std::string_view what) {
    if (!is_real)
      s.error(
          x.where,
          fmt::format("{} only befalls nodes that the story describes", what),
          "write nodes: { n1: { labels: [gpu] } } instead of a list");
  };
  switch (x.kind) {
  case deed_kind::join_node:
  case deed_kind::drain_node:
  case deed_kind::wake_node:
  case deed_kind::heal:
    want_real(fmt::format("'{}'", name));
    [[fallthrough]];
  case deed_kind::lose_node:
  case deed_kind::freeze_node:
  case deed_kind::slow:
  case deed_kind::cut: {
    if (x.one_way)
      want_real("'one-way'");
    bool is_link = x.kind == deed_kind::cut || x.kind == deed_kind::heal;
    if (!is_real || s.c.has_error_in(at))
      return;
    if (is_link && std::min(x.nodes[0], x.nodes[1]) != 0)
      s.error(x.where, "nothing goes from one node to another",
              fmt::format("all goes through the run's machine: write {}: "
                          "[local, {}]",
                          name, s.made.nodes[x.nodes[1]]));
    else if (!is_link && x.nodes[0] == 0)
      s.error(x.where, "'local' is the machine of the run",
              "kill-run ends the run there");
    return;
  }
  case deed_kind::drop:
  case deed_kind::duplicate:
  case deed_kind::reorder:
    if (is_real && s.work != nullptr && x.receiver < s.work->agents.size()
        && !s.work->agents[x.receiver].runs_on.empty())
      s.error(x.where,
              fmt::format("the link to the node of '{}' loses nothing",
                          s.work->agents[x.receiver].name),
              "cut it, or slow it down");
    return;
  default:
    return;
  }
}

} // namespace tutti::config
