// SPDX-License-Identifier: BSD-3-Clause
// A node that its conductor has started: this program again. It gets what it
// has to know on its standard input, and says on its standard output where it
// listens. It does not outlive its conductor.
#pragma once

#include "messages/error.hpp"
#include "runtime/process/unique_fd.hpp"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace tutti::stress {

class node_process {
public:
  /// Starts this program with these arguments. `input` is less than what a pipe
  /// holds.
  [[nodiscard]] static expected<node_process>
  start(const std::vector<std::string>& args, const std::string& input);

  node_process(node_process&& x) noexcept;
  node_process& operator=(node_process&&) = delete;
  /// Kills it, where it is there.
  ~node_process();

  /// Its first line; empty: it said none, or `goes_on` became false, which is
  /// asked some times a second.
  [[nodiscard]] std::string read_line(const std::function<bool()>& goes_on);
  /// Waits until it has ended, and kills it where it has not within `most`. How
  /// it ended, a clause; empty: well.
  std::string end(std::chrono::milliseconds most);

private:
  node_process(pid_t pid, process::unique_fd output)
    : pid_(pid), output_(std::move(output)) {
  }

  pid_t pid_; ///< 0: it has ended
  process::unique_fd output_;
};

/// In a process that `start` started, before it has threads: all that it was
/// given. It ends with who started it from then on.
[[nodiscard]] std::string read_node_input();

} // namespace tutti::stress
