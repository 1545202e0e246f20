// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_nodes.hpp"

#include "config/duration_text.hpp"
#include "config/label.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tutti::config {

namespace {

bool is_good_label(loader_context& c, node_id x, std::string_view text) {
  if (is_label(text))
    return true;
  auto list = words_as_list(text);
  c.error(x, fmt::format("'{}' is no label of a node", text),
          text.starts_with("native:")
              ? std::string("a native agent needs no label: leave it out")
          : !list.empty() ? fmt::format("for several, write {}", list)
                          : std::string(label_rule));
  return false;
}

void read_wait(loader_context& c, node_id x) {
  auto& made = c.result.nodes;
  bool has_labels = false;
  if (!is_mapping(c, x, "'nodes'"))
    return;
  for_each_key(c, place::nodes, x, [&](const key_row& row, node_id value) {
    if (row.id == key::wait_for) {
      has_labels = true;
      template_scope scope;
      scope.word = "plan";
      scope.name = c.result.name;
      scope.has_rounds = false;
      c.waited_labels = read_labels(c, value, row.name);
      made.wait_for = bind_labels(c, c.waited_labels, scope);
    } else {
      made.wait_timeout =
          read_duration(c, value, row.name, zero_duration::refused)
              .value_or(made.wait_timeout);
    }
  });
  if (!has_labels && !c.has_error_in(x))
    c.error(x, "'nodes' has no 'wait-for'",
            "name the labels that must be there: { wait-for: [gpu] }");
}

void read_lease(loader_context& c, node_id x) {
  auto& made = c.result.nodes;
  if (!is_mapping(c, x, "'lease'"))
    return;
  for_each_key(c, place::lease, x, [&](const key_row& row, node_id value) {
    auto& target = row.id == key::every ? made.every : made.lease;
    auto read = read_duration(c, value, row.name, zero_duration::allowed);
    if (read && *read == duration{0})
      c.error(value, fmt::format("'{}' must be longer than 0s", row.name),
              fmt::format("leave the key out for {}", duration_text(target)));
    else
      target = read.value_or(target);
  });
  // A single answer that gets lost is not to cost a node its lease.
  if (made.lease < made.every * 2 && !c.has_error_in(x))
    c.error(x,
            fmt::format("a lease of {} is over before a node has been asked "
                        "twice, every {}",
                        duration_text(made.lease), duration_text(made.every)),
            fmt::format("write timeout: {}, or ask more often",
                        duration_text(made.every * 2)));
}

void read_keep(loader_context& c, node_id x) {
  auto& made = c.result.nodes;
  auto keep = read_duration(c, x, "keep", zero_duration::allowed);
  if (!keep)
    return;
  made.keep = *keep;
  if (made.keep < made.lease && !c.has_errors())
    c.error(x,
            fmt::format("a node would give its work up after {}, and is lost "
                        "only after {}",
                        duration_text(made.keep), duration_text(made.lease)),
            fmt::format("write keep: {} or more, or give it a shorter lease",
                        duration_text(made.lease)));
}

/// What waits for a label that nobody asks for is often misspelt.
void check_waited_labels(loader_context& c) {
  std::vector<std::string_view> asked;
  for (const auto& a : c.result.agents)
    asked.insert(asked.end(), a.runs_on.begin(), a.runs_on.end());
  std::sort(asked.begin(), asked.end());
  asked.erase(std::unique(asked.begin(), asked.end()), asked.end());
  for (const auto& item : c.waited_labels) {
    const auto& label = item.text;
    if (!item.parsed.empty()
        || std::binary_search(asked.begin(), asked.end(), label))
      continue;
    auto hint = c.suggest.hint(label, asked);
    c.warning(item.node, lint::unused_label,
              fmt::format("nobody runs on '{}'", label),
              hint.empty() ? "leave it out, or give an agent runs-on: "
                                 + std::string{label}
                           : hint);
  }
}

bool has_place(const plan& p, const task& x) {
  return std::any_of(x.agents.begin(), x.agents.end(), [&](agent_id a) {
    return !p.agents[a.value].runs_on.empty();
  });
}

/// The value of `exclusive` in a body, where it is true and stands there.
node_id exclusive_in(const loader_context& c, node_id body) {
  auto x = body == no_node ? no_node : c.tree.find(body, "exclusive");
  return x != no_node && c.node(x).text == "true" ? x : no_node;
}

void warn_of_exclusive(loader_context& c, node_id x, std::string_view whose) {
  c.warning(x, lint::idle_exclusive,
            fmt::format("{} on the machine of the run, where attempts end with "
                        "it: 'exclusive' changes nothing",
                        whose),
            "leave it out, or let it run on a node: runs-on: LABEL");
}

/// What stays on the machine of the run is never out of reach. In `defaults` it
/// is for whom it may concern.
void check_exclusive(loader_context& c) {
  const auto& p = c.result;
  auto elder = no_node; // a matrix makes many tasks of one body
  for (std::size_t i = 0; i < p.tasks.size(); ++i) {
    auto body = c.task_sources[i].body;
    auto x = body == elder ? no_node : exclusive_in(c, body);
    elder = body;
    if (x != no_node && !has_place(p, p.tasks[i]))
      warn_of_exclusive(c, x, fmt::format("'{}' runs", p.tasks[i].name));
  }
  for (std::size_t i = 0; i < p.phases.size(); ++i) {
    const auto& tasks = p.phases[i].tasks;
    auto x = exclusive_in(c, c.phase_bodies[i]);
    if (x != no_node
        && std::none_of(tasks.begin(), tasks.end(), [&](task_id t) {
             return has_place(p, p.tasks[t.value]);
           }))
      warn_of_exclusive(c, x,
                        fmt::format("all tasks of '{}' run", p.phases[i].name));
  }
}

} // namespace

