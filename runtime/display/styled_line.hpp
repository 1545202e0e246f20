// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/display/terminal.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::display {

enum class style : std::uint8_t { plain, bold, dim, green, red, yellow, cyan };

/// One line of text in styles. Text may come from anywhere: escape codes and
/// control characters are removed, invalid UTF-8 is replaced.
class styled_line {
public:
  styled_line() = default;
  explicit styled_line(std::string_view text, style s = style::plain) {
    add(text, s);
  }

  styled_line& add(std::string_view text, style s = style::plain);

  /// The line as bytes for a terminal, cut to `columns`; no newline, no blanks
  /// at its end.
  [[nodiscard]] std::string render(const traits& can,
                                   std::size_t columns) const;

private:
  struct part {
    std::string text;
    style how;
  };

  static void cut(std::vector<part>& parts, std::size_t columns, bool unicode);

  std::vector<part> parts_;
};

/// The text in a style, or as it is where there is no colour.
[[nodiscard]] std::string paint(std::string_view text, style s,
                                const traits& can);

/// Makes text of tasks harmless: no escape codes, no control characters, valid
/// UTF-8; ASCII only where the terminal needs it, and nothing that GitHub
/// Actions would take as a command.
[[nodiscard]] std::string neutral(std::string_view text, const traits& can);

} // namespace tutti::display
