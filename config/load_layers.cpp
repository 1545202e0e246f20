// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_nodes.hpp"
#include "config/load_parts.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <utility>

namespace tutti::config {

namespace {

std::string read_native(loader_context& c, node_id x) {
  auto name = read_text(c, x, "native");
  if (name && !is_name(*name))
    c.error(x,
            fmt::format("'{}' is no name of an agent that is linked in", *name),
            "names are made of letters, digits, '_', '-' and '.'");
  return name.value_or(std::string{});
}

/// An agent is given its work in one way.
void check_one_way(loader_context& c, node_id body) {
  std::vector<std::pair<node_id, std::string_view>> ways;
  for (std::string_view way : {"session", "native", "run"})
    if (auto x = c.tree.find(body, way); x != no_node)
      ways.emplace_back(x, way);
  if (ways.size() > 1)
    c.error(
        ways[1].first,
        fmt::format("an agent has '{}' or '{}', not both", ways[0].second,
                    ways[1].second),
        fmt::format("what '{}' starts takes all of its tasks", ways[0].second));
}

void load_agent(loader_context& c, std::size_t i) {
  auto body = c.agent_bodies[i];
  auto& made = c.result.agents[i];
  if (!is_mapping(c, body, fmt::format("agent '{}'", made.name)))
    return;
  for_each_key(c, place::agent, body, [&](const key_row& row, node_id x) {
    if (row.id == key::role) {
      made.role = read_text(c, x, "role").value_or(std::string{});
    } else if (row.id == key::slots) {
      if (auto n = read_integer(c, x, "slots", {1, 100'000}))
        made.slots = static_cast<std::uint32_t>(*n);
    } else if (row.id == key::session) {
      c.sessions[static_cast<std::uint32_t>(i)] =
          read_some_command(c, x, "session");
      made.session.kind = command_kind::shell; // until it is bound
    } else if (row.id == key::native) {
      made.native = read_native(c, x);
    } else if (row.id != key::requests) {
      read_setting(c, c.agent_layers[i], row.id, x);
    }
  });
  if (const auto& labels = c.agent_layers[i].runs_on) {
    template_scope scope;
    scope.word = "agent";
    scope.name = made.name;
    scope.has_rounds = false;
    made.runs_on = bind_labels(c, *labels, scope);
  }
  check_one_way(c, body);
  const auto& secrets = c.agent_layers[i].secrets;
  if (!made.native.empty() && secrets && !secrets->empty())
    c.error(secrets->front().node,
            "an agent that is linked in has no environment of its own",
            "let the program read it where it starts");
}

void refuse_adoption(loader_context& c, node_id item, phase_id holder,
                     phase_id phase) {
  auto name = c.node(item).text;
  if (holder == phase)
    c.warning(item, lint::listed_twice,
              fmt::format("'{}' is listed twice", name));
  else
    c.error(item,
            fmt::format("task '{}' is already in phase '{}'", name,
                        c.result.phases[holder.value].name),
            "a task is in one phase");
}

/// The same for all that a matrix has made of a task.
void adopt_group(loader_context& c, phase_id phase, phase_id group,
                 node_id item) {
  auto& parent = c.phase_parents[group.value];
  if (parent.valid())
    return refuse_adoption(c, item, parent, phase);
  parent = phase;
  for (auto t : c.result.phases[group.value].tasks) {
    c.result.tasks[t.value].phase = phase;
    c.result.phases[phase.value].tasks.push_back(t);
  }
}

/// The form of a phase's `tasks` that lists tasks defined elsewhere.
void adopt_tasks(loader_context& c, phase_id phase, node_id list) {
  auto& made = c.result.phases[phase.value];
  for (auto item : read_list(c, list, "tasks")) {
    auto ref = find_node(c, item, "tasks");
    if (!ref)
      continue;
    auto name = c.node(item).text;
    if (ref->kind == node_kind::phase
        && c.phase_bodies[ref->index] == no_node) {
      adopt_group(c, phase, phase_id{ref->index}, item);
      continue;
    }
    if (ref->kind != node_kind::task) {
      c.error(item, fmt::format("'{}' is a {}, and a phase holds tasks", name,
                                word_of(ref->kind)));
      continue;
    }
    auto& t = c.result.tasks[ref->index];
    if (t.phase.valid()) {
      refuse_adoption(c, item, t.phase, phase);
    } else {
      t.phase = phase;
      c.task_sources[ref->index].holder = phase;
      made.tasks.push_back(task_id{ref->index});
    }
  }
}

void load_phase(loader_context& c, std::size_t i) {
  auto body = c.phase_bodies[i];
  const auto& name = c.result.phases[i].name;
  auto& layer = c.phase_layers[i];
  if (!is_mapping(c, body, fmt::format("phase '{}'", name)))
    return;
  for_each_key(c, place::phase, body, [&](const key_row& row, node_id x) {
    switch (row.id) {
    case key::tasks:
      if (c.node(x).kind != yaml_kind::mapping)
        adopt_tasks(c, phase_id{i}, x);
      break;
    case key::needs:
      layer.needs = read_needs(c, x);
      break;
    case key::after:
      layer.after = read_names(c, x, "after");
      break;
    case key::agent:
      layer.agents = read_agents(c, x);
      layer.agent_node = x;
      break;
    case key::matrix:
    case key::max_parallel:
      break; // they were needed earlier
    case key::if_:
      if (auto condition = read_condition(c, x)) {
        layer.condition = std::move(*condition);
        layer.has_condition = true;
      }
      break;
    default:
      read_setting(c, layer.settings, row.id, x);
    }
  });
}

/// What a file does not say, the one that includes it does.
void inherit(task_settings& x, const task_settings& from) {
  auto take = [&](auto member) {
    if (!(x.*member))
      x.*member = from.*member;
  };
  take(&task_settings::run);
  take(&task_settings::env_files);
  take(&task_settings::working_directory);
  take(&task_settings::pools);
  take(&task_settings::timeout);
  take(&task_settings::idle_timeout);
  take(&task_settings::deadline);
  take(&task_settings::queue_timeout);
  take(&task_settings::retries);
  take(&task_settings::estimate);
  take(&task_settings::priority);
  take(&task_settings::allow_failure);
  take(&task_settings::runs_on);
  take(&task_settings::exclusive);
  // Of two variables of one name the first one counts.
  x.env.insert(x.env.end(), from.env.begin(), from.env.end());
}

void load_defaults(loader_context& c) {
  c.defaults.resize(c.roots.size());
  for (std::size_t i = 0; i < c.roots.size(); ++i) {
    auto defaults = c.tree.find(c.roots[i], "defaults");
    if (defaults != no_node && is_mapping(c, defaults, "'defaults'"))
      for_each_key(c, place::defaults, defaults,
                   [&](const key_row& row, node_id x) {
                     read_setting(c, c.defaults[i], row.id, x);
                   });
    if (i != 0)
      inherit(c.defaults[i], c.defaults[c.parents[i]]);
  }
}

} // namespace

void load_layers(loader_context& c) {
  load_defaults(c);
  c.agent_layers.resize(c.agent_bodies.size());
  for (std::size_t i = 0; i < c.agent_bodies.size(); ++i)
    load_agent(c, i);
  c.phase_layers.resize(c.phase_bodies.size());
  for (std::size_t i = 0; i < c.phase_bodies.size(); ++i)
    if (c.phase_bodies[i] != no_node)
      load_phase(c, i);
}

} // namespace tutti::config
