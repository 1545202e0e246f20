// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/plain_text.hpp"

#include <cstddef>

namespace tutti {

namespace {

constexpr std::size_t line_bytes_max = 400;

/// The bytes that a character of this first byte has; 0: none starts so.
std::size_t character_bytes(char first) {
  auto byte = static_cast<unsigned char>(first);
  if (byte < 0x80u)
    return 1;
  return byte < 0xc2u ? 0 : byte < 0xe0u ? 2 : byte < 0xf0u ? 3 : 4;
}

bool continues_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u;
}

/// Takes the first character off; empty: what is there is none.
std::string_view take_character(std::string_view& text) {
  auto wanted = character_bytes(text[0]);
  std::size_t bytes = 1;
  while (bytes < wanted && bytes < text.size()
         && continues_character(text[bytes]))
    ++bytes;
  auto result = bytes == wanted ? text.substr(0, bytes) : std::string_view{};
  text.remove_prefix(bytes);
  return result;
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
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  std::string result;
  while (!text.empty()) {
    auto character = take_character(text);
    if (character.empty())
      character = replacement;
    else if (is_control(character))
      character = " ";
    if (result.size() + character.size() > line_bytes_max)
      break;
    result += character;
  }
  return result;
}

} // namespace tutti
