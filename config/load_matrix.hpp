// SPDX-License-Identifier: BSD-3-Clause
// What `matrix` multiplies: the combinations of its axes, as GitHub Actions has
// them.
#pragma once

#include "config/loader_context.hpp"

#include <cstddef>
#include <optional>

namespace tutti::config {

/// How many combinations a matrix may have.
inline constexpr std::size_t matrix_rows_max = 10'000;
/// How many values all of them may hold together.
inline constexpr std::size_t matrix_values_max = 1'000'000;

/// Reads a `matrix`; reports what is wrong with it and then answers nothing.
/// The rows are in the order of the axes, of which the first one changes least
/// often; those that only `include` makes come last.
[[nodiscard]] std::optional<matrix> read_matrix(loader_context& c, node_id x);

} // namespace tutti::config
