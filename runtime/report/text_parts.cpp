// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/text_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace tutti::report {

namespace {

constexpr std::size_t label_width = 14;
constexpr std::size_t value_width = 8;

} // namespace

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    auto cut = text.size();
    if (cut > width) {
      cut = text.rfind(' ', width);
      if (cut == std::string_view::npos || cut == 0)
        cut = width;
    }
    lines.emplace_back(text.substr(0, cut));
    text.remove_prefix(cut);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  return lines;
}

void add_figure(std::string& out, std::size_t columns, std::string_view label,
                std::string_view value, std::string_view note) {
  auto indent = columns >= 60 ? label_width + value_width + 1 : 2;
  auto line = fmt::format("{:<{}}{:>{}}", label,
                          std::min(label_width, columns - value_width), value,
                          value_width);
  auto notes = wrap(note, columns - indent);
  std::size_t next = 0;
  if (indent > 2 && !notes.empty())
    line += ' ' + notes[next++];
  out += line + '\n';
  for (; next < notes.size(); ++next)
    out += std::string(indent, ' ') + notes[next] + '\n';
}

void add_wrapped(std::string& out, std::size_t columns, std::string_view text,
                 std::size_t indent) {
  for (const auto& x : wrap(text, columns - indent))
    out += std::string(indent, ' ') + x + '\n';
}

std::string one_line(std::string text) {
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  return text;
}

std::string percent(duration part, duration whole) {
  if (whole <= duration{0})
    return "-";
  using seconds = std::chrono::duration<double>;
  return fmt::format("{:.0f} %", 100 * (seconds(part) / seconds(whole)));
}

} // namespace tutti::report
