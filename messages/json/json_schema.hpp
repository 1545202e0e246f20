// SPDX-License-Identifier: BSD-3-Clause
// JSON Schema (draft-07) for contracts: is this one, and does a value keep to
// it? Knows no plan and no file, and throws nothing.
#pragma once

#include "messages/json/json_values.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace tutti {

struct parsed_json {
  nlohmann::json value;
  std::string mistake; ///< why it is no JSON; empty: it is
};

/// Reads a JSON text that nests at most `json_depth_max` deep.
[[nodiscard]] parsed_json read_json(std::string_view text);

/// Why this is no schema that can be used, as one line that names the place by
/// a JSON pointer; empty: it is one.
[[nodiscard]] std::string schema_mistake(const nlohmann::json& schema);

/// How a value breaks a schema without mistakes, likewise; empty: it keeps to
/// it. Long texts are not held against a `pattern`: that is a violation.
[[nodiscard]] std::string violation(const nlohmann::json& schema,
                                    const nlohmann::json& value);

} // namespace tutti
