// SPDX-License-Identifier: BSD-3-Clause
// Whether what came over a link refers to what there is: who uses it need not
// look again.
#pragma once

#include "messages/cluster.hpp"
#include "messages/plan.hpp"

#include <string_view>

namespace tutti::cluster {

/// All ids and indices in it are of what it has.
[[nodiscard]] bool is_sound(const plan& x);

/// The same for what is said about it. An agent works on its own tasks only;
/// files have relative paths that stay below a directory.
[[nodiscard]] bool is_sound(const plan& p, const to_node& x);
[[nodiscard]] bool is_sound(const plan& p, const to_hub& x);
[[nodiscard]] bool is_sound(const plan& p, const task_progress& x);

/// 64 lower-case hexadecimal digits.
[[nodiscard]] bool is_digest(std::string_view x);
/// Letters, digits, `.`, `_` and `-`, no `.` first, 64 at most: what may be a
/// node's name.
[[nodiscard]] bool is_node_name(std::string_view x);
/// A name of one file: not empty, no separator, not `.` or `..`, 255 at most.
[[nodiscard]] bool is_file_name(std::string_view x);

} // namespace tutti::cluster
