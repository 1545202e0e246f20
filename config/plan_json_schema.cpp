// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_schema.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace tutti::config {

namespace {

/// Keeps keys in the order of the table.
using json = nlohmann::ordered_json;

constexpr const char* name_pattern = "^[A-Za-z0-9_][A-Za-z0-9_.-]*$";
constexpr const char* variable_pattern = "^[A-Za-z_][A-Za-z0-9_]*$";
/// What refers to a name may mean one that a matrix makes.
constexpr const char* reference_pattern =
    "^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]+)*$";

/// A name, or a text in which one is filled in.
constexpr const char* label_pattern =
    "^([A-Za-z0-9_][A-Za-z0-9_.-]*|.*\\$\\{\\{.*\\}\\}.*)$";

json reference(const char* name) {
  return {{"$ref", std::string{"#/definitions/"} + name}};
}

json one_or_list(json item) {
  json list{{"type", "array"}, {"items", item}};
  return {{"anyOf", json::array({std::move(item), std::move(list)})}};
}

json any_of(std::initializer_list<json> xs) {
  return {{"anyOf", json(xs)}};
}

/// A mapping of names, the values of which may be left empty.
json map_of(json value) {
  return {{"type", json::array({"object", "null"})},
          {"propertyNames", {{"pattern", name_pattern}}},
          {"additionalProperties", std::move(value)}};
}

json null_or(json x) {
  return any_of({json{{"type", "null"}}, std::move(x)});
}

json map_or_text(const char* place) {
  return any_of(
      {reference(place), json{{"type", "string"}}, json{{"type", "null"}}});
}

json type_of(value_type x) {
  switch (x) {
  case value_type::text:
  case value_type::text_template:
  case value_type::scalar:
    return reference("scalar");
  case value_type::boolean:
    return {{"type", "boolean"}};
  case value_type::count:
    return {{"type", "integer"}};
  case value_type::number:
    return {{"type", "number"}};
  case value_type::duration:
    return reference("duration");
  case value_type::name_list:
    return null_or(one_or_list(reference("name")));
  case value_type::labels:
    return null_or(one_or_list(reference("label")));
  case value_type::text_list:
    return null_or(one_or_list(reference("scalar")));
  case value_type::command:
    return reference("command");
  case value_type::condition:
    return {{"type", json::array({"string", "boolean"})}};
  case value_type::environment:
    return reference("environment");
  case value_type::needs:
    return reference("needs");
  case value_type::agent_choice:
    return any_of({reference("name"), reference("agent-choice")});
  case value_type::blocks:
    return null_or(one_or_list(reference("name")));
  case value_type::pool_need:
    return reference("pool-need");
  case value_type::retries:
    return any_of(
        {json{{"type", "integer"}, {"minimum", 0}}, reference("retries")});
  case value_type::estimate:
    return any_of({reference("duration"), reference("estimate")});
  case value_type::param_type:
    return {{"enum", json::array({"string", "number", "boolean", "choice"})}};
  case value_type::integrate:
    return any_of({reference("command"), reference("integrate")});
  case value_type::artifacts:
    return any_of({one_or_list(reference("scalar")), reference("artifacts")});
  case value_type::batch:
    return any_of({json{{"type", "boolean"}}, reference("batch")});
  case value_type::batch_size:
    return reference("batch");
  case value_type::matrix:
    return reference("matrix");
  case value_type::requests:
    return null_or(any_of({reference("command"), reference("requests")}));
  case value_type::approval:
    return any_of({one_or_list(reference("name")), reference("approval")});
  case value_type::approvers:
    return any_of({one_or_list(reference("name")), reference("approvers")});
  case value_type::rework:
    return reference("rework");
  case value_type::rework_targets:
    return one_or_list(reference("name"));
  case value_type::ready:
    return any_of({reference("command"), reference("ready")});
  case value_type::notify:
    return any_of({reference("command"), reference("notify")});
  case value_type::nodes:
    return reference("nodes");
  case value_type::lease:
    return reference("lease");
  case value_type::moments:
    return one_or_list(
        json{{"enum", json::array({"approval", "failed", "finished"})}});
  case value_type::word:
    return json{{"type", "string"}};
  case value_type::settings:
    return null_or(reference("defaults"));
  case value_type::map_of_params:
    return map_of(any_of(
        {reference("param"), reference("scalar"), json{{"type", "null"}}}));
  case value_type::map_of_agents:
    return map_of(null_or(reference("agent")));
  case value_type::map_of_tasks:
    return map_of(map_or_text("task"));
  case value_type::map_of_phases:
    return map_of(null_or(reference("phase")));
  case value_type::map_of_gates:
    return map_of(reference("gate"));
  case value_type::map_of_pools:
    return map_of(
        any_of({json{{"type", "integer"}, {"minimum", 1}}, reference("pool")}));
  case value_type::map_of_contracts:
    return map_of(reference("contract"));
  case value_type::map_of_services:
    return map_of(any_of({reference("command"), reference("service")}));
  case value_type::map_of_secrets:
    return {{"type", json::array({"object", "null"})},
            {"propertyNames", {{"pattern", variable_pattern}}},
            {"additionalProperties",
             any_of({json{{"type", "string"}, {"minLength", 1}},
                     reference("secret")})}};
  case value_type::phase_tasks:
    return any_of({map_of(map_or_text("task")), reference("name"),
                   json{{"type", "array"}, {"items", reference("name")}}});
  }
  return true;
}

std::string description_of(const key_row& row) {
  std::string result{row.doc};
  if (!row.initial.empty())
    result += " Default: " + std::string{row.initial} + ".";
  return result;
}

json object_of(place where) {
  json properties = json::object();
  json required = json::array();
  for (const auto& row : key_rows(where)) {
    auto value = type_of(row.type);
    // Beside "$ref" draft-07 ignores everything else.
    if (value.contains("$ref"))
      value = json{{"allOf", json::array({std::move(value)})}};
    value["description"] = description_of(row);
    properties[std::string{row.name}] = std::move(value);
    if (row.required)
      required.push_back(row.name);
  }
  json result{{"type", "object"}, {"additionalProperties", false}};
  if (!required.empty())
    result["required"] = std::move(required);
  result["properties"] = std::move(properties);
  return result;
}

void add_values(json& definitions) {
  definitions["name"] = {{"type", "string"}, {"pattern", reference_pattern}};
  definitions["label"] = {{"type", "string"}, {"pattern", label_pattern}};
  definitions["scalar"] = {
      {"type", json::array({"string", "number", "boolean"})}};
  definitions["duration"] = {
      {"type", "string"},
      {"description", "30s, 5m, 1h30m; the units are d, h, m, s and ms"},
      {"pattern", "^([0-9.]+d)?([0-9.]+h)?([0-9.]+m)?([0-9.]+s)?([0-9.]+ms)?$"},
      {"minLength", 2}};
  definitions["command"] = any_of({json{{"type", "string"}, {"minLength", 1}},
                                   json{{"type", "array"},
                                        {"items", reference("scalar")},
                                        {"minItems", 1}}});
  definitions["environment"] = {
      {"type", json::array({"object", "null"})},
      {"propertyNames", {{"pattern", variable_pattern}}},
      {"additionalProperties", reference("scalar")}};
  json condition{{"enum", json::array({"succeeded", "failed", "completed",
                                       "started", nullptr})}};
  json long_need{{"type", "object"}, {"additionalProperties", condition}};
  auto item = any_of({reference("name"), long_need});
  definitions["needs"] = null_or(one_or_list(std::move(item)));
  definitions["pool-need"] = null_or(any_of(
      {one_or_list(reference("name")),
       json{{"type", "object"},
            {"additionalProperties", {{"type", "integer"}, {"minimum", 1}}}}}));
}

void add_matrix(json& definitions) {
  json object{{"type", "object"},
              {"minProperties", 1},
              {"additionalProperties", reference("scalar")}};
  auto value = any_of({reference("scalar"), object});
  auto combination = object;
  combination["additionalProperties"] = value;
  auto combinations = one_or_list(combination);
  definitions["matrix"] = {
      {"type", "object"},
      {"minProperties", 1},
      {"propertyNames", {{"pattern", "^[A-Za-z_][A-Za-z0-9_-]*$"}}},
      {"properties",
       {{"include", combinations}, {"exclude", std::move(combinations)}}},
      {"additionalProperties",
       any_of({reference("scalar"),
               json{{"type", "array"}, {"items", value}, {"minItems", 1}}})}};
}

} // namespace

