// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/text_width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace tutti::display {

namespace {

struct range {
  std::uint32_t first;
  std::uint32_t last;
};

// Non-spacing marks and zero-width characters of Unicode 15, by blocks.
constexpr std::array<range, 34> narrow_to_nothing{{
    {0x0300, 0x036f},   {0x0483, 0x0489},   {0x0591, 0x05bd},
    {0x05bf, 0x05bf},   {0x05c1, 0x05c2},   {0x05c4, 0x05c5},
    {0x0610, 0x061a},   {0x064b, 0x065f},   {0x0670, 0x0670},
    {0x06d6, 0x06dc},   {0x06df, 0x06e4},   {0x06e7, 0x06e8},
    {0x06ea, 0x06ed},   {0x0900, 0x0902},   {0x093c, 0x093c},
    {0x0941, 0x0948},   {0x094d, 0x094d},   {0x0e31, 0x0e31},
    {0x0e34, 0x0e3a},   {0x0e47, 0x0e4e},   {0x1160, 0x11ff},
    {0x1ab0, 0x1aff},   {0x1dc0, 0x1dff},   {0x200b, 0x200f},
    {0x2060, 0x2064},   {0x20d0, 0x20ff},   {0x302a, 0x302d},
    {0x3099, 0x309a},   {0xfe00, 0xfe0e},   {0xfe20, 0xfe2f},
    {0xfeff, 0xfeff},   {0x1d167, 0x1d169}, {0xe0001, 0xe007f},
    {0xe0100, 0xe01ef},
}};

// East Asian Width W and F, and emoji shown as such by default. The emoji
// blocks are taken whole: too wide a guess only shortens a line.
constexpr std::array<range, 54> wide{{
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},
    {0x23e9, 0x23ec},   {0x23f0, 0x23f0},   {0x23f3, 0x23f3},
    {0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x2648, 0x2653},
    {0x267f, 0x267f},   {0x2693, 0x2693},   {0x26a1, 0x26a1},
    {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},
    {0x26ce, 0x26ce},   {0x26d4, 0x26d4},   {0x26ea, 0x26ea},
    {0x26f2, 0x26f3},   {0x26f5, 0x26f5},   {0x26fa, 0x26fa},
    {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},
    {0x2728, 0x2728},   {0x274c, 0x274c},   {0x274e, 0x274e},
    {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27b0, 0x27b0},   {0x27bf, 0x27bf},   {0x2b1b, 0x2b1c},
    {0x2b50, 0x2b50},   {0x2b55, 0x2b55},   {0x2e80, 0x303e},
    {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},
    {0xa000, 0xa4cf},   {0xa960, 0xa97c},   {0xac00, 0xd7a3},
    {0xf900, 0xfaff},   {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},
    {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x18aff},
    {0x1b000, 0x1b2ff}, {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf},
    {0x1f18e, 0x1f19a}, {0x1f200, 0x1faff}, {0x20000, 0x3fffd},
}};

bool contains(std::span<const range> xs, std::uint32_t x) {
  auto i = std::partition_point(xs.begin(), xs.end(), [x](range y) {
    return y.last < x;
  });
  return i != xs.end() && i->first <= x;
}

std::size_t width_of(std::uint32_t x) {
  if (x < 0x300)
    return 1;
  if (contains(narrow_to_nothing, x))
    return 0;
  return contains(wide, x) ? 2 : 1;
}

struct character {
  std::size_t bytes = 1;
  std::size_t width = 1;
};

// The character at the start of a text that is not empty.
character first_of(std::string_view text) {
  auto byte = [text](std::size_t i) -> std::uint32_t {
    return static_cast<unsigned char>(text[i]);
  };
  auto first = byte(0);
  std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc0 || bytes > text.size())
    return {};
  auto value = first & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i)
    value = value << 6 | (byte(i) & 0x3f);
  return {bytes, width_of(value)};
}

} // namespace

std::size_t width_of(std::string_view text) {
  std::size_t result = 0;
  while (!text.empty()) {
    auto x = first_of(text);
    result += x.width;
    text.remove_prefix(x.bytes);
  }
  return result;
}

std::string truncate(std::string_view text, std::size_t columns, bool unicode) {
  if (text.size() <= columns || width_of(text) <= columns)
    return std::string(text);
  std::string_view dots = unicode ? "\u2026" : "..";
  std::size_t dots_width = unicode ? 1 : 2;
  if (columns < dots_width)
    return std::string(columns, '.');
  std::size_t used = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    auto x = first_of(text.substr(bytes));
    if (used + x.width > columns - dots_width)
      break;
    used += x.width;
    bytes += x.bytes;
  }
  return std::string(text.substr(0, bytes)) + std::string(dots);
}

std::string last_columns(std::string_view text, std::size_t columns,
                         bool unicode) {
  auto width = width_of(text);
  if (width <= columns)
    return std::string(text);
  std::string_view dots = unicode ? "\u2026" : "..";
  std::size_t dots_width = unicode ? 1 : 2;
  if (columns < dots_width)
    return std::string(columns, '.');
  while (!text.empty() && width > columns - dots_width) {
    auto x = first_of(text);
    width -= std::min(width, x.width);
    text.remove_prefix(x.bytes);
  }
  return std::string(dots) + std::string(text);
}

std::string fit(std::string_view text, std::size_t columns, bool unicode) {
  auto result = truncate(text, columns, unicode);
  result.append(columns - std::min(columns, width_of(result)), ' ');
  return result;
}

std::string to_ascii(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    auto x = first_of(text);
    auto c = text.front();
    if (static_cast<unsigned char>(c) < 0x80)
      result += c;
    else
      result.append(x.width, '?');
    text.remove_prefix(x.bytes);
  }
  return result;
}

} // namespace tutti::display
