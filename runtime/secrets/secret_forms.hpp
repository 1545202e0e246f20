// SPDX-License-Identifier: BSD-3-Clause
// In which forms a secret may leave a program. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tutti::secrets {

/// A shorter value is not masked: too much else would look like it.
inline constexpr std::size_t value_bytes_min = 3;
/// A shorter line of a value, or text in a JSON value, is masked only as a part
/// of the whole.
inline constexpr std::size_t part_bytes_min = 6;
/// A form of fewer characters is looked for only where it is the value itself.
inline constexpr std::size_t form_bytes_min = 4;
/// A longer form is looked for in pieces, so that no more has to be held back.
inline constexpr std::size_t piece_bytes_max = 256;

/// Adds the texts in which a value, its lines, and where it is JSON its texts
/// may appear: as they are, as in JSON, a URL, XML or a shell's command in
/// `plain`; in base64 and in hexadecimal digits in `folded`. These are to be
/// looked for without line breaks and with each byte `folded`.
void add_forms(const std::string& value, std::vector<std::string>& plain,
               std::vector<std::string>& folded);

/// Stands for a line's end; no form holds it.
inline constexpr unsigned char folded_break = 0x80;

/// The URL-safe alphabet of base64 as the standard one, and all that is no
/// ASCII as one byte.
[[nodiscard]] constexpr unsigned char folded(char x) {
  switch (x) {
  case '-':
    return '+';
  case '_':
    return '/';
  case '\n':
  case '\r':
    return folded_break;
  default:
    return static_cast<unsigned char>(x) < 0x80 ? x : 0;
  }
}

} // namespace tutti::secrets
