// SPDX-License-Identifier: BSD-3-Clause
#include "config/declare_names.hpp"
#include "config/huge_pages.hpp"
#include "config/load_matrix.hpp"
#include "config/load_parts.hpp"
#include "config/load_secrets.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace tutti::config {

namespace {

/// Walks a mapping of names; reports names that are none.
template <class Use>
void for_each_name(loader_context& c, node_id mapping, std::string_view what,
                   std::string_view kind, Use use) {
  if (!is_mapping(c, mapping, what))
    return;
  auto elder = no_node;
  for (auto [name, body] : c.tree.entries(mapping)) {
    if (!is_comma_mistake(c, mapping, name, elder)
        && is_good_name(c, name, kind))
      use(name, body);
    elder = body;
  }
}

span place_of_node(const loader_context& c, node_ref x) {
  switch (x.kind) {
  case node_kind::task:
    return c.map.tasks[x.index];
  case node_kind::phase:
    return c.map.phases[x.index];
  case node_kind::gate:
    return c.map.gates[x.index];
  case node_kind::service:
    return c.map.services[x.index];
  }
  return span::none();
}

bool refuse_name(loader_context& c, node_id name, std::string_view word,
                 span other) {
  c.error(name, fmt::format("'{}' is already a {}", c.node(name).text, word),
          fmt::format("tasks, phases, gates, services and contracts share "
                      "their names; the other is on {}",
                      c.line_text(other, name)));
  return false;
}

void declare_task(loader_context& c, node_id name, node_id body,
                  phase_id phase) {
  new_task x{name, body, phase};
  for (auto entry : c.tree.entries(body)) {
    auto key = c.tree.text(entry.key);
    if (key == "after-each")
      x.kind = task_kind::after_each;
    else if (key == "provides")
      x.provides = entry.value;
    else if (key == "matrix")
      x.matrix = entry.value;
    else if (key == "max-parallel")
      x.max_parallel = entry.value;
  }
  if (x.matrix != no_node || c.phase_matrices.contains(phase.value)) {
    declare_multiplied(c, x);
    return;
  }
  auto index = static_cast<std::uint32_t>(c.result.tasks.size());
  if (declare(c, name, {node_kind::task, index}))
    add_task(c, x, c.node(name).text, {name, body});
}

/// Makes room for a large mapping at once; growing would move every task.
void reserve_tasks(loader_context& c, node_id mapping) {
  auto& tasks = c.result.tasks;
  std::size_t more = 0;
  for (auto x : c.tree.entries(mapping))
    more += x.key != no_node ? 1 : 0;
  auto wanted = tasks.size() + more;
  if (wanted <= tasks.capacity())
    return;
  wanted = std::max(wanted, tasks.capacity() * 2);
  tasks.reserve(wanted);
  prefer_huge_pages(tasks.data(), wanted * sizeof(task));
  c.task_sources.reserve(wanted);
  c.map.tasks.reserve(wanted);
}

void declare_tasks(loader_context& c, node_id x, phase_id phase) {
  reserve_tasks(c, x);
  for_each_name(c, x, "'tasks'", "a task", [&](node_id name, node_id body) {
    declare_task(c, name, body, phase);
  });
}

void declare_phase_matrix(loader_context& c, std::uint32_t phase, node_id x,
                          node_id tasks) {
  // Of one that is wrong no tasks are made, and so nothing more is said.
  auto values = read_matrix(c, x).value_or(matrix{});
  auto rows = values.rows.size();
  c.phase_matrices.emplace(
      phase, phase_matrix{std::move(values), std::vector<name_index>(rows)});
  if (tasks != no_node && c.node(tasks).kind != yaml_kind::mapping)
    c.error(tasks, "a phase with a matrix makes its tasks itself",
            "define them here: tasks: { NAME: … }");
}

void declare_phase(loader_context& c, node_id name, node_id body) {
  auto index = static_cast<std::uint32_t>(c.result.phases.size());
  if (!declare(c, name, {node_kind::phase, index}))
    return;
  c.result.phases.push_back({std::string{c.node(name).text}, {}});
  c.phase_bodies.push_back(body);
  c.phase_limits.emplace_back();
  c.phase_parents.emplace_back();
  c.map.phases.push_back(c.place_of(name));
  auto tasks = c.tree.find(body, "tasks");
  if (auto x = c.tree.find(body, "max-parallel"); x != no_node)
    c.phase_limits[index] = declare_limit(c, x, c.node(name).text);
  if (auto x = c.tree.find(body, "matrix"); x != no_node)
    declare_phase_matrix(c, index, x, tasks);
  if (tasks != no_node && c.node(tasks).kind == yaml_kind::mapping)
    declare_tasks(c, tasks, phase_id{index});
}

void declare_gate(loader_context& c, node_id name, node_id body) {
  auto index = static_cast<std::uint32_t>(c.result.gates.size());
  if (!declare(c, name, {node_kind::gate, index}))
    return;
  c.result.gates.emplace_back().name = c.node(name).text;
  c.gate_names.push_back(name);
  c.gate_bodies.push_back(body);
  c.map.gates.push_back(c.place_of(name));
}

void declare_service(loader_context& c, node_id name, node_id body) {
  auto index = static_cast<std::uint32_t>(c.result.services.size());
  if (!declare(c, name, {node_kind::service, index}))
    return;
  c.result.services.emplace_back().name = c.node(name).text;
  c.service_bodies.push_back(body);
  c.map.services.push_back(c.place_of(name));
}

void declare_contract(loader_context& c, node_id name, node_id body) {
  auto text = c.node(name).text;
  if (auto at = c.names.find(text); at != c.names.end()) {
    refuse_name(c, name, word_of(at->second.kind),
                place_of_node(c, at->second));
    return;
  }
  c.contracts.emplace(text, contract_id{c.result.contracts.size()});
  c.result.contracts.emplace_back().name = text;
  c.contract_bodies.push_back(body);
  c.map.contracts.push_back(c.place_of(name));
}

/// For what has its names for itself: they can meet only where files do.
void refuse_second(loader_context& c, node_id name, std::string_view word,
                   span other) {
  c.error(name,
          fmt::format("there is {} '{}' already", word, c.node(name).text),
          fmt::format("the other is on {}", c.line_text(other, name)));
}

void declare_agent(loader_context& c, node_id name, node_id body) {
  auto [at, fresh] =
      c.agents.emplace(c.node(name).text, agent_id{c.result.agents.size()});
  if (!fresh)
    return refuse_second(c, name, "an agent", c.map.agents[at->second.value]);
  c.result.agents.emplace_back().name = c.node(name).text;
  c.agent_names.push_back(name);
  c.agent_bodies.push_back(body);
  c.map.agents.push_back(c.place_of(name));
}

void declare_pool(loader_context& c, node_id name, node_id body) {
  constexpr integer_range range{1, 1'000'000'000};
  auto text = c.node(name).text;
  if (auto at = c.pools.find(text); at != c.pools.end())
    return refuse_second(c, name, "a pool", c.map.pools[at->second.value]);
  pool made{std::string{text}, 1'000'000'000};
  auto read = [&](node_id x) {
    auto subject = fmt::format("the capacity of pool '{}'", text);
    if (auto n = read_integer(c, x, text, range, subject))
      made.capacity = static_cast<std::uint32_t>(*n);
  };
  if (c.node(body).kind == yaml_kind::mapping) {
    bool found = false;
    for_each_key(c, place::pool, body, [&](const key_row&, node_id x) {
      found = true;
      read(x);
    });
    if (!found && !c.has_error_in(body))
      c.error(name, fmt::format("pool '{}' has no 'capacity'", text),
              fmt::format("write {}: 4", text));
  } else if (c.node(body).is_null()) {
    c.error(name, fmt::format("pool '{}' has no capacity", text),
            fmt::format("write {}: 4", text));
  } else {
    read(body);
  }
  c.pools.emplace(text, pool_id{c.result.pools.size()});
  c.result.pools.push_back(std::move(made));
  c.map.pools.push_back(c.place_of(name));
}

void declare_secrets(loader_context& c, node_id x) {
  if (!is_mapping(c, x, "'secrets'"))
    return;
  auto elder = no_node;
  for (auto [name, body] : c.tree.entries(x)) {
    if (!is_comma_mistake(c, x, name, elder))
      declare_secret(c, name, body);
    elder = body;
  }
}

void declare_section(loader_context& c, const key_row& row, node_id x) {
  switch (row.id) {
  case key::name:
    if (auto text = read_text(c, x, "name"); text && c.file_of(x) == 0)
      c.result.name = *text;
    break;
  case key::params:
    declare_params(c, x);
    break;
  case key::agents:
    for_each_name(c, x, "'agents'", "an agent",
                  [&](node_id name, node_id body) {
                    declare_agent(c, name, body);
                  });
    break;
  case key::pools:
    for_each_name(c, x, "'pools'", "a pool", [&](node_id name, node_id body) {
      declare_pool(c, name, body);
    });
    break;
  case key::tasks:
    declare_tasks(c, x, {});
    break;
  case key::phases:
    for_each_name(c, x, "'phases'", "a phase", [&](node_id name, node_id body) {
      declare_phase(c, name, body);
    });
    break;
  case key::gates:
    for_each_name(c, x, "'gates'", "a gate", [&](node_id name, node_id body) {
      declare_gate(c, name, body);
    });
    break;
  case key::secrets:
    declare_secrets(c, x);
    break;
  case key::services:
    for_each_name(c, x, "'services'", "a service",
                  [&](node_id name, node_id body) {
                    declare_service(c, name, body);
                  });
    break;
  case key::contracts:
    for_each_name(c, x, "'contracts'", "a contract",
                  [&](node_id name, node_id body) {
                    declare_contract(c, name, body);
                  });
    break;
  default:
    break; // it names nothing
  }
}

} // namespace

bool declare(loader_context& c, node_id name, node_ref ref) {
  auto text = c.node(name).text;
  auto contract = c.contracts.find(text);
  if (contract != c.contracts.end())
    return refuse_name(c, name, "contract",
                       c.map.contracts[contract->second.value]);
  auto [at, fresh] = c.names.emplace(text, ref);
  if (fresh)
    return true;
  auto other = at->second;
  bool multiplied =
      other.kind == node_kind::phase && c.phase_bodies[other.index] == no_node;
  return refuse_name(c, name, multiplied ? "task" : word_of(other.kind),
                     place_of_node(c, other));
}

void add_task(loader_context& c, const new_task& x, std::string_view name,
              const task_source& source) {
  auto id = task_id{c.result.tasks.size()};
  auto& made = c.result.tasks.emplace_back();
  made.name = name;
  made.kind = x.kind;
  c.task_sources.push_back(source);
  c.task_sources.back().holder = x.phase;
  c.map.tasks.push_back(c.place_of(x.name));
  if (x.provides != no_node)
    c.providers.emplace_back(id.value, x.provides);
  for (auto at = x.phase; at.valid(); at = c.phase_parents[at.value]) {
    c.result.phases[at.value].tasks.push_back(id);
    made.phase = at;
  }
}

void declare_names(loader_context& c) {
  // Most of a large plan's nodes belong to tasks of a dozen nodes.
  auto bytes = c.extent(c.roots.front()).length;
  auto likely = std::min<std::size_t>(c.tree.size(), bytes) / 12;
  c.names.reserve(likely);
  for (auto root : c.roots)
    for_each_key(c, place::plan, root, [&](const key_row& row, node_id x) {
      declare_section(c, row, x);
    });
  check_set_params(c);
  c.agent_used.assign(c.result.agents.size(), false);
  c.pool_used.assign(c.result.pools.size(), false);
}

} // namespace tutti::config
