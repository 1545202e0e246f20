// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/json_forms.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace tutti {

namespace {

using nlohmann::json;

json artifact_json(const artifact& x) {
  return {{"path", x.path},
          {"digest", "sha256:" + x.digest},
          {"size", x.size_bytes},
          {"executable", x.executable}};
}

/// The agent of `requests/AGENT`.
const std::string& answerer_of(const plan& p, task_id from) {
  return p.agents[p.tasks[from.value].agents.front().value].name;
}

} // namespace

std::string dump(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

value from_json(const json& x) {
  if (x.is_boolean())
    return make_boolean(x.get<bool>());
  if (x.is_string())
    return make_text(x.get<std::string>());
  return {x.is_number() ? value_kind::number : value_kind::json, dump(x)};
}

json parsed_or_text(const std::string& text) {
  auto parsed = json::parse(text, nullptr, false);
  return parsed.is_discarded() ? json(text) : parsed;
}

json to_json(const value& x) {
  return x.kind == value_kind::text ? json(x.text) : parsed_or_text(x.text);
}

json to_json(const outputs& xs) {
  auto result = json::object();
  for (const auto& x : xs)
    result[x.name] = to_json(x.value);
  return result;
}

json details_json(const attempt_details* details) {
  static const attempt_details nothing;
  const auto& x = details != nullptr ? *details : nothing;
  auto artifacts = json::array();
  for (const auto& a : x.artifacts)
    artifacts.push_back(artifact_json(a));
  return {{"outputs", to_json(x.outputs)},
          {"note", x.note},
          {"artifacts", std::move(artifacts)}};
}

json handoff_json(const plan& p, const handoff& x) {
  auto result = details_json(x.details.get());
  result["id"] = fmt::format("{}@{}", p.tasks[x.from.value].name, x.version);
  result["version"] = x.version;
  result["status"] = to_string(x.status);
  return result;
}

json answer_json(const plan& p, const request_answer& x) {
  auto result = details_json(x.details.get());
  result["id"] = request_name(x.number);
  result["agent"] = answerer_of(p, x.from);
  result["text"] = x.text;
  result["status"] = to_string(x.status);
  return result;
}

std::string request_name(std::uint32_t number) {
  return fmt::format("request/{}", number);
}

} // namespace tutti
