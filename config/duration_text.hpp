// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tutti::config {

enum class duration_flaw : std::uint8_t {
  none,
  no_unit, ///< a bare number
  malformed,
  negative,
  too_long, ///< over 100 years
};

struct parsed_duration {
  duration value{0};
  duration_flaw flaw = duration_flaw::none;
};

/// Reads "1h30m", "1.5s", "500ms": numbers, each with a unit of ms, s, m, h or
/// d, larger units first and each at most once.
[[nodiscard]] parsed_duration parse_duration(std::string_view text);

/// The same the other way round, to the millisecond: "1h30m", "1s500ms"; "0s".
[[nodiscard]] std::string duration_text(duration x);

} // namespace tutti::config
