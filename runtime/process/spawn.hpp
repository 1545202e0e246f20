// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/process.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace tutti::process {

/// What to start; everything is referred to.
struct spawn_order {
  const std::vector<std::string>& argv;
  const std::vector<char*>& environment; ///< ends with a null
  const std::string& directory;          ///< absolute
  int output_fd = -1;                    ///< becomes 2, and 1 but for the next
  int talk_input_fd = -1;                ///< becomes 0; -1: 0 is inherited
  int talk_output_fd = -1;               ///< becomes 1; -1: none of its own
  std::uint64_t mark = 0;                ///< see `run_mark::limit`
  const std::string& oom_score;          ///< for /proc/self/oom_score_adj
  const rlimit* descriptors = nullptr;   ///< its limit; null: it is inherited
};

struct spawn_result {
  pid_t pid = -1; ///< negative: not started, and the rest says why
  process_end end = process_end::exited;
  std::int32_t code = 0;
  std::string message;
};

/// Starts a process as leader of its own session and group, with all signals at
/// their defaults and none blocked; KILL reaches it should the caller die. A
/// name without '/' is looked up along the PATH of `environment`; relative
/// paths start at `directory`. Call it on one thread only, with all signals
/// blocked and at their defaults.
[[nodiscard]] spawn_result spawn(const spawn_order& order);

/// The sentence for a system that has no process, memory or descriptor left.
[[nodiscard]] std::string want_of_means(int error_number);

} // namespace tutti::process
