// SPDX-License-Identifier: BSD-3-Clause
// Where the commands' data and messages go: data to standard output, messages
// to standard error.
#pragma once

#include "messages/error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tutti::cli {

/// Prints "tutti: detail" to standard error; returns the code as an int.
int fail(const error& x);

/// Prints "tutti: text" to standard error.
void note(std::string_view text);

/// Writes text to standard error as it is.
void print_message(std::string_view text);

/// Writes data to standard output. Returns 0, or prints why it could not be
/// written and returns `environment`.
int print_data(std::string_view text);

/// Writes a whole file or none of it; "-" is standard output. What is no
/// regular file (a device, a pipe) is written in place. Returns as
/// `print_data` does.
int write_data(const std::string& path, std::string_view text);

/// Why `write_data` to this path cannot work, as far as one can tell before;
/// none for the empty path.
[[nodiscard]] std::optional<error> cannot_write_data(const std::string& path);

/// Whether messages on standard error may have colour: `--no-color`, NO_COLOR,
/// TERM=dumb and "no terminal" say no; FORCE_COLOR and CLICOLOR_FORCE say yes
/// where no terminal is.
[[nodiscard]] bool message_color(bool no_color);

/// The same for data on standard output.
[[nodiscard]] bool data_color(bool no_color);

/// A descriptor 0, 1 or 2 that is closed would be taken by the next file that
/// is opened, which then gets our output: opens /dev/null for it.
void open_standard_descriptors();

} // namespace tutti::cli
