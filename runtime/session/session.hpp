// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"
#include "runtime/report/report.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tutti::process {
class supervisor;
}

namespace tutti::native {
class agents;
}

namespace tutti::session {

/// How one local run is to behave.
struct session_options {
  /// At most so many attempts at once, over all agents; also the slots of the
  /// implicit agent `local`. None: no limit beyond slots; `local` has as many
  /// slots as the machine has cores.
  std::optional<std::uint32_t> jobs;
  /// The run ends, status waiting, where only people could make it go on (§27).
  bool no_wait = false;
  /// Where journals and logs go; empty: `.tutti` beside the plan.
  std::string state_directory;
  /// Where the display goes: standard output, or standard error where standard
  /// output belongs to data.
  int display_fd = 1;
  bool plain = false; ///< a line stream even on a terminal
  bool no_color = false;
  bool quiet = false; ///< only failures and the summary
  /// What the plan's native agents are; null: there are none.
  const native::agents* natives = nullptr;
};

/// How a run ended.
struct session_result {
  int exit_code = 0; ///< of the program (semantics §27)
  /// None where the run could not begin.
  std::optional<report::run_report> report;
};

/// Runs a plan on this machine to its end: actors, processes, display, summary.
/// `processes` was forked before any thread existed, and is shut down at the
/// end. All errors are printed. Call from the main thread, once in a process.
[[nodiscard]] session_result run_session(plan p, const session_options& options,
                                         process::supervisor& processes);

} // namespace tutti::session
