// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_schema.hpp"
#include "config/scenario_schema.hpp"

#include <nlohmann/json.hpp>

#include <initializer_list>
#include <string>
#include <utility>

namespace tutti::config {

namespace {

/// Keeps keys in the order of the table.
using json = nlohmann::ordered_json;

constexpr const char* clock_pattern =
    "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$";
constexpr const char* moment_pattern =
    "^(\\+[0-9.]+(ms|[dhms])([0-9.]+(ms|[dhms]))*"
    "|([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
    "|[^ +][^ ]* +(WORDS|[1-9][0-9]?%))$";

json reference(const char* name) {
  return {{"$ref", std::string{"#/definitions/"} + name}};
}

json any_of(std::initializer_list<json> xs) {
  return {{"anyOf", json(xs)}};
}

json one_or_list(json item) {
  json list{{"type", "array"}, {"items", item}};
  return any_of({std::move(item), std::move(list)});
}

json map_of(json value) {
  return {{"type", "object"}, {"additionalProperties", std::move(value)}};
}

template <class Values>
json words(const Values& values) {
  json result = json::array();
  for (auto x : values)
    result.push_back(to_string(x));
  return {{"enum", std::move(result)}};
}

json verdict_words() {
  return words(std::initializer_list<verdict>{
      verdict::approved, verdict::changes_requested, verdict::rejected});
}

json run_words() {
  return words(std::initializer_list<run_status>{
      run_status::succeeded, run_status::failed, run_status::stopped,
      run_status::waiting});
}

json task_words() {
  return words(std::initializer_list<task_state>{
      task_state::waiting, task_state::ready, task_state::running,
      task_state::waiting_to_integrate, task_state::integrating,
      task_state::succeeded, task_state::failed, task_state::timed_out,
      task_state::error, task_state::skipped, task_state::left_out,
      task_state::cancelled});
}

json gate_words() {
  return words(std::initializer_list<gate_state>{
      gate_state::waiting, gate_state::asked, gate_state::open,
      gate_state::rejected, gate_state::closed});
}

json type_of(scenario_value x) {
  switch (x) {
  case scenario_value::text:
  case scenario_value::agent:
  case scenario_value::task:
  case scenario_value::tasks:
  case scenario_value::gate:
  case scenario_value::node:
    return reference("scalar");
  case scenario_value::texts:
  case scenario_value::some_agent:
  case scenario_value::task_list:
    return one_or_list(reference("scalar"));
  case scenario_value::nodes:
    return any_of({reference("scalar"),
                   json{{"type", "array"}, {"items", reference("scalar")}},
                   map_of(reference("machine"))});
  case scenario_value::boolean:
    return {{"type", "boolean"}};
  case scenario_value::yes:
    return {{"const", true}};
  case scenario_value::count:
    return {{"type", "integer"}, {"minimum", 0}};
  case scenario_value::duration:
    return reference("duration");
  case scenario_value::any_duration:
    return {{"type", "string"}, {"pattern", "^[-+]?[0-9.]+(ms|[dhms])"}};
  case scenario_value::clock:
    return reference("clock");
  case scenario_value::moment:
    return reference("moment");
  case scenario_value::plan:
    return any_of(
        {json{{"type", "string"}, {"minLength", 1}}, reference("plan")});
  case scenario_value::work:
    return map_of(one_or_list(reference("attempt")));
  case scenario_value::failure:
    return {{"type", json::array({"string", "boolean"})}};
  case scenario_value::outputs:
    return {{"type", "object"}};
  case scenario_value::asks:
    return one_or_list(reference("ask"));
  case scenario_value::verdict:
    return verdict_words();
  case scenario_value::steps:
    return {{"type", json::array({"array", "null"})},
            {"items", reference("step")}};
  case scenario_value::deeds:
    return one_or_list(reference("deed"));
  case scenario_value::expectations:
    return reference("expect");
  case scenario_value::forbidden:
    return one_or_list(reference("never"));
  case scenario_value::end:
    return reference("end");
  case scenario_value::attempt_name:
    return {{"type", "string"}, {"pattern", "^.+#[1-9][0-9]*$"}};
  case scenario_value::two_nodes:
    return {{"type", "array"},
            {"items", reference("scalar")},
            {"minItems", 2},
            {"maxItems", 2}};
  case scenario_value::ends:
    return reference("ends");
  case scenario_value::work_of_agents:
    return map_of(one_or_list(reference("scalar")));
  case scenario_value::nodes_of_agents:
    return map_of(reference("scalar"));
  case scenario_value::nodes_of_tasks:
    return map_of(one_or_list(reference("scalar")));
  case scenario_value::states_of_tasks:
    return map_of(task_words());
  case scenario_value::counts_of_tasks:
  case scenario_value::counts_of_agents:
    return map_of(json{{"type", "integer"}, {"minimum", 0}});
  case scenario_value::outputs_of_tasks:
    return map_of(json{{"type", "object"}});
  case scenario_value::states_of_gates:
    return map_of(gate_words());
  case scenario_value::states_of_handoffs:
    return {{"type", "object"},
            {"propertyNames", {{"pattern", "^[^ ]+ *(->|→) *[^ ]+$"}}},
            {"additionalProperties",
             {{"type", "string"},
              {"pattern", "^(none|sent|arrived|integrated( once| twice| "
                          "[1-9][0-9]* times)?)$"}}}};
  case scenario_value::durations_of_agents:
    return map_of(reference("duration"));
  case scenario_value::requests:
    return reference("requests");
  case scenario_value::run_status:
    return run_words();
  case scenario_value::ready:
    return {{"const", "ready"}};
  }
  return true;
}

void add_rows(scenario_place where, json& properties, json& required) {
  for (const auto& row : scenario_rows(where)) {
    auto value = type_of(row.type);
    // Beside "$ref" draft-07 ignores everything else.
    if (value.contains("$ref"))
      value = json{{"allOf", json::array({std::move(value)})}};
    std::string doc{row.doc};
    if (!row.initial.empty())
      doc += " Default: " + std::string{row.initial} + ".";
    value["description"] = std::move(doc);
    properties[std::string{row.name}] = std::move(value);
    if (row.required)
      required.push_back(row.name);
  }
}

json object_of(scenario_place where) {
  json properties = json::object();
  json required = json::array();
  add_rows(where, properties, required);
  if (expects_too(where))
    add_rows(scenario_place::expect, properties, required);
  json result{{"type", "object"}, {"additionalProperties", false}};
  if (!required.empty())
    result["required"] = std::move(required);
  result["properties"] = std::move(properties);
  return result;
}

std::string moment_pattern_with_words() {
  std::string all;
  for (const auto& x : moment_words())
    all += (all.empty() ? "" : "|") + std::string{x.name};
  std::string result{moment_pattern};
  constexpr std::string_view mark = "WORDS";
  return result.replace(result.find(mark), mark.size(), all);
}

void add_definitions(json& definitions) {
  definitions["clock"] = {
      {"type", "string"},
      {"description", "\"09:15\" or \"09:15:30\", in quotes"},
      {"pattern", clock_pattern}};
  definitions["moment"] = {
      {"type", "string"},
      {"description", "\"09:15\", +13m, TASK done, TASK 50%, GATE open, AGENT "
                      "back, NODE lost, requests answered"},
      {"pattern", moment_pattern_with_words()}};
  definitions["attempt"] = any_of({reference("duration"), verdict_words(),
                                   reference("work"), reference("review")});
  definitions["machine"] = object_of(scenario_place::machine);
  definitions["machine"]["type"] = json::array({"object", "null"});
  definitions["work"] = object_of(scenario_place::work);
  definitions["review"] = object_of(scenario_place::review);
  definitions["ask"] = object_of(scenario_place::ask);
  definitions["step"] = object_of(scenario_place::step);
  definitions["expect"] = object_of(scenario_place::expect);
  definitions["requests"] = object_of(scenario_place::requests);
  definitions["never"] = object_of(scenario_place::never);
  definitions["end"] = object_of(scenario_place::end);
  definitions["ends"] = object_of(scenario_place::ends);
  json deeds = json::array();
  for (std::size_t i = 0; i < deed_count; ++i)
    deeds.push_back(object_of(place_of(static_cast<deed_kind>(i))));
  definitions["deed"] = {{"anyOf", std::move(deeds)}};
}

/// The schema of plans, for those that stand in a scenario: it becomes one
/// definition, its own definitions get names of their own.
void add_plan(json& definitions) {
  auto text = plan_json_schema();
  constexpr std::string_view from = "\"#/definitions/";
  constexpr std::string_view to = "\"#/definitions/plan-";
  for (auto at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  auto whole = json::parse(text);
  for (auto& [name, x] : whole["definitions"].items())
    definitions["plan-" + name] = std::move(x);
  whole.erase("definitions");
  whole.erase("$schema");
  whole.erase("$id");
  definitions["plan"] = std::move(whole);
  // Durations and scalars are the same in both.
  for (auto name : {"duration", "scalar"})
    definitions[name] = definitions[std::string{"plan-"} + name];
}

} // namespace

std::string scenario_json_schema() {
  json result{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"$id", "https://tutti.invalid/schema/scenario.json"},
              {"title", "tutti scenario"},
              {"description",
               "A story about a plan: what its simulated agents do, "
               "what is done when, and what must hold."}};
  result.update(object_of(scenario_place::scenario));
  json definitions = json::object();
  add_definitions(definitions);
  add_plan(definitions);
  result["definitions"] = std::move(definitions);
  return result.dump(2) + "\n";
}

} // namespace tutti::config
