// SPDX-License-Identifier: BSD-3-Clause
// JSON Schema (draft-07) for contracts: is this one, and does a value keep to
// it? Knows no plan and no file, and throws nothing.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti::config {

/// Deeper than any interface; keeps the recursion of all who read it bounded.
inline constexpr int json_depth_max = 100;

struct json_text {
  nlohmann::json value;
  std::string mistake; ///< why it is no JSON; empty: it is
};

/// Reads a JSON text that nests at most `json_depth_max` deep.
[[nodiscard]] json_text read_json(std::string_view text);

/// Why this is no schema that can be used, as one line that names the place by
/// a JSON pointer; empty: it is one.
[[nodiscard]] std::string schema_mistake(const nlohmann::json& schema);

/// How a value breaks a schema without mistakes, likewise; empty: it keeps to
/// it.
[[nodiscard]] std::string violation(const nlohmann::json& schema,
                                    const nlohmann::json& value);

} // namespace tutti::config
