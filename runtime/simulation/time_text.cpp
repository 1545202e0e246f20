// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/simulation/time_text.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace tutti::simulation {

namespace {

struct unit {
  duration length;
  const char* name;
};

constexpr std::array units = {
    unit{std::chrono::hours(24), "d"}, unit{std::chrono::hours(1), "h"},
    unit{std::chrono::minutes(1), "m"}, unit{std::chrono::seconds(1), "s"},
    unit{std::chrono::milliseconds(1), "ms"}};

} // namespace

std::string time_text(duration x) {
  for (std::size_t i = 0; i + 1 < units.size(); ++i) {
    auto large = units[i];
    auto small = units[i + 1];
    // Rounded before the unit is chosen: 59m59.9s is 1h.
    auto count = (x + small.length / 2) / small.length;
    auto per = large.length / small.length;
    if (count < per)
      continue;
    auto rest = count % per;
    if (large.length == std::chrono::seconds(1) && rest > 0)
      return fmt::format("{:.3g}s", static_cast<double>(count) / 1000);
    return fmt::format("{}{}{}", count / per, large.name,
                       rest > 0 ? fmt::format("{}{}", rest, small.name) : "");
  }
  auto ms = (x + std::chrono::microseconds(500)) / std::chrono::milliseconds(1);
  return ms == 0 ? "0s" : fmt::format("{}ms", ms);
}

std::string difference_text(duration x) {
  if (x == duration{0})
    return "same";
  return (x < duration{0} ? "-" : "+") + time_text(x < duration{0} ? -x : x);
}

} // namespace tutti::simulation
