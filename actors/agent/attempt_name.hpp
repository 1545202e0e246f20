// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>

namespace tutti {

/// What the files of an attempt that is a process are named by, its log too:
/// unique for a task and an attempt, and short enough for a file system with
/// our endings behind it.
[[nodiscard]] std::string attempt_name(const std::string& task,
                                       std::uint32_t attempt);

} // namespace tutti
