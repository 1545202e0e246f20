// SPDX-License-Identifier: BSD-3-Clause
// How wide text is on a terminal. All functions take valid UTF-8 without
// control characters; a stray byte counts as one column.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti::display {

/// Columns that a text takes: 2 for wide East Asian characters and emoji, 0 for
/// combining marks. Never too small, so that a line that fits does not wrap.
[[nodiscard]] std::size_t width_of(std::string_view text);

/// The text, cut to at most `columns`; what was cut ends with an ellipsis.
[[nodiscard]] std::string truncate(std::string_view text, std::size_t columns,
                                   bool unicode);

/// The end of the text, at most `columns` wide; what was cut begins with an
/// ellipsis.
[[nodiscard]] std::string last_columns(std::string_view text,
                                       std::size_t columns, bool unicode);

/// The text cut or filled with spaces to exactly `columns`.
[[nodiscard]] std::string fit(std::string_view text, std::size_t columns,
                              bool unicode);

/// Every character outside ASCII becomes a question mark.
[[nodiscard]] std::string to_ascii(std::string_view text);

} // namespace tutti::display
