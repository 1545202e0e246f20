// SPDX-License-Identifier: BSD-3-Clause
#include "config/duration_text.hpp"

#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace tutti::config {

namespace {

struct unit {
  std::string_view name;
  double nanoseconds;
};

/// Larger first. "ms" stands before "m" would match it.
constexpr std::array units{
    unit{"d", 86'400e9}, unit{"h", 3'600e9}, unit{"m", 60e9},
    unit{"s", 1e9},      unit{"ms", 1e6},
};

constexpr double longest_ns = 36'500.0 * 86'400e9;

std::string_view take_while(std::string_view& text, std::string_view set) {
  auto end = text.find_first_not_of(set);
  auto result = text.substr(0, end);
  text.remove_prefix(result.size());
  return result;
}

parsed_duration flawed(duration_flaw x) {
  return {duration{0}, x};
}

} // namespace

parsed_duration parse_duration(std::string_view text) {
  if (text.starts_with('-'))
    return flawed(duration_flaw::negative);
  if (text.empty() || text.size() > 100)
    return flawed(duration_flaw::malformed);
  double total = 0;
  std::size_t next_unit = 0;
  bool first = true;
  while (!text.empty()) {
    auto digits = take_while(text, "0123456789.");
    double amount = 0;
    auto last = digits.data() + digits.size();
    auto [end, failure] = std::from_chars(digits.data(), last, amount);
    if (digits.empty() || failure != std::errc{} || end != last)
      return flawed(duration_flaw::malformed);
    auto name = take_while(text, "abcdefghijklmnopqrstuvwxyz");
    if (name.empty())
      return flawed(first && text.empty() ? duration_flaw::no_unit
                                          : duration_flaw::malformed);
    while (next_unit < units.size() && units[next_unit].name != name)
      ++next_unit;
    if (next_unit == units.size())
      return flawed(duration_flaw::malformed);
    total += amount * units[next_unit++].nanoseconds;
    first = false;
  }
  if (total > longest_ns)
    return flawed(duration_flaw::too_long);
  return {duration{static_cast<duration::rep>(total)}};
}

std::string duration_text(duration x) {
  std::string result;
  for (const auto& u : units) {
    auto size = static_cast<duration::rep>(u.nanoseconds);
    if (x.count() < size)
      continue;
    result += std::to_string(x.count() / size);
    result += u.name;
    x %= size;
  }
  return result.empty() ? "0s" : result;
}

} // namespace tutti::config
