// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/json_forms.hpp"

#include "messages/json/json_values.hpp"

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

json parsed_or_text(const std::string& text) {
  auto parsed = parse_json(text);
  return parsed ? std::move(*parsed) : json(text);
}

json details_json(const attempt_details* details) {
  static const attempt_details nothing;
  const auto& x = details != nullptr ? *details : nothing;
  auto artifacts = json::array();
  for (const auto& a : x.artifacts)
    artifacts.push_back(artifact_json(a));
  return {{"outputs", json_of_outputs(x.outputs)},
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
