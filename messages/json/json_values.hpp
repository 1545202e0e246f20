// SPDX-License-Identifier: BSD-3-Clause
// Values and outputs as JSON, and JSON that can be read without fear.
#pragma once

#include "messages/value.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace tutti {

/// Deeper nesting is refused: the library recurses over what it has parsed, so
/// that depth is a matter of the stack.
inline constexpr std::size_t json_depth_max = 100;

/// None: it is not valid, or nested too deep.
[[nodiscard]] std::optional<nlohmann::json> parse_json(std::string_view text);

/// How deep brackets nest, outside strings.
[[nodiscard]] std::size_t json_depth(std::string_view text);

[[nodiscard]] value value_of_json(const nlohmann::json& x);
[[nodiscard]] nlohmann::json json_of_value(const value& x);

/// `x` is an object.
[[nodiscard]] outputs outputs_of_json(const nlohmann::json& x);
[[nodiscard]] nlohmann::json json_of_outputs(const outputs& xs);

/// On one line; invalid UTF-8 is replaced.
[[nodiscard]] std::string json_text(const nlohmann::json& x);

} // namespace tutti
