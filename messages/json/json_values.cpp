// SPDX-License-Identifier: BSD-3-Clause
#include "messages/json/json_values.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

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

std::optional<json> parse_json(std::string_view text) {
  if (json_depth(text) > json_depth_max)
    return std::nullopt;
  auto result = json::parse(text, nullptr, false);
  if (result.is_discarded())
    return std::nullopt;
  return result;
}

value value_of_json(const json& x) {
  if (x.is_boolean())
    return make_boolean(x.get<bool>());
  if (x.is_string())
    return make_text(x.get<std::string>());
  return {x.is_number() ? value_kind::number : value_kind::json, json_text(x)};
}

json json_of_value(const value& x) {
  if (x.kind == value_kind::text)
    return x.text;
  auto parsed = parse_json(x.text);
  return parsed ? std::move(*parsed) : json(x.text);
}

outputs outputs_of_json(const json& x) {
  outputs result;
  for (const auto& [name, content] : x.items())
    result.push_back({name, value_of_json(content)});
  // The library keeps keys sorted by bytes, each once, as `outputs` has them.
  return result;
}

json json_of_outputs(const outputs& xs) {
  auto result = json::object();
  for (const auto& x : xs)
    result[x.name] = json_of_value(x.value);
  return result;
}

std::string json_text(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace tutti
