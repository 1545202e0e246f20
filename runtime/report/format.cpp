// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tutti::report {

namespace {

std::string format_seconds(std::int64_t s) {
  if (s < 60)
    return fmt::format("{}s", s);
  if (s < 3600)
    return fmt::format("{}m {:02}s", s / 60, s % 60);
  if (s < 86400)
    return fmt::format("{}h {:02}m", s / 3600, s / 60 % 60);
  return fmt::format("{}d {:02}h", s / 86400, s / 3600 % 24);
}

} // namespace

std::string format_duration(duration x) {
  using namespace std::chrono;
  x = std::max(x, duration{0});
  // Rounded before the unit is chosen, so that 59.97s reads "1m 00s".
  auto ms = round<milliseconds>(x).count();
  if (ms < 1000)
    return fmt::format("{}ms", ms);
  auto tenths = (ms + 50) / 100;
  if (tenths < 100)
    return fmt::format("{}.{}s", tenths / 10, tenths % 10);
  return format_seconds((ms + 500) / 1000);
}

std::string format_elapsed(duration x) {
  using namespace std::chrono;
  return format_seconds(floor<seconds>(std::max(x, duration{0})).count());
}

} // namespace tutti::report
