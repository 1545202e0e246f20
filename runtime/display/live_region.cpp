// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/live_region.hpp"

#include "runtime/display/text_width.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::display {

namespace {

// A terminal that knows this mode shows all changes at once; others ignore it.
constexpr std::string_view begin_update = "\x1b[?2026h";
constexpr std::string_view end_update = "\x1b[?2026l";
constexpr std::string_view hide_cursor = "\x1b[?25l";
constexpr std::string_view show_cursor = "\x1b[?25h";
constexpr std::string_view clear_to_end_of_line = "\x1b[K";
constexpr std::string_view clear_below = "\x1b[J";
constexpr std::string_view clear_row = "\x1b[2K";
constexpr std::string_view up_one_row = "\x1b[A";

// The width of a drawn line: its only escape sequences are colours.
std::size_t drawn_width(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b')
      i = std::min(line.find('m', i), line.size());
    else
      text += line[i];
  }
  return width_of(text);
}

} // namespace

std::size_t live_region::rows_at(std::size_t columns) const {
  std::size_t rows = 0;
  for (auto x : widths_)
    rows += std::max<std::size_t>(1, (x + columns - 1) / columns);
  return rows;
}

// Row by row and upwards: where one clears the whole screen at once, tmux and
// others move what was on it into the history.
void live_region::erase_rows(std::string& out, std::size_t rows) const {
  out += clear_row;
  for (std::size_t i = 0; i < rows; ++i) {
    out += up_one_row;
    out += clear_row;
  }
}

void live_region::draw(std::vector<std::string> lines, std::string_view above) {
  auto columns = std::max(output_.size().columns, 1);
  if (above.empty() && lines == lines_ && columns == columns_)
    return;
  std::string out;
  out += begin_update;
  out += hide_cursor;
  out += '\r';
  auto up = rows_at(static_cast<std::size_t>(columns));
  // Lines are overwritten rather than cleared first, which would flicker where
  // the update mode is not known. What wraps must be cleared first.
  if (!above.empty() || columns != columns_ || lines.empty())
    erase_rows(out, up);
  else if (up > 0)
    out += fmt::format("\x1b[{}A", up);
  out += above;
  for (const auto& x : lines) {
    out += x;
    out += clear_to_end_of_line;
    out += '\n';
  }
  // Below the first row: never the whole screen.
  if (!lines.empty() && output_.size().rows > 1)
    out += clear_below;
  out += show_cursor;
  out += end_update;
  output_.write(out);
  columns_ = columns;
  widths_.clear();
  for (const auto& x : lines)
    widths_.push_back(drawn_width(x));
  lines_ = std::move(lines);
}

void live_region::print(std::string_view above) {
  draw(lines_, above);
}

void live_region::clear() {
  draw({});
}

void live_region::forget() {
  lines_.clear();
  widths_.clear();
}

} // namespace tutti::display
