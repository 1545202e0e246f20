// SPDX-License-Identifier: BSD-3-Clause
// Where something was measured, and what the process has used, as Linux counts.
#pragma once

#include "messages/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace tutti::stress {

struct machine {
  std::string cpu;         ///< its model
  std::uint32_t cores = 1; ///< that this process may use
  std::uint64_t memory_bytes = 0;
  std::string kernel; ///< "Linux 6.1.0-18-amd64"
};

[[nodiscard]] machine this_machine();

/// Of this start of the machine: who has the same has the same steady clock.
[[nodiscard]] std::string boot_id();

struct build {
  std::string version;  ///< of tutti
  std::string type;     ///< "Release"; with "address" where sanitized so
  std::string compiler; ///< "g++ 12.2.0"
};

[[nodiscard]] build this_build();

/// Of all threads of this process, since it began.
struct cpu_times {
  duration user{0};
  duration system{0};
};

[[nodiscard]] cpu_times cpu_used();

[[nodiscard]] std::size_t resident_bytes();
/// The most that was resident since the last `reset_peak`.
[[nodiscard]] std::size_t peak_bytes();
/// Gives back what is free first, so that growth is growth.
void reset_peak();

} // namespace tutti::stress
