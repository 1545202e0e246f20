// SPDX-License-Identifier: BSD-3-Clause
#include "config/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace tutti::config {

namespace {

/// The widest piece of a source line that is shown, in columns.
constexpr std::size_t width_max = 100;

struct palette {
  std::string_view bold, red, magenta, green, cyan, off;
};

constexpr palette plain{"", "", "", "", "", ""};
constexpr palette colored{"\x1b[1m",    "\x1b[1;31m", "\x1b[1;35m",
                          "\x1b[1;32m", "\x1b[36m",   "\x1b[0m"};

/// One character of a source line as it is shown.
struct cell {
  std::string_view bytes;
  std::size_t offset = 0; ///< in the line
  std::size_t width = 1;  ///< columns of a terminal
};

bool within(char32_t c, char32_t low, char32_t high) {
  return low <= c && c <= high;
}

std::size_t width_of(char32_t c) {
  if (within(c, 0x300, 0x36F) || within(c, 0x200B, 0x200F)
      || within(c, 0xFE00, 0xFE0F))
    return 0;
  bool wide = within(c, 0x1100, 0x115F) || within(c, 0x2E80, 0xA4CF)
           || within(c, 0xAC00, 0xD7A3) || within(c, 0xF900, 0xFAFF)
           || within(c, 0xFE30, 0xFE6F) || within(c, 0xFF00, 0xFF60)
           || within(c, 0x1F300, 0x1FAFF) || within(c, 0x20000, 0x3FFFD);
  return wide ? 2 : 1;
}

/// Control characters become '?', tabs a space: nothing of the file may move
/// the cursor.
std::vector<cell> cells_of(std::string_view line) {
  std::vector<cell> result;
  for (std::size_t i = 0; i < line.size();) {
    auto lead = static_cast<unsigned char>(line[i]);
    std::size_t n = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    n = std::min(n, line.size() - i);
    char32_t code = n == 1 ? lead : lead & (0x7Fu >> n);
    for (std::size_t k = 1; k < n; ++k)
      code = code << 6 | (static_cast<unsigned char>(line[i + k]) & 0x3Fu);
    cell x{line.substr(i, n), i, width_of(code)};
    if (code == '\t')
      x.bytes = " ";
    else if (code < 0x20 || within(code, 0x7F, 0x9F)
             || within(code, 0x202A, 0x202E) || within(code, 0x2066, 0x2069))
      x = {"?", i, 1};
    result.push_back(x);
    i += n;
  }
  return result;
}

struct excerpt {
  std::string text;
  std::string marks; ///< the caret line
};

/// The part of the line around the span, and a caret below it.
excerpt make_excerpt(std::string_view line, std::size_t from,
                     std::size_t length) {
  auto cells = cells_of(line);
  auto at = [&](std::size_t offset) {
    return static_cast<std::size_t>(std::find_if(cells.begin(), cells.end(),
                                                 [&](const cell& x) {
                                                   return x.offset >= offset;
                                                 })
                                    - cells.begin());
  };
  auto first = at(from);
  auto last = std::max(at(from + length), first + 1);
  std::size_t left = 0;
  if (cells.size() > width_max && first > width_max / 2)
    left = std::min(first - width_max / 2, cells.size() - width_max);
  auto right = std::min(left + width_max, cells.size());
  excerpt result;
  if (left > 0) {
    result.text = "…";
    result.marks = " ";
  }
  for (auto i = left; i < right; ++i) {
    result.text += cells[i].bytes;
    if (i < first)
      result.marks.append(cells[i].width, ' ');
    else if (i < last)
      result.marks.append(std::max<std::size_t>(cells[i].width, 1),
                          i == first ? '^' : '~');
  }
  if (first >= cells.size())
    result.marks += '^';
  if (right < cells.size())
    result.text += "…";
  return result;
}

void render_hint(std::string& out, std::string_view hint, std::size_t indent,
                 const palette& c) {
  bool first = true;
  while (!hint.empty()) {
    auto line = hint.substr(0, hint.find('\n'));
    hint.remove_prefix(std::min(line.size() + 1, hint.size()));
    fmt::format_to(std::back_inserter(out), "{:>{}} {}{}{}{}\n",
                   first ? "=" : "", indent, c.cyan,
                   first ? "hint: " : "      ", c.off, line);
    first = false;
  }
}

void render_one(std::string& out, const diagnostic& x,
                const source_text& source, const palette& c) {
  auto to = std::back_inserter(out);
  auto word = x.level == severity::error ? "error" : "warning";
  auto paint = x.level == severity::error ? c.red : c.magenta;
  auto code = x.code == lint::none ? std::string{}
                                   : fmt::format(" [{}]", code_of(x.code));
  if (!x.where.valid()) {
    fmt::format_to(to, "{}{}:{} {}{}:{} {}{}\n", c.bold, source.name, c.off,
                   paint, word, c.off, x.message, code);
    render_hint(out, x.hint, 2, c);
    return;
  }
  auto position = source.position(x.where.offset);
  fmt::format_to(to, "{}{}:{}:{}:{} {}{}:{} {}{}\n", c.bold,
                 source.name_at(x.where.offset), position.line, position.column,
                 c.off, paint, word, c.off, x.message, code);
  auto line = source.line_at(position.line_start);
  auto from = x.where.offset - position.line_start;
  auto shown = make_excerpt(line, from, x.where.length);
  auto number = std::to_string(position.line);
  fmt::format_to(to, " {} | {}\n", number, shown.text);
  fmt::format_to(to, " {:>{}} | {}{}{}\n", "", number.size(), c.green,
                 shown.marks, c.off);
  render_hint(out, x.hint, number.size() + 2, c);
}

} // namespace

void sort_by_place(std::vector<diagnostic>& xs) {
  // `nowhere` is the largest offset; adding one makes it the smallest.
  std::stable_sort(xs.begin(), xs.end(),
                   [](const diagnostic& x, const diagnostic& y) {
                     return x.where.offset + 1 < y.where.offset + 1;
                   });
}

std::string render(const std::vector<diagnostic>& xs, const source_text& source,
                   bool color) {
  std::string result;
  const auto& c = color ? colored : plain;
  auto shown = std::min(xs.size(), diagnostics_shown_max);
  for (std::size_t i = 0; i < shown; ++i)
    render_one(result, xs[i], source, c);
  if (shown < xs.size())
    fmt::format_to(std::back_inserter(result), "{}: and {} more\n", source.name,
                   xs.size() - shown);
  return result;
}

} // namespace tutti::config
