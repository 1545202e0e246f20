// SPDX-License-Identifier: BSD-3-Clause
// What was measured, for people and for programs.
#pragma once

#include "runtime/stress/outcome.hpp"

#include <cstdint>
#include <string>

namespace tutti::stress {

/// Some lines, each with its line feed.
[[nodiscard]] std::string report_text(const outcome& x);

/// The document of config/schema/stress.schema.json.
[[nodiscard]] std::string report_json(const outcome& x);

/// "3.2 s of 5 s, 2,612,345 messages/s": how it goes, in one line.
[[nodiscard]] std::string progress_text(const settings& how,
                                        const watcher::state& now,
                                        double messages_per_s);

/// "2,612,345"
[[nodiscard]] std::string number_text(std::uint64_t x);
/// "612 ns", "1.23 us", "45.6 ms", "1.20 s"
[[nodiscard]] std::string time_text(std::int64_t ns);

} // namespace tutti::stress
