// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/styled_line.hpp"

#include "runtime/display/text_width.hpp"
#include "runtime/process/text_filter.hpp"

#include <algorithm>

namespace tutti::display {

namespace {

std::string_view code(style x) {
  switch (x) {
  case style::plain:
    return "";
  case style::bold:
    return "\x1b[1m";
  case style::dim:
    return "\x1b[2m";
  case style::green:
    return "\x1b[32m";
  case style::red:
    return "\x1b[31m";
  case style::yellow:
    return "\x1b[33m";
  case style::cyan:
    return "\x1b[36m";
  }
  return "";
}

bool is_harmless(std::string_view x) {
  return std::all_of(x.begin(), x.end(), [](char c) {
    return c >= 0x20 && c < 0x7f;
  });
}

} // namespace

styled_line& styled_line::add(std::string_view text, style s) {
  if (!text.empty())
    parts_.push_back({std::string(text), s});
  return *this;
}

std::string styled_line::render(const traits& can, std::size_t columns) const {
  std::vector<part> shown;
  std::size_t width = 0;
  for (const auto& x : parts_) {
    shown.push_back({neutral(x.text, can), x.how});
    width += width_of(shown.back().text);
  }
  if (width > columns)
    cut(shown, columns, can.unicode);
  // Terminals do not agree on whether blanks at the end of a line wrap.
  while (!shown.empty()) {
    auto& text = shown.back().text;
    text.erase(text.find_last_not_of(' ') + 1);
    if (!text.empty())
      break;
    shown.pop_back();
  }
  std::string result;
  for (const auto& x : shown)
    result += paint(x.text, x.how, can);
  return result;
}

// Keeps what fits; what follows is one ellipsis, even where the cut is between
// two parts.
void styled_line::cut(std::vector<part>& parts, std::size_t columns,
                      bool unicode) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto width = width_of(parts[i].text);
    auto is_last = i + 1 == parts.size();
    auto dots = unicode ? std::size_t{1} : std::size_t{2};
    if (width + (is_last ? 0 : dots) <= columns) {
      columns -= width;
      continue;
    }
    // A text that would fit but for what follows is cut as if it were longer.
    auto text =
        is_last ? parts[i].text : parts[i].text + std::string(columns + 1, ' ');
    parts[i].text = truncate(text, columns, unicode);
    parts.resize(i + 1);
  }
}

std::string paint(std::string_view text, style s, const traits& can) {
  if (!can.color || s == style::plain || text.empty())
    return std::string(text);
  return std::string(code(s)) + std::string(text) + "\x1b[0m";
}

std::string neutral(std::string_view text, const traits& can) {
  auto result =
      is_harmless(text) ? std::string(text) : process::clean_line(text);
  if (!can.unicode && !is_harmless(result))
    result = to_ascii(result);
  if (can.github)
    for (auto i = result.find("##["); i != std::string::npos;
         i = result.find("##[", i))
      result.replace(i, 3, "## [");
  return result;
}

} // namespace tutti::display
