// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tutti::process {

/// The environment of this process as "K=V", without TUTTI_*: those belong to
/// an outer run. TUTTI_BINARY, the program for tasks to speak with, stays.
[[nodiscard]] std::vector<std::string> own_environment();

/// Pointers for exec, with the null at the end: `base`, then `over`; the last
/// of a name wins. They point into the arguments.
[[nodiscard]] std::vector<char*>
merged_environment(const std::vector<std::string>& base,
                   const std::vector<std::string>& over);

/// The value of a variable; empty: not set.
[[nodiscard]] std::string_view
environment_value(const std::vector<char*>& entries, std::string_view name);

} // namespace tutti::process
