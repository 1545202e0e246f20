// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti::process {

/// A cleaned line of a display is at most so many bytes long.
inline constexpr std::size_t clean_line_bytes_max = 400;

/// Makes one line of a task's output harmless on a terminal: escape sequences
/// (CSI, OSC, DCS, …, unterminated ones too) and control characters go, a tab
/// becomes a space, invalid UTF-8 becomes U+FFFD. Of parts that overwrite each
/// other by carriage return the last that is not empty stays. The result is cut
/// at a code point, at `bytes_max`. Pure.
[[nodiscard]] std::string
clean_line(std::string_view raw, std::size_t bytes_max = clean_line_bytes_max);

} // namespace tutti::process
