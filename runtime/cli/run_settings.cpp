// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/run_settings.hpp"

#include "messages/json/json_values.hpp"
#include "runtime/session/run_nodes.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tutti::cli {

namespace {

using nlohmann::json;

void take_list(const json& from, const char* key,
               std::vector<std::string>& into) {
  auto x = from.find(key);
  if (!into.empty() || x == from.end() || !x->is_array())
    return;
  for (const auto& name : *x)
    if (name.is_string())
      into.push_back(name.get<std::string>());
}

std::uint32_t number_of(const json& from, const char* key) {
  auto x = from.find(key);
  return x != from.end() && x->is_number_unsigned() ? x->get<std::uint32_t>()
                                                    : 0;
}

std::string text_of(const json& from, const char* key) {
  auto x = from.find(key);
  return x != from.end() && x->is_string() ? x->get<std::string>()
                                           : std::string{};
}

json machines_of(const machine_options& x) {
  auto result = json::object();
  if (!x.listen.empty())
    result["listen"] = x.listen;
  if (!x.labels.empty())
    result["labels"] = x.labels;
  if (x.nodes_min > 0)
    result["min-nodes"] = x.nodes_min;
  std::error_code failure; // then it stays as it was said
  if (!x.certificates.empty())
    result["certs"] =
        std::filesystem::absolute(x.certificates, failure).string();
  if (x.insecure)
    result["insecure"] = true;
  if (x.own_nodes > 0)
    result["nodes"] = x.own_nodes;
  return result;
}

/// How nodes join is one choice: who listens elsewhere says all of it anew.
void take_machines(const json& from, machine_options& x) {
  take_list(from, "labels", x.labels);
  auto listen = text_of(from, "listen");
  if (!x.listen.empty() || !session::read_host_port(listen, true))
    return;
  x.listen = std::move(listen);
  x.nodes_min = number_of(from, "min-nodes");
  x.certificates = text_of(from, "certs");
  x.insecure = from.value("insecure", json{}) == true;
  x.own_nodes = number_of(from, "nodes");
}

} // namespace

std::string settings_json(const run_options& x) {
  auto result = json::object();
  for (const auto& [key, value] : x.plan.set)
    result["set"][key] = value;
  if (!x.only.empty())
    result["only"] = x.only;
  if (!x.skip.empty())
    result["skip"] = x.skip;
  if (x.jobs)
    result["jobs"] = *x.jobs;
  if (x.no_wait)
    result["no-wait"] = true;
  if (!x.durability.empty())
    result["durability"] = x.durability;
  result.update(machines_of(x.machines));
  return json_text(result);
}

bool chooses_other_tasks(const std::string& text, const run_options& x) {
  if (x.only.empty())
    return false;
  std::vector<std::string> before;
  if (auto parsed = parse_json(text); parsed && parsed->is_object())
    take_list(*parsed, "only", before);
  return x.only != before;
}

void apply_settings(const std::string& text, run_options& x) {
  auto parsed = parse_json(text);
  if (!parsed || !parsed->is_object())
    return;
  if (auto set = parsed->find("set"); set != parsed->end())
    for (const auto& [key, value] : set->items()) {
      bool given = std::any_of(x.plan.set.begin(), x.plan.set.end(),
                               [&name = key](const auto& y) {
                                 return y.first == name;
                               });
      if (!given && value.is_string())
        x.plan.set.emplace_back(key, value.get<std::string>());
    }
  take_list(*parsed, "only", x.only);
  take_list(*parsed, "skip", x.skip);
  auto jobs = parsed->find("jobs");
  if (!x.jobs && jobs != parsed->end() && jobs->is_number_unsigned())
    x.jobs = jobs->get<std::uint32_t>();
  auto no_wait = parsed->find("no-wait");
  x.no_wait = x.no_wait || (no_wait != parsed->end() && *no_wait == true);
  auto durability = parsed->find("durability");
  if (x.durability.empty() && durability != parsed->end()
      && durability->is_string())
    x.durability = durability->get<std::string>();
  take_machines(*parsed, x.machines);
}

} // namespace tutti::cli
