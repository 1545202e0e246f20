// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/plain_text.hpp"

#include <cstddef>

namespace tutti {

namespace {

constexpr std::size_t line_bytes_max = 400;

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u;
}

} // namespace

std::string plain_line(std::string_view text) {
  if (text.size() > line_bytes_max) {
    auto end = line_bytes_max;
    while (end > 0 && continues_character(text[end]))
      --end;
    text = text.substr(0, end);
  }
  std::string result;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20u || byte == 0x7fu ? ' ' : c;
  }
  return result;
}

} // namespace tutti
