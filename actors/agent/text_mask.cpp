// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/text_mask.hpp"

#include "actors/agent/outputs.hpp"
#include "messages/json/json_values.hpp"

#include <nlohmann/json.hpp>

#include <string_view>
#include <utility>

namespace tutti {

namespace {

using nlohmann::json;

/// Of what cannot be masked in part.
constexpr std::string_view hidden = "***";

// NOLINTNEXTLINE(misc-no-recursion): values are at most json_depth_max deep.
json masked(const text_mask& mask, const json& x) {
  if (x.is_array()) {
    auto result = json::array();
    for (const auto& child : x)
      result.push_back(masked(mask, child));
    return result;
  }
  if (x.is_object()) {
    auto result = json::object();
    for (const auto& [name, child] : x.items()) {
      auto shown = name;
      mask(shown);
      result[shown] = masked(mask, child);
    }
    return result;
  }
  auto text = x.is_string() ? x.get<std::string>() : x.dump();
  if (x.is_string()) {
    mask(text);
    return text;
  }
  if (x.is_number() && holds_secret(mask, text)) {
    mask(text);
    return text;
  }
  return x;
}

void mask_value(const text_mask& mask, value& x) {
  // A boolean tells nothing.
  if (x.kind == value_kind::boolean || !holds_secret(mask, x.text))
    return;
  if (x.kind == value_kind::json)
    if (auto document = parse_json(x.text)) {
      x.text = json_text(masked(mask, *document));
      if (!holds_secret(mask, x.text))
        return;
      // The document as a whole is one.
    }
  x.kind = value_kind::text;
  mask(x.text);
}

void mask_outputs(const text_mask& mask, outputs& xs) {
  bool renamed = false;
  for (auto& x : xs) {
    // What was written as NAME=VALUE may be one secret with a '=' in it.
    if (holds_secret(mask, x.name + "=" + x.value.text)) {
      renamed = true;
      mask(x.name);
      mask_value(mask, x.value);
      if (holds_secret(mask, x.name + "=" + x.value.text))
        x = {std::string{hidden}, make_text(std::string{hidden})};
    }
  }
  if (!renamed)
    return;
  outputs sorted;
  put_over(sorted, std::move(xs)); // each name once, in order
  xs = std::move(sorted);
}

} // namespace

bool holds_secret(const text_mask& mask, const std::string& text) {
  if (!mask)
    return false;
  auto shown = text;
  mask(shown);
  return shown != text;
}

void mask_details(const text_mask& mask, attempt_details& x) {
  if (!mask)
    return;
  mask_outputs(mask, x.outputs);
  mask(x.note);
  mask(x.message);
}

void mask_lines(const text_mask& mask, std::string& output) {
  auto first = output.find_first_not_of(" \t\r\n");
  if (mask && first != std::string::npos && output[first] != '{')
    mask(output);
}

void mask_call(const text_mask& mask, live_call& x) {
  if (!mask)
    return;
  mask_outputs(mask, x.outputs);
  mask(x.text);
  mask(x.to);
  mask(x.key);
  for (auto& text : x.texts)
    mask(text);
}

} // namespace tutti
