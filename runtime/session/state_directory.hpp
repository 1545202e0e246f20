// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/error.hpp"
#include "runtime/journal/journal_info.hpp"
#include "runtime/process/unique_fd.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tutti::session {

/// Where one run keeps its files, below the state directory:
/// `runs/RUN/journal.db`, `payloads` and `logs/` stay, `io/` goes with the run.
struct run_directory {
  std::string run_id; ///< "20261122-201500-1a2b": start in UTC, then random
  std::string path;   ///< absolute
  std::string logs;
  std::string io;
  std::string journal;
  std::string payloads;  ///< large results of this run; made with the first
  std::string artifacts; ///< of all runs; made with the first artifact
  /// While it lasts nobody takes the run for dead.
  std::shared_ptr<process::unique_fd> held;
};

/// Makes the folders of a new run, and the state directory with an ignore file
/// for git where it is new; what killed runs have left goes. They outlive a
/// loss of power as `how` says. The error names the folder (exit 7).
[[nodiscard]] expected<run_directory>
make_run_directory(const std::string& state_directory,
                   journal::durability how = journal::durability::full);

/// Takes hold of the folder of a run that is not live any more. The error says
/// that it is live (exit 8), or cannot be used (7).
[[nodiscard]] expected<run_directory>
open_run_directory(const std::string& state_directory,
                   const std::string& run_id);

/// Takes hold of the folder of a node, `nodes/NAME`: its artifacts stay from
/// run to run, logs and `io/` of an earlier one go, with the processes that it
/// left behind where it was killed. The error says that a node of this name is
/// at work there, or what cannot be made (exit 7). `run_id` is for its socket.
[[nodiscard]] expected<run_directory>
make_node_directory(const std::string& state_directory,
                    const std::string& name);

/// Says once, where the folder of a live run is not there any more, what that
/// means; else empty.
class lost_directory {
public:
  explicit lost_directory(run_directory x) : files_(std::move(x)) {
  }
  [[nodiscard]] std::string look();

private:
  run_directory files_;
  bool told_ = false;
};

/// Makes the folder of the logs. After the journal: where there are logs and no
/// journal, it was removed.
[[nodiscard]] std::optional<error> make_log_directory(const run_directory& x);

/// Removes what only the live run needed; logs stay, empty folders go.
void tidy_run_directory(const run_directory& x);

} // namespace tutti::session
