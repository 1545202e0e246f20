// SPDX-License-Identifier: BSD-3-Clause
// Which runs of a state directory live, and what the others have left there.
#pragma once

#include "runtime/process/unique_fd.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::control {

/// Holds the folder of a run until it is closed or the process is gone,
/// whatever ended it. Where the file system knows no locks, nobody holds any
/// folder, and nothing is taken for dead.
[[nodiscard]] process::unique_fd hold_run(const std::string& run_path);

/// Whether a run lives.
enum class run_holder : std::uint8_t {
  nobody,
  somebody,
  unknown, ///< there is no such folder, or the file system knows no locks
};

/// Who holds the folder of a run. Disturbs nobody: who looks at the same moment
/// sees the same.
[[nodiscard]] run_holder holder_of(const std::string& run_path);

/// Whether there is a process with this number, of whatever user.
[[nodiscard]] bool is_alive(std::int32_t pid);

/// The same where nobody else does; none: somebody holds it. Who only looks
/// whether it lives holds it for a moment, and is waited for.
[[nodiscard]] std::optional<process::unique_fd>
try_to_hold_run(const std::string& run_path);

/// Ends the processes and removes what only a live run needs, `control` and
/// `io/`, of each run below the state directory that nobody holds: it was
/// killed (rule 10). Returns a sentence for each that had processes left.
[[nodiscard]] std::vector<std::string>
remove_dead_runs(const std::string& state_directory);

/// The same of one run, which the caller holds; empty: it had no processes
/// left. The files of one whose processes cannot be ended stay for the next who
/// comes. `kind`: what the sentence calls it.
[[nodiscard]] std::string remove_dead_run(const std::string& run_path,
                                          std::string_view kind = "run");

/// Removes these files of one run, which is known to be over.
void remove_live_files(const std::string& run_path);

} // namespace tutti::control
