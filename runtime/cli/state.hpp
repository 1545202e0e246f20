// SPDX-License-Identifier: BSD-3-Clause
// What the commands that look at a state directory share.
#pragma once

#include <cstdint>
#include <string>

namespace tutti::cli {

/// The absolute path of what --state-dir says; `.tutti` here where it is empty.
[[nodiscard]] std::string state_directory_of(const std::string& option);

/// The wall clock, since 1970.
[[nodiscard]] std::int64_t now_ns();

} // namespace tutti::cli
