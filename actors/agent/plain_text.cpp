// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/plain_text.hpp"

#include <cstddef>

namespace tutti {

namespace {

constexpr std::size_t line_bytes_max = 400;

/// Bytes of the character that starts with this one.
std::size_t character_bytes(char first) {
  auto byte = static_cast<unsigned char>(first);
  return byte < 0xc0u ? 1 : byte < 0xe0u ? 2 : byte < 0xf0u ? 3 : 4;
}

/// Controls, and characters that turn the direction of text or end a line,
/// which can make a line say something else than it does.
bool is_control(std::string_view x) {
  auto byte = static_cast<unsigned char>(x[0]);
  return byte < 0x20u || byte == 0x7fu || (x >= "\xc2\x80" && x < "\xc2\xa0")
      || (x >= "\xe2\x80\xa8" && x < "\xe2\x80\xaf")
      || (x >= "\xe2\x81\xa6" && x < "\xe2\x81\xaa") || x == "\xe2\x80\x8e"
      || x == "\xe2\x80\x8f";
}

} // namespace

std::string plain_line(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    auto character = text.substr(0, character_bytes(text[0]));
    if (result.size() + character.size() > line_bytes_max)
      break;
    result += is_control(character) ? " " : character;
    text.remove_prefix(character.size());
  }
  return result;
}

} // namespace tutti
