// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/xml_text.hpp"

#include <cstddef>
#include <cstdint>

namespace tutti::report {

namespace {

struct code_point {
  std::uint32_t value = 0;
  std::size_t bytes = 1;
  bool is_valid = false;
};

/// The first character of a text that is not empty. Overlong forms and
/// surrogates are none.
code_point decode(std::string_view x) {
  auto byte = [&](std::size_t i) {
    return static_cast<std::uint8_t>(x[i]);
  };
  auto first = byte(0);
  if (first < 0x80)
    return {first, 1, true};
  std::size_t n = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || x.size() < n)
    return {};
  std::uint32_t value = first & (0xffu >> (n + 1));
  for (std::size_t i = 1; i < n; ++i) {
    if ((byte(i) & 0xc0) != 0x80)
      return {};
    value = value << 6 | (byte(i) & 0x3fu);
  }
  constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < least[n] || value > 0x10ffff || is_surrogate)
    return {};
  return {value, n, true};
}

bool is_xml(std::uint32_t x) {
  return x == '\t' || x == '\n' || x == '\r'
      || (x >= 0x20 && x != 0x7f && !(x >= 0x80 && x < 0xa0) && x != 0xfffe
          && x != 0xffff);
}

/// The bytes of an escape sequence that the text begins with; 0: none.
std::size_t escape_length(std::string_view x) {
  if (x.size() < 2 || x[0] != '\x1b')
    return 0;
  if (x[1] == '[') { // CSI: up to its final byte
    std::size_t i = 2;
    while (i < x.size() && x[i] >= 0x20 && x[i] < 0x40)
      ++i;
    return i < x.size() ? i + 1 : i;
  }
  if (x[1] == ']') { // OSC: up to BEL or ESC backslash
    for (std::size_t i = 2; i < x.size(); ++i) {
      if (x[i] == '\a')
        return i + 1;
      if (x[i] == '\x1b')
        return i + 1 < x.size() && x[i + 1] == '\\' ? i + 2 : i;
      if (x[i] == '\n')
        return i;
    }
    return x.size();
  }
  return 2;
}

} // namespace

std::string xml_text(std::string_view x) {
  std::string result;
  result.reserve(x.size());
  while (!x.empty()) {
    if (auto n = escape_length(x); n > 0) {
      x.remove_prefix(n);
      continue;
    }
    auto c = decode(x);
    if (!c.is_valid)
      result += "\xef\xbf\xbd";
    else if (c.value == '&')
      result += "&amp;";
    else if (c.value == '<')
      result += "&lt;";
    else if (c.value == '>')
      result += "&gt;";
    else if (c.value == '"')
      result += "&quot;";
    else if (c.value == '\'')
      result += "&#39;";
    else if (is_xml(c.value))
      result += x.substr(0, c.bytes);
    x.remove_prefix(c.bytes);
  }
  return result;
}

} // namespace tutti::report
