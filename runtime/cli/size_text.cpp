// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/size_text.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace tutti::cli {

namespace {

constexpr std::string_view prefixes = "kmgt";

/// Bytes of a unit in lower case; 0: it is none.
std::uint64_t unit_bytes(std::string_view unit) {
  if (unit == "b")
    return 1;
  auto at = unit.empty() ? std::string_view::npos : prefixes.find(unit[0]);
  auto rest = unit.substr(unit.empty() ? 0 : 1);
  if (at == std::string_view::npos
      || (rest != "" && rest != "b" && rest != "ib"))
    return 0;
  std::uint64_t result = 1;
  for (std::size_t i = 0; i <= at; ++i)
    result *= rest == "b" ? 1000 : 1024;
  return result;
}

} // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  double number = 0;
  const auto* end = text.data() + text.size();
  auto [stop, code] =
      std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (code != std::errc{} || !std::isfinite(number) || number < 0)
    return std::nullopt;
  std::string unit;
  for (const auto* c = stop; c != end; ++c)
    if (*c != ' ' || !unit.empty())
      unit += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
  auto bytes = number * static_cast<double>(unit_bytes(unit));
  constexpr double most = 9e18;
  if (unit_bytes(unit) == 0 || bytes > most)
    return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> units{"B", "KiB", "MiB", "GiB",
                                                  "TiB"};
  auto number = static_cast<double>(bytes);
  std::size_t unit = 0;
  // What would be rounded to 1024 of one is 1 of the next.
  while (number >= 1023.5 && unit + 1 < units.size()) {
    number /= 1024;
    ++unit;
  }
  return unit > 0 && number < 9.95
           ? fmt::format("{:.1f} {}", number, units[unit])
           : fmt::format("{:.0f} {}", number, units[unit]);
}

} // namespace tutti::cli
