// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/secrets/encodings.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace tutti::secrets {

namespace {

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool is_letter_or_digit(char x) {
  return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z')
      || (x >= '0' && x <= '9');
}

bool holds(std::string_view all, char x) {
  return all.find(x) != std::string_view::npos;
}

/// The letter of a short escape (\n); 0: there is none.
char short_escape(char x) {
  constexpr std::string_view controls = "\b\f\n\r\t";
  constexpr std::string_view letters = "bfnrt";
  auto at = controls.find(x);
  return at == std::string_view::npos ? '\0' : letters[at];
}

struct code_point {
  std::uint32_t value = 0;
  std::size_t bytes = 0; ///< 0: no UTF-8
};

code_point decode(std::string_view in) {
  auto at = [in](std::size_t i) -> std::uint32_t {
    return static_cast<unsigned char>(in[i]);
  };
  auto first = at(0);
  std::size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || in.size() < bytes)
    return {};
  auto value = first & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((at(i) & 0xc0) != 0x80)
      return {};
    value = (value << 6) | (at(i) & 0x3f);
  }
  return {value, bytes};
}

void add_unit(std::string& out, std::uint32_t unit, bool upper) {
  if (upper)
    fmt::format_to(std::back_inserter(out), "\\u{:04X}", unit);
  else
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit);
}

/// Beyond the first 65536 as a pair of surrogates.
void add_point(std::string& out, std::uint32_t point, bool upper) {
  if (point < 0x10000)
    return add_unit(out, point, upper);
  point -= 0x10000;
  add_unit(out, 0xd800 + (point >> 10), upper);
  add_unit(out, 0xdc00 + (point & 0x3ff), upper);
}

void add_ascii(std::string& out, char c, const json_style& how) {
  auto control = static_cast<unsigned char>(c) < 0x20;
  if (holds(how.escaped, c)) {
    add_unit(out, static_cast<unsigned char>(c), how.upper);
  } else if (c == '"' || c == '\\' || (c == '/' && how.slash)) {
    out += '\\';
    out += c;
  } else if (auto letter = short_escape(c);
             letter != '\0' && how.short_controls) {
    out += '\\';
    out += letter;
  } else if (control || (c == '\x7f' && how.ascii)) {
    add_unit(out, static_cast<unsigned char>(c), how.upper);
  } else {
    out += c;
  }
}

} // namespace

std::string json_text_as(std::string_view x, const json_style& how) {
  std::string result;
  while (!x.empty()) {
    std::size_t bytes = 1;
    if (static_cast<unsigned char>(x[0]) < 0x80) {
      add_ascii(result, x[0], how);
    } else if (auto point = decode(x); how.ascii && point.bytes != 0) {
      add_point(result, point.value, how.upper);
      bytes = point.bytes;
    } else {
      result += x[0];
    }
    x.remove_prefix(bytes);
  }
  return result;
}

std::string url_text_as(std::string_view x, const url_style& how) {
  std::string result;
  for (auto c : x) {
    auto byte = static_cast<unsigned char>(c);
    if (c == ' ' && how.plus)
      result += '+';
    else if (is_letter_or_digit(c) || holds(how.safe, c))
      result += c;
    else if (how.upper)
      fmt::format_to(std::back_inserter(result), "%{:02X}", byte);
    else
      fmt::format_to(std::back_inserter(result), "%{:02x}", byte);
  }
  return result;
}

std::string xml_text_as(std::string_view x, const xml_style& how) {
  std::string result;
  for (auto c : x)
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += how.quote;
    else if (c == '\'')
      result += how.apostrophe;
    else
      result += c;
  return result;
}

std::string base64_core(std::string_view x, std::size_t before) {
  // What the first characters hold of the bytes before, they do not tell.
  constexpr std::size_t blurred[] = {0, 2, 3};
  std::string all(before, '\0');
  all += x;
  auto whole = all.size() * 8 / 6;
  auto first = blurred[before];
  return whole <= first ? std::string{}
                        : base64_text(all).substr(first, whole - first);
}

std::string base64_text(std::string_view x) {
  std::string result;
  for (std::size_t i = 0; i < x.size(); i += 3) {
    auto size = x.size() - i < 3 ? x.size() - i : 3;
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = bits << 8 | (j < size ? static_cast<unsigned char>(x[i + j]) : 0);
    for (std::size_t j = 0; j < 4; ++j)
      result += j <= size ? base64_digits[bits >> (18 - 6 * j) & 63] : '=';
  }
  return result;
}

std::string hex_text(std::string_view x, bool upper) {
  std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string result;
  for (auto c : x) {
    auto byte = static_cast<unsigned char>(c);
    result += digits[byte >> 4];
    result += digits[byte & 15];
  }
  return result;
}

std::string shell_quoted(std::string_view x, std::string_view apostrophe) {
  std::string result;
  for (auto c : x)
    if (c == '\'')
      result += apostrophe;
    else
      result += c;
  return result;
}

std::string shell_escaped(std::string_view x) {
  std::string result;
  for (auto c : x)
    if (auto letter = short_escape(c); letter != '\0') {
      result += '\\';
      result += letter;
    } else if (c == '\'' || c == '\\') {
      result += '\\';
      result += c;
    } else {
      result += c;
    }
  return result;
}

std::string shell_backslashed(std::string_view x) {
  constexpr std::string_view harmless = "_%+,-./:=@^";
  std::string result;
  for (auto c : x) {
    auto plain = is_letter_or_digit(c) || holds(harmless, c)
              || static_cast<unsigned char>(c) >= 0x80;
    if (!plain)
      result += '\\';
    result += c;
  }
  return result;
}

} // namespace tutti::secrets
