// SPDX-License-Identifier: BSD-3-Clause
#include "config/scenario_schema.hpp"

#include "config/scenario_schema_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tutti::config {

namespace {

/// Each place's rows stand together in the table.
std::array<std::span<const scenario_row>, scenario_place_count> make_index() {
  std::array<std::span<const scenario_row>, scenario_place_count> result;
  auto all = scenario_rows();
  for (std::size_t i = 0; i < result.size(); ++i) {
    auto here = [&](const scenario_row& x) {
      return static_cast<std::size_t>(x.where) == i;
    };
    auto first = std::find_if(all.begin(), all.end(), here);
    result[i] = {first, std::find_if_not(first, all.end(), here)};
  }
  return result;
}

const scenario_row* find_in(scenario_place where, std::string_view name) {
  for (const auto& x : scenario_rows(where))
    if (x.name == name)
      return &x;
  return nullptr;
}

} // namespace

std::string to_string(scenario_place x) {
  switch (x) {
  case scenario_place::scenario:
    return "a scenario";
  case scenario_place::machine:
    return "a node";
  case scenario_place::work:
    return "the work of a task";
  case scenario_place::review:
    return "the work of a gate";
  case scenario_place::ask:
    return "'asks'";
  case scenario_place::step:
    return "a step";
  case scenario_place::expect:
    return "'expect'";
  case scenario_place::requests:
    return "'requests'";
  case scenario_place::never:
    return "'never'";
  case scenario_place::end:
    return "'end'";
  case scenario_place::ends:
    return "a handoff";
  default:
    return fmt::format("'{}'", scenario_rows(x).front().name);
  }
}

std::span<const scenario_row> scenario_rows() {
  return scenario_row_table;
}

std::span<const scenario_row> scenario_rows(scenario_place where) {
  static const auto index = make_index();
  return index[static_cast<std::size_t>(where)];
}

const scenario_row* find_scenario_key(scenario_place where,
                                      std::string_view name) {
  const auto* result = find_in(where, name);
  return result == nullptr && expects_too(where)
           ? find_in(scenario_place::expect, name)
           : result;
}

std::vector<std::string_view> scenario_key_names(scenario_place where) {
  std::vector<std::string_view> result;
  for (const auto& x : scenario_rows(where))
    result.push_back(x.name);
  if (expects_too(where))
    for (const auto& x : scenario_rows(scenario_place::expect))
      result.push_back(x.name);
  return result;
}

std::string places_of_scenario_key(std::string_view name) {
  std::string result;
  for (const auto& x : scenario_rows())
    if (x.name == name) {
      if (!result.empty())
        result += ", ";
      // A deed is a key of what is done; its parts are its own.
      result += &x == &scenario_rows(x.where).front()
                     && x.where >= scenario_place::crash
                  ? "'do'"
                  : to_string(x.where);
    }
  return result;
}

std::string_view words_for(scenario_value x) {
  switch (x) {
  case scenario_value::text:
    return "text";
  case scenario_value::texts:
    return "text or list of texts";
  case scenario_value::boolean:
    return "`true` or `false`";
  case scenario_value::yes:
    return "`true`";
  case scenario_value::count:
    return "whole number";
  case scenario_value::duration:
    return "duration";
  case scenario_value::any_duration:
    return "duration, which may begin with `-`";
  case scenario_value::clock:
    return "time of day in quotes";
  case scenario_value::moment:
    return "moment";
  case scenario_value::plan:
    return "file, or a whole plan";
  case scenario_value::nodes:
    return "name, list of names, or `NAME: node`";
  case scenario_value::work:
    return "`NAME: work`";
  case scenario_value::failure:
    return "`exit N`, `true` or text";
  case scenario_value::outputs:
    return "`NAME: value`";
  case scenario_value::asks:
    return "list of requests";
  case scenario_value::verdict:
    return "verdict";
  case scenario_value::steps:
    return "list of steps";
  case scenario_value::deeds:
    return "deed or list of deeds";
  case scenario_value::expectations:
    return "expectations";
  case scenario_value::forbidden:
    return "list of expectations";
  case scenario_value::end:
    return "expectations, and how it ended";
  case scenario_value::agent:
    return "name of an agent";
  case scenario_value::some_agent:
    return "agent, list of agents, or `any`";
  case scenario_value::task:
    return "name of a task";
  case scenario_value::tasks:
    return "task or phase";
  case scenario_value::task_list:
    return "task, phase or list of these";
  case scenario_value::attempt_name:
    return "`TASK#1`";
  case scenario_value::gate:
    return "name of a gate";
  case scenario_value::node:
    return "name of a node";
  case scenario_value::two_nodes:
    return "`[NODE, NODE]`";
  case scenario_value::ends:
    return "`{ from: AGENT, to: AGENT }`";
  case scenario_value::work_of_agents:
    return "`AGENT: task`";
  case scenario_value::states_of_tasks:
    return "`TASK: state`";
  case scenario_value::counts_of_tasks:
    return "`TASK: number`";
  case scenario_value::outputs_of_tasks:
    return "`TASK: { NAME: value }`";
  case scenario_value::states_of_gates:
    return "`GATE: state`";
  case scenario_value::states_of_handoffs:
    return "`TASK -> TASK: state`";
  case scenario_value::counts_of_agents:
    return "`AGENT: number`";
  case scenario_value::nodes_of_agents:
    return "`AGENT: node`";
  case scenario_value::nodes_of_tasks:
    return "`TASK: node` or list of nodes";
  case scenario_value::durations_of_agents:
    return "`AGENT: duration`";
  case scenario_value::requests:
    return "numbers of requests";
  case scenario_value::run_status:
    return "word";
  case scenario_value::ready:
    return "`ready`";
  }
  return "";
}

std::string_view to_string(moment_subject x) {
  switch (x) {
  case moment_subject::task:
    return "task";
  case moment_subject::gate:
    return "gate";
  case moment_subject::agent:
    return "agent";
  case moment_subject::node:
    return "node";
  case moment_subject::requests:
    return "request";
  }
  return "";
}

std::span<const moment_word> moment_words() {
  return moment_word_table;
}

moment_subject subject_of(moment_kind x) {
  switch (x) {
  case moment_kind::asked:
  case moment_kind::open:
    return moment_subject::gate;
  case moment_kind::back:
    return moment_subject::agent;
  case moment_kind::lost:
  case moment_kind::joined:
  case moment_kind::gone:
    return moment_subject::node;
  case moment_kind::answered:
    return moment_subject::requests;
  default:
    return moment_subject::task;
  }
}

} // namespace tutti::config
