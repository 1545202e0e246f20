// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/safe_json.hpp"

#include "actors/agent/json_forms.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tutti {

using nlohmann::json;

std::size_t json_depth(std::string_view text) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inside && c == '\\')
      ++i;
    else if (c == '"')
      inside = !inside;
    else if (!inside && (c == '[' || c == '{'))
      deepest = std::max(deepest, ++depth);
    else if (!inside && (c == ']' || c == '}') && depth > 0)
      --depth;
  }
  return deepest;
}

std::optional<json> read_json(std::string_view text) {
  if (json_depth(text) > json_depth_max)
    return std::nullopt;
  auto result = json::parse(text, nullptr, false);
  if (result.is_discarded())
    return std::nullopt;
  return result;
}

outputs outputs_of_json(const json& x) {
  outputs result;
  // The library keeps keys sorted by bytes, each once, as `outputs` has them.
  for (const auto& [name, content] : x.items())
    result.push_back({name, from_json(content)});
  return result;
}

} // namespace tutti
