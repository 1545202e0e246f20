// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"

#include <string>

namespace tutti::simulation {

/// As one writes it in a plan, rounded to its two largest units: "8h",
/// "4h45m", "1m30s", "250ms", "0s".
[[nodiscard]] std::string time_text(duration x);

/// The same with its sign: "+15m", "-1h45m"; "same" where there is none.
[[nodiscard]] std::string difference_text(duration x);

} // namespace tutti::simulation