std::string plan_json_schema() {
  auto whole = object_of(place::plan);
  json result{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"$id", "https://tutti.invalid/schema/plan.json"},
              {"title", "tutti plan"},
              {"description", "A team of agents and what it is to do."}};
  result.update(whole);
  json definitions = json::object();
  add_values(definitions);
  add_matrix(definitions);
  definitions["param"] = object_of(place::param);
  definitions["agent"] = object_of(place::agent);
  definitions["task"] = object_of(place::task);
  definitions["phase"] = object_of(place::phase);
  definitions["gate"] = object_of(place::gate);
  definitions["defaults"] = object_of(place::defaults);
  definitions["pool"] = object_of(place::pool);
  definitions["agent-choice"] = object_of(place::agent_choice);
  definitions["retries"] = object_of(place::retries);
  definitions["estimate"] = object_of(place::estimate);
  definitions["integrate"] = object_of(place::integrate);
  definitions["artifacts"] = object_of(place::artifacts);
  definitions["batch"] = object_of(place::batch);
  definitions["requests"] = object_of(place::requests);
  definitions["approval"] = object_of(place::approval);
  definitions["approvers"] = object_of(place::approvers);
  definitions["rework"] = object_of(place::rework);
  definitions["contract"] = object_of(place::contract);
  definitions["service"] = object_of(place::service);
  definitions["ready"] = object_of(place::ready);
  definitions["secret"] = object_of(place::secret);
  definitions["notify"] = object_of(place::notify);
  definitions["nodes"] = object_of(place::nodes);
  definitions["lease"] = object_of(place::lease);
  result["definitions"] = std::move(definitions);
  return result.dump(2) + "\n";
}

} // namespace tutti::config
