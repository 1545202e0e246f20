// SPDX-License-Identifier: BSD-3-Clause
// The patterns of `artifacts`. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tutti::artifacts {

/// The parts of a pattern between its slashes, or why it is none.
struct glob {
  std::vector<std::string> parts; ///< no "." and no two "**" in a row
  std::string mistake;            ///< one sentence; empty: none
};

/// A pattern is relative and stays below its directory: no leading slash, no
/// "..", not empty.
[[nodiscard]] glob parse_glob(std::string_view pattern);

/// Whether a part has no wildcard: `*`, `?`, `[`, or an escape.
[[nodiscard]] bool is_literal(std::string_view part);

/// Whether a name matches one part: `*` any text, `?` one character, `[a-z]`
/// and `[!a-z]` one byte, a backslash takes the next one as it is. A leading
/// dot must be written out. Takes time in the product of both sizes at most.
[[nodiscard]] bool matches(std::string_view part, std::string_view name);

/// Empty: a relative path below its directory, without "..", "." and empty
/// parts. Else why it is none.
[[nodiscard]] std::string check_path(std::string_view path);

} // namespace tutti::artifacts
