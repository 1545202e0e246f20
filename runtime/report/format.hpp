// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"

#include <string>

namespace tutti::report {

/// A duration for people, at most 7 characters up to 99 days: "0ms", "340ms",
/// "1.2s", "12s", "3m 05s", "1h 02m", "2d 03h".
[[nodiscard]] std::string format_duration(duration x);

/// Whole units only, for figures that change while one looks: "3s", "3m 05s".
[[nodiscard]] std::string format_elapsed(duration x);

} // namespace tutti::report
