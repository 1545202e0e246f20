// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace tutti::process {

/// How the supervisor treats all processes of a run.
struct supervisor_options {
  /// Absolute, exists. NAME.log is made here at the first byte of output.
  std::string log_directory;
  /// Absolute, exists. NAME.out (TUTTI_OUTPUT) lies here while the attempt
  /// lives, and what TUTTI_INPUT names, which a later attempt gets with another
  /// content; both are removed.
  std::string io_directory;
  /// Of one attempt. What exceeds it is read, dropped and counted, and a line
  /// at the end of the log says so.
  std::uint64_t log_bytes_max = std::uint64_t{64} << 20;
  /// Of the file that TUTTI_OUTPUT names; the rest is ignored and reported.
  std::uint64_t output_bytes_max = std::uint64_t{1} << 20;
  /// So long may processes and an open pipe outlive the leader before they are
  /// ended as leaked.
  duration drain = std::chrono::seconds(2);
  /// So long after KILL a process counts as unkillable.
  duration kill_bound = std::chrono::seconds(5);
  /// tutti and its supervisor speak to each other at least so often.
  duration heartbeat = std::chrono::seconds(5);
  /// Several heartbeats. Silence of tutti for so long means that it is frozen:
  /// everything is ended. Silence of the supervisor: it is killed.
  duration lease = std::chrono::seconds(60);

  /// At the end, how long everything together may take to die.
  [[nodiscard]] duration last_kill_bound() const {
    return 2 * kill_bound;
  }

  friend bool operator==(const supervisor_options&,
                         const supervisor_options&) = default;
};

} // namespace tutti::process
