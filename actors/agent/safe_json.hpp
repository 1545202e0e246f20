// SPDX-License-Identifier: BSD-3-Clause
// Reading JSON that anybody may have written.
#pragma once

#include "messages/value.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace tutti {

/// Deeper nesting is refused: the library recurses over what it has parsed, so
/// that depth is a matter of the stack.
inline constexpr std::size_t json_depth_max = 100;

/// How deep brackets nest, outside strings.
[[nodiscard]] std::size_t json_depth(std::string_view text);

/// None: it is not valid, or nested too deep.
[[nodiscard]] std::optional<nlohmann::json> read_json(std::string_view text);

/// `x` is an object.
[[nodiscard]] outputs outputs_of_json(const nlohmann::json& x);

} // namespace tutti
