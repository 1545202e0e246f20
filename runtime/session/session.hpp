// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"
#include "runtime/journal/journal_info.hpp"
#include "runtime/report/report.hpp"
#include "runtime/secrets/secret_values.hpp"
#include "runtime/session/run_nodes.hpp"
#include "runtime/session/run_record.hpp"
#include "runtime/session/state_directory.hpp"

#include <cstdint>
#include <functional>
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
  /// Other machines that take part.
  node_choice nodes;
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
  /// Of the plan, with their values.
  secrets::read_secrets secrets;
  journal::durability durability = journal::durability::full;
  /// The run that is to go on; empty: a new one.
  std::string resume_id;
  resume_choice resume;
  std::string plan_path; ///< absolute
  std::string settings;  ///< JSON: what the command line said of the plan
  /// Called once the run is sure to begin, before anything is shown.
  std::function<void(const run_directory& files)> ready;
  /// Called once it has begun, and takes commands; not where there is nothing
  /// to do.
  std::function<void(const run_directory& files)> begun;
  /// For tests that end the program at a message; else empty.
  std::function<void()> probe;
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
