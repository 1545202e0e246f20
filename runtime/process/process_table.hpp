// SPDX-License-Identifier: BSD-3-Clause
// Who lives on this machine, read from /proc.
#pragma once

#include "runtime/process/unique_fd.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::process {

struct process_info {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  pid_t session = 0;
  std::uint64_t start_time = 0; ///< with the pid, names a process for good
  bool zombie = false;
  bool stopped = false; ///< by a signal, until SIGCONT

  [[nodiscard]] bool same_as(const process_info& x) const {
    return pid == x.pid && start_time == x.start_time;
  }
};

/// None: there is no such process.
[[nodiscard]] std::optional<process_info> read_process(pid_t pid);

/// All processes that were seen in one pass. Births and deaths during the pass
/// may be missed, so whoever wants all of a tree has to look again.
class process_table {
public:
  [[nodiscard]] static process_table snapshot();

  /// Descendants of `roots` in no useful order, without the roots.
  [[nodiscard]] std::vector<process_info>
  descendants(const std::vector<pid_t>& roots) const;

  [[nodiscard]] std::vector<process_info> children(pid_t parent) const;

  [[nodiscard]] const std::vector<process_info>& all() const {
    return all_;
  }
  /// 0: it has none, or was not seen.
  [[nodiscard]] pid_t parent(pid_t pid) const;
  /// Whether anybody lives in a group.
  [[nodiscard]] bool has_group(pid_t group) const;

private:
  std::vector<process_info> all_; ///< sorted by parent
};

/// The direct children of this process, cheap enough for every exit. Make and
/// use it on the only thread that starts processes.
class child_list {
public:
  child_list();

  /// Zombies included.
  [[nodiscard]] std::vector<pid_t> pids() const;

private:
  unique_fd children_; ///< none where the kernel has no such file
};

/// A variable of a process's environment as it was at exec; empty: not set,
/// not readable, or right now between two programs.
[[nodiscard]] std::string environment_of(pid_t pid, std::string_view name);

/// Sends a signal unless the pid now belongs to another process. Where the
/// kernel has no pidfd, only a moment between check and signal is left open.
void signal_process(const process_info& target, int signal);

} // namespace tutti::process
