// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/graph.hpp"
#include "runtime/cli/plan_words.hpp"

#include <utility>

namespace tutti::cli {

using json = nlohmann::ordered_json;

std::string graph_json(const plan& p) {
  json tasks = json::array();
  for (const auto& task : p.tasks) {
    json row = {{"name", task.name},
                {"agents", agent_names(p, task)},
                {"phase", nullptr},
                {"estimate_s", seconds(task.estimate.mode)},
                {"finally", task.is_finally}};
    if (task.phase.valid())
      row["phase"] = p.phases[task.phase.value].name;
    tasks.push_back(std::move(row));
  }
  json gates = json::array();
  for (const auto& gate : p.gates) {
    json sent_back = json::array();
    for (auto task : gate.rework.to)
      sent_back.push_back(p.tasks[task.value].name);
    gates.push_back({{"name", gate.name},
                     {"blocks_all", gate.blocks_all},
                     {"rework", std::move(sent_back)}});
  }
  json services = json::array();
  for (const auto& service : p.services)
    services.push_back({{"name", service.name}});
  json contracts = json::array();
  for (const auto& x : p.contracts) {
    json row = {
        {"name", x.name}, {"provider", nullptr}, {"defined_by", nullptr}};
    if (x.provider.valid())
      row["provider"] = p.tasks[x.provider.value].name;
    if (x.defined_by.valid())
      row["defined_by"] = p.tasks[x.defined_by.value].name;
    contracts.push_back(std::move(row));
  }
  json phases = json::array();
  phase_tree tree{p};
  for (std::size_t i = 0; i < p.phases.size(); ++i) {
    const auto& phase = p.phases[i];
    json names = json::array();
    for (auto task : phase.tasks)
      names.push_back(p.tasks[task.value].name);
    json row = {
        {"name", phase.name}, {"parent", nullptr}, {"tasks", std::move(names)}};
    if (auto parent = tree.parent(phase_id{i}); parent.valid())
      row["parent"] = p.phases[parent.value].name;
    phases.push_back(std::move(row));
  }
  json edges = json::array();
  for (const auto& x : plan_edges(p)) {
    json row = {{"from", name_of(p, x.from)},
                {"to", name_of(p, x.to)},
                {"kind", to_string(x.kind)}};
    if (x.kind == graph_edge_kind::needs)
      row["condition"] = to_string(x.condition);
    edges.push_back(std::move(row));
  }
  json result = {{"schema_version", 1},
                 {"plan", p.name},
                 {"tasks", std::move(tasks)},
                 {"gates", std::move(gates)},
                 {"phases", std::move(phases)},
                 {"services", std::move(services)},
                 {"contracts", std::move(contracts)},
                 {"edges", std::move(edges)}};
  return to_text(result);
}

} // namespace tutti::cli
