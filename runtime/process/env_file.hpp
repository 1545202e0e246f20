// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/error.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tutti::process {

/// The variables of an `env-file` as "K=V", in order. A line is empty, a
/// comment that starts with '#', or KEY=VALUE with an optional `export ` before
/// it. A value in single quotes is literal; in double quotes \n, \r, \t, \",
/// \\ and \$ are replaced; a plain value ends at " #" or the end of the line
/// and loses blanks around it. There is no expansion of variables. The error
/// names `path` and the line.
[[nodiscard]] expected<std::vector<std::string>>
parse_env_file(std::string_view text, const std::string& path);

/// Reads and parses the file at `path`, of at most 1 MiB.
[[nodiscard]] expected<std::vector<std::string>>
read_env_file(const std::string& path);

} // namespace tutti::process
