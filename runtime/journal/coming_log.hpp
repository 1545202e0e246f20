// SPDX-License-Identifier: BSD-3-Clause
// Logs that are written on another machine and grow here with some delay.
// Beside one that is not whole here yet lies a mark, `.NAME.log.coming`.
#pragma once

#include <string>

namespace tutti::journal {

/// The path of the mark beside the log with this path.
[[nodiscard]] std::string coming_mark(const std::string& log);

/// Whether more of the log with this path is to come.
[[nodiscard]] bool is_log_coming(const std::string& log);

} // namespace tutti::journal