std::vector<template_text> read_labels(loader_context& c, node_id x,
                                       std::string_view what) {
  std::vector<template_text> result;
  for (auto item : read_list(c, x, what)) {
    if (c.node(item).kind != yaml_kind::scalar) {
      c.error(item, fmt::format("'{}' lists labels", what),
              "a label is a word: [gpu, linux]");
      continue;
    }
    auto text = read_template(c, item, what);
    if (!text || (text->parsed.empty() && !is_good_label(c, item, text->text)))
      continue;
    if (std::find(result.begin(), result.end(), *text) != result.end())
      c.warning(item, lint::listed_twice,
                fmt::format("'{}' is listed twice", c.node(item).text));
    else
      result.push_back(std::move(*text));
  }
  return result;
}

std::vector<std::string> bind_labels(loader_context& c,
                                     const std::vector<template_text>& labels,
                                     const template_scope& scope) {
  std::vector<std::string> result;
  template_binder binder{c, scope};
  for (const auto& x : labels) {
    auto text = x.text;
    if (!x.parsed.empty()) {
      auto errors = c.found.errors();
      auto bound = binder.bind(x);
      if (c.found.errors() != errors)
        continue;
      if (bound.nodes.size() != 1
          || bound.nodes[0].op != expression_op::literal) {
        c.error(x.node, "a label is known before the run begins",
                "make it of 'params' and 'matrix'");
        continue;
      }
      text = bound.nodes[0].literal.text;
      if (text.empty() || !is_good_label(c, x.node, text))
        continue;
    }
    add_labels(result, {std::move(text)});
  }
  return result;
}

void add_labels(std::vector<std::string>& to,
                const std::vector<std::string>& labels) {
  if (std::includes(to.begin(), to.end(), labels.begin(), labels.end()))
    return;
  std::vector<std::string> both;
  std::set_union(to.begin(), to.end(), labels.begin(), labels.end(),
                 std::back_inserter(both));
  to = std::move(both);
}

agent_id implicit_agent(loader_context& c,
                        const std::vector<std::string>& labels) {
  auto& agents = c.result.agents;
  auto [at, fresh] =
      c.implicit_agents.try_emplace(labels, agent_id{agents.size()});
  if (fresh) {
    auto& made = agents.emplace_back();
    made.name = labels.empty() ? std::string{"local"}
                               : fmt::format("on/{}", fmt::join(labels, ","));
    made.slots = 0;
    made.implicit = true;
    c.map.agents.push_back(span::none());
    c.agent_layers.emplace_back();
    c.agent_used.push_back(true);
  }
  return at->second;
}

void read_nodes(loader_context& c, const node_keys& keys) {
  if (keys.nodes != no_node)
    read_wait(c, keys.nodes);
  if (keys.lease != no_node)
    read_lease(c, keys.lease);
  if (keys.keep != no_node)
    read_keep(c, keys.keep);
}

void settle_nodes(loader_context& c) {
  for (auto& a : c.result.agents)
    if (!a.native.empty() && !a.runs_on.empty())
      add_labels(a.runs_on, {"native:" + a.native});
}

void check_nodes(loader_context& c) {
  check_waited_labels(c);
  check_exclusive(c);
}

} // namespace tutti::config
