// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/display/terminal.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::display {

/// Lines at the bottom of the normal screen that are drawn again in place.
/// Nothing above them is touched, so what was printed stays in the scrollback
/// and can be selected. Between two calls the cursor is at the start of the
/// line below the region.
///
/// Terminals wrap drawn lines anew when they get narrower; so the rows to clear
/// are counted at the width of the moment, not at that of the drawing.
class live_region {
public:
  explicit live_region(output& to) : output_(to) {
  }

  /// Replaces the lines; `above` (whole lines) is printed for good before them.
  /// One write. Lines are ready for the terminal and should fit its width.
  void draw(std::vector<std::string> lines, std::string_view above = {});

  /// Prints for good above the lines as they were drawn last.
  void print(std::string_view above);

  /// Removes the lines.
  void clear();

  /// The terminal was used by others: the next lines go where the cursor is.
  void forget();

private:
  void erase_rows(std::string& out, std::size_t rows) const;
  [[nodiscard]] std::size_t rows_at(std::size_t columns) const;

  output& output_;
  std::vector<std::string> lines_;
  std::vector<std::size_t> widths_;
  int columns_ = 0;
};

} // namespace tutti::display
