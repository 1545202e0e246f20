// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/error.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// A piece of a source text, in bytes. `none()` stands for no place in it, as
/// where a command-line option is wrong.
struct span {
  static constexpr std::uint32_t nowhere =
      std::numeric_limits<std::uint32_t>::max();

  std::uint32_t offset = nowhere;
  std::uint32_t length = 0;

  [[nodiscard]] static constexpr span none() {
    return {};
  }
  [[nodiscard]] constexpr bool valid() const {
    return offset != nowhere;
  }
  friend bool operator==(const span&, const span&) = default;
};

/// Where a byte stands; both count from 1, columns in characters.
struct text_position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::size_t line_start = 0; ///< byte offset of the line's first byte

  friend bool operator==(const text_position&, const text_position&) = default;
};

/// The largest plan file that is read, in bytes: 64 MiB.
inline constexpr std::size_t source_bytes_max = std::size_t{64} << 20;

/// A file that a plan includes. Its text is a part of the plan's.
struct included_file {
  std::string name;   ///< as shown in messages
  std::string folder; ///< seen from the plan's; empty: the same
  std::uint32_t begin = 0;
};

/// A text that a user wrote, and what messages call it. Texts that it includes
/// follow it, so that an offset says in which file something stands.
struct source_text {
  std::string name;      ///< as shown in messages
  std::string directory; ///< absolute; where relative paths start
  std::string text;      ///< UTF-8 without a byte order mark
  std::vector<included_file> included = {}; ///< in the order of their texts

  /// Adds the text of an included file; sets its `begin`.
  void append(included_file file, std::string_view content);
  /// 0 for the plan itself, else one more than the index in `included`.
  [[nodiscard]] std::size_t file_at(std::size_t offset) const;
  /// The name of the file in which the byte stands; of none that of the plan.
  [[nodiscard]] const std::string& name_at(std::size_t offset) const;
  /// Walks the file that holds the byte up to it.
  [[nodiscard]] text_position position(std::size_t offset) const;
  /// The line that begins at this byte, without its end.
  [[nodiscard]] std::string_view line_at(std::size_t line_start) const;
};

/// Reads a plan file. A file that is missing, a directory, empty, unreadable,
/// too large or not UTF-8 text is an error with `exit_code::bad_plan`.
[[nodiscard]] expected<source_text> read_source(const std::string& path);

/// The text of a file that a plan includes. Errors call it `shown` and hold for
/// everything but a regular file, too.
[[nodiscard]] expected<std::string> read_included(const std::string& path,
                                                  const std::string& shown);

/// The offset of the first byte that is not UTF-8 text (a NUL byte counts as
/// such), or `npos`.
[[nodiscard]] std::size_t find_non_text(std::string_view text);

} // namespace tutti::config
