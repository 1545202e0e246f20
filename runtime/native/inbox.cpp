// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/inbox.hpp"

#include "actors/agent/outputs.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

namespace tutti::native {

namespace {

using nlohmann::json;

task_state state_of(std::string_view name) {
  constexpr auto last = static_cast<int>(task_state::cancelled);
  for (int i = 0; i <= last; ++i)
    if (to_string(static_cast<task_state>(i)) == name)
      return static_cast<task_state>(i);
  return task_state::error;
}

/// "request/4"
std::uint32_t number_of(const std::string& id) {
  std::uint32_t result = 0;
  auto at = id.rfind('/') + 1; // 0 where there is none
  std::from_chars(id.data() + at, id.data() + id.size(), result);
  return result;
}

artifact artifact_of(const json& x) {
  artifact result;
  result.path = x.value("path", "");
  auto digest = x.value("digest", "");
  result.digest = digest.substr(digest.find(':') + 1); // "sha256:…"
  result.size_bytes = x.value("size", std::uint64_t{0});
  result.executable = x.value("executable", false);
  return result;
}

std::shared_ptr<const attempt_details> details_of(const json& x) {
  auto result = std::make_shared<attempt_details>();
  result->outputs =
      parse_outputs(x.value("outputs", json::object()).dump()).outputs;
  result->note = x.value("note", "");
  for (const auto& y : x.value("artifacts", json::array()))
    result->artifacts.push_back(artifact_of(y));
  return result;
}

void add(arrivals& into, const json& x) {
  answer y;
  y.status = state_of(x.value("status", ""));
  y.details = details_of(x);
  if (x.value("kind", "") == "handoff") {
    y.from = x.value("task", "");
    y.version = x.value("version", 1u);
    into.handoffs.push_back(std::move(y));
    return;
  }
  y.from = "requests/" + x.value("agent", "");
  y.number = number_of(x.value("id", ""));
  y.text = x.value("text", "");
  into.answers.push_back(std::move(y));
}

} // namespace

arrivals parse_inbox(const std::string& text) {
  arrivals result;
  auto document = json::parse(text);
  for (const auto& x : document.at("items"))
    add(result, x);
  return result;
}

std::vector<std::uint32_t> parse_ids(const std::string& text) {
  std::vector<std::uint32_t> result;
  auto document = json::parse(text);
  for (const auto& x : document.at("ids"))
    result.push_back(number_of(x.get<std::string>()));
  return result;
}

} // namespace tutti::native
