// SPDX-License-Identifier: BSD-3-Clause
// Values of a matrix, and what they add to the names of tasks.
#pragma once

#include "config/loader_context.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// What stands behind one key of a combination: of an axis one of its values.
struct matrix_value {
  std::string_view key;
  node_id node = no_node;
  std::vector<matrix_variable> variables; ///< several of a mapping
  std::string part;                       ///< of the name
};

struct matrix_axis {
  std::string_view name;
  std::vector<matrix_value> values;
};

/// True for a name of an axis, or of a value in a mapping.
[[nodiscard]] bool is_axis_name(std::string_view x);

/// The variable of that name, or null.
[[nodiscard]] const matrix_variable*
find_variable(const std::vector<matrix_variable>& xs, std::string_view name);

/// Reads a scalar, or a mapping of scalars; reports what is neither.
[[nodiscard]] std::optional<matrix_value>
read_matrix_value(loader_context& c, std::string_view key, node_id x);

/// Adds the values of a range, `1..5`, to the axis; false for what is not meant
/// as one. Reports a range that is wrong.
[[nodiscard]] bool read_matrix_range(loader_context& c, matrix_axis& made,
                                     node_id x);

} // namespace tutti::config
