// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/forecast.hpp"
#include "runtime/cli/plan_words.hpp"
#include "runtime/report/format.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace tutti::cli {

namespace {

using report::format_duration;

std::string gate_names(const plan& p, const std::vector<gate_id>& gates) {
  std::vector<std::string> names;
  for (auto x : gates)
    names.push_back(p.gates[x.value].name);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// How wide a column must be for its texts, within reason.
std::size_t width_of(const std::vector<std::string>& texts) {
  constexpr std::size_t widest = 40;
  std::size_t result = 0;
  for (const auto& text : texts)
    result = std::max(result, std::min(text.size(), widest));
  return result;
}

void add_waves(std::string& text, const plan& p, const forecast& x) {
  std::vector<std::string> names;
  std::vector<std::string> agents;
  for (const auto& row : x.tasks) {
    names.push_back(p.tasks[row.task.value].name);
    agents.push_back(agents_of(p, p.tasks[row.task.value]));
  }
  auto name_width = width_of(names);
  auto agent_width = width_of(agents);
  std::uint32_t wave = 0;
  for (std::size_t i = 0; i < x.tasks.size(); ++i) {
    const auto& row = x.tasks[i];
    const auto& task = p.tasks[row.task.value];
    if (row.wave != wave)
      text += fmt::format("\nWave {}\n", row.wave);
    wave = row.wave;
    auto line =
        fmt::format("  {:<{}}  {:<{}}  {:>7}", names[i], name_width, agents[i],
                    agent_width, format_duration(task.estimate.mode));
    if (!row.gates.empty())
      line += fmt::format("  behind {}", gate_names(p, row.gates));
    if (task.is_finally)
      line += "  finally";
    text += line + "\n";
  }
}

void add_gates(std::string& text, const plan& p) {
  if (!p.gates.empty())
    text += "\nGates\n";
  for (const auto& gate : p.gates) {
    std::vector<std::string> needs;
    for (const auto& x : gate.needs)
      needs.push_back(need_text(p, x));
    std::vector<std::string> blocked;
    for (const auto& x : gate.blocks)
      blocked.emplace_back(name_of(p, x));
    if (gate.blocks_all)
      blocked = {"all"};
    text += fmt::format(
        "  {} needs {}", gate.name,
        needs.empty() ? "nothing" : fmt::format("{}", fmt::join(needs, ", ")));
    if (!blocked.empty())
      text += fmt::format("; blocks {}", fmt::join(blocked, ", "));
    text +=
        gate.closed_by_skip ? "; closed, as --skip leaves out a need\n" : "\n";
  }
}

void add_chain(std::string& text, const plan& p, const forecast& x) {
  std::vector<std::string> names;
  for (auto task : x.chain)
    names.push_back(p.tasks[task.value].name);
  text += fmt::format("\nLongest chain  {:>7}  {}\n",
                      format_duration(x.chain_length), fmt::join(names, " > "));
  text += fmt::format("One by one     {:>7}\n", format_duration(x.sequential));
  if (x.guessed > 0)
    text += fmt::format("{} without an estimate, taken as 1m each\n",
                        counted(x.guessed, "task"));
}

} // namespace

std::string forecast_text(const plan& p, const forecast& x) {
  std::string text =
      fmt::format("Plan {}: {}; nothing is started\n", p.name, size_text(p));
  add_waves(text, p, x);
  add_gates(text, p);
  if (!p.skipped.empty())
    text += "\nLeft out by --skip\n";
  for (auto task : p.skipped)
    text += fmt::format("  {}\n", p.tasks[task.value].name);
  add_chain(text, p, x);
  return text;
}

std::string forecast_json(const plan& p, const forecast& x) {
  using json = nlohmann::ordered_json;
  auto task_name = [&p](task_id id) {
    return p.tasks[id.value].name;
  };
  json tasks = json::array();
  for (const auto& row : x.tasks) {
    const auto& task = p.tasks[row.task.value];
    json gates = json::array();
    for (auto gate : row.gates)
      gates.push_back(p.gates[gate.value].name);
    tasks.push_back({{"name", task.name},
                     {"wave", row.wave},
                     {"agents", agent_names(p, task)},
                     {"estimate_s", seconds(task.estimate.mode)},
                     {"start_s", seconds(row.start)},
                     {"finish_s", seconds(row.finish)},
                     {"gates", std::move(gates)}});
  }
  json chain = json::array();
  for (auto task : x.chain)
    chain.push_back(task_name(task));
  json skipped = json::array();
  for (auto task : p.skipped)
    skipped.push_back(task_name(task));
  json result = {{"schema_version", 1},
                 {"plan", p.name},
                 {"tasks", std::move(tasks)},
                 {"skipped", std::move(skipped)},
                 {"chain", std::move(chain)},
                 {"chain_s", seconds(x.chain_length)},
                 {"sequential_s", seconds(x.sequential)}};
  return to_text(result);
}

} // namespace tutti::cli
