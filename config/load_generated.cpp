// SPDX-License-Identifier: BSD-3-Clause
// The tasks that stand in no plan: reviews of gates, and what answers requests.
#include "config/load_approval.hpp"
#include "config/load_parts.hpp"
#include "config/load_secrets.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <string>
#include <unordered_set>
#include <utility>

namespace tutti::config {

namespace {

/// Its place is that of the gate or agent behind it.
task_id add_task(loader_context& c, std::string name, task_kind kind,
                 agent_id worker, task_source source) {
  auto id = task_id{c.result.tasks.size()};
  auto& made = c.result.tasks.emplace_back();
  made.name = std::move(name);
  made.kind = kind;
  made.agents = {worker};
  c.task_sources.push_back(source);
  c.map.tasks.push_back(c.place_of(source.name));
  return id;
}

void add_reviews(loader_context& c, std::uint32_t gate, node_id name,
                 node_id approval) {
  read_approval(c, gate, approval);
  auto& made = c.result.gates[gate];
  for (auto reviewer : made.approval.agents) {
    auto title = fmt::format("review/{}", made.name);
    if (made.approval.agents.size() > 1)
      title += fmt::format("/{}", c.result.agents[reviewer.value].name);
    auto id = add_task(c, std::move(title), task_kind::review, reviewer,
                       {name, approval});
    c.result.tasks[id.value].review_of = gate_id{gate};
    made.approval.reviews.push_back(id);
  }
}

void add_requests(loader_context& c, std::uint32_t agent, node_id name,
                  node_id body) {
  auto& spec = c.result.agents[agent].requests;
  spec.present = true;
  spec.task =
      add_task(c, fmt::format("requests/{}", c.result.agents[agent].name),
               task_kind::requests, agent_id{agent}, {name, body});
  auto& made = c.result.tasks[spec.task.value];
  made.batch = {0, duration{0}};
  auto& part = c.requests[agent];
  auto n = c.node(body);
  if (n.kind != yaml_kind::mapping && !n.is_null()) {
    part.run_node = body;
    part.run = read_some_command(c, body, "requests");
  }
  for_each_key(c, place::requests, body, [&](const key_row& row, node_id x) {
    if (row.id == key::run) {
      part.run_node = x;
      part.run = read_some_command(c, x);
    } else if (row.id == key::prompt) {
      part.prompt = read_template(c, x, row.name);
    } else if (row.id == key::secrets) {
      part.secrets = read_secrets(c, x);
    } else if (row.id == key::estimate) {
      part.estimate = read_estimate(c, x);
    } else if (row.id == key::timeout) {
      part.timeout = read_duration(c, x, row.name, zero_duration::refused);
    } else {
      made.batch = read_batch(c, x, made.batch);
    }
  });
  if (part.run && c.converses(agent_id{agent}))
    c.error(part.run_node,
            fmt::format("agent '{}' takes its work in messages and runs no "
                        "command",
                        c.result.agents[agent].name),
            "leave 'run' out: requests come in messages, too");
  c.agent_used[agent] = true;
}

/// What every task shares counts for a session as far as it is known when the
/// session starts.
bool is_known_early(const template_text& x) {
  for (const auto& n : x.parsed.nodes)
    if (n.root != reference_root::none && n.root != reference_root::param
        && n.root != reference_root::env)
      return false;
  return true;
}

void bind_session(loader_context& c, std::uint32_t i,
                  const command_template& command) {
  auto& a = c.result.agents[i];
  template_scope scope;
  scope.word = "agent";
  scope.name = a.name;
  scope.has_rounds = false;
  std::unordered_set<std::string_view> seen;
  for (const auto& x : c.agent_layers[i].env)
    if (seen.insert(x.name).second)
      scope.env.push_back(&x);
  const auto& defaults = c.defaults[c.file_of(c.agent_names[i])];
  for (const auto& x : defaults.env)
    if (is_known_early(x.text) && seen.insert(x.name).second)
      scope.env.push_back(&x);
  template_binder binder{c, scope};
  a.session_env = binder.bind_env();
  if (const auto& secrets = c.agent_layers[i].secrets)
    a.session_secrets = bind_secrets(c, *secrets, scope.env);
  a.session = binder.bind(command);
  const auto& own = c.agent_layers[i].working_directory;
  if (own)
    a.session_directory = binder.bind(*own);
  else if (defaults.working_directory
           && is_known_early(*defaults.working_directory))
    a.session_directory = binder.bind(*defaults.working_directory);
  else if (auto folder = c.folder_of(c.agent_names[i]); !folder.empty())
    a.session_directory = literal_expression(std::string{folder});
}

} // namespace

batch_policy read_batch(loader_context& c, node_id x, batch_policy result) {
  constexpr integer_range sizes{1, 1'000'000};
  if (!is_mapping(c, x, "'batch'"))
    return result;
  for_each_key(c, place::batch, x, [&](const key_row& row, node_id value) {
    if (row.id == key::wait)
      result.wait = read_duration(c, value, row.name, zero_duration::allowed)
                        .value_or(duration{0});
    else if (auto n = read_integer(c, value, row.name, sizes))
      result.max = static_cast<std::uint32_t>(*n);
  });
  return result;
}

void declare_generated(loader_context& c) {
  for (std::uint32_t i = 0; i < c.gate_bodies.size(); ++i)
    if (auto x = c.tree.find(c.gate_bodies[i], "approval"); x != no_node)
      add_reviews(c, i, c.gate_names[i], x);
  for (std::uint32_t i = 0; i < c.agent_bodies.size(); ++i)
    if (auto x = c.tree.find(c.agent_bodies[i], "requests"); x != no_node)
      add_requests(c, i, c.agent_names[i], x);
}

void bind_messages(loader_context& c) {
  for (auto& [i, part] : c.approvals) {
    if (!part.message)
      continue;
    auto& g = c.result.gates[i];
    template_scope scope;
    scope.word = "gate";
    scope.name = g.name;
    scope.needs = &g.needs;
    g.approval.message = template_binder{c, scope}.bind(*part.message);
  }
  for (auto& [i, command] : c.sessions)
    bind_session(c, i, command);
}

} // namespace tutti::config
