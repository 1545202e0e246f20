// SPDX-License-Identifier: BSD-3-Clause
// What may be a label of a node: plans and nodes have the same rule.
#pragma once

#include <string_view>

namespace tutti::config {

/// Whether it can be one.
[[nodiscard]] bool is_label(std::string_view text);

/// What makes one, a sentence without its full stop.
inline constexpr std::string_view label_rule =
    "labels are made of at most 64 letters, digits, '_', '-' and '.', and "
    "start with a letter, a digit or '_'";

} // namespace tutti::config
