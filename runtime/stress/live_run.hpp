// SPDX-License-Identifier: BSD-3-Clause
// A run as `tutti run` has it (orchestrator, agents, observer, artifact store,
// sockets, supervisor, and the model that a board shows), with native agents
// and without a terminal.
#pragma once

#include "messages/error.hpp"
#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/journal/journal_file.hpp"
#include "runtime/native/native.hpp"
#include "runtime/process/supervisor.hpp"
#include "runtime/session/run_record.hpp"

#include <functional>
#include <string>

namespace tutti::stress {

struct live_run_options {
  plan work;
  native::agents agents;
  journal::durability durability = journal::durability::full;
  /// Where its journal comes from; empty: a new one.
  std::function<expected<session::run_record>(const session::record_options&)>
      record = {};
  /// Called just before it begins; may be empty.
  std::function<void()> begins;
  /// Called once it has ended; may be empty.
  std::function<void()> ended = {};
  /// Each fact, in order, after the model took it.
  std::function<void(const fact& x)> seen;
  /// What a viewer gets of what tasks say of themselves; may be empty.
  std::function<void(const task_progress& x)> progressed = {};
  /// Asked some times a second; false: the run is to stop (exit 130). Empty:
  /// it goes on to its end.
  std::function<bool()> goes_on = {};
};

/// Runs it to its end below `directory`; the exit code. `processes` was forked
/// before there were threads; it is shut down.
int run_live(live_run_options options, const std::string& directory,
             process::supervisor& processes);

/// A folder of its own, gone with it.
class scratch_folder {
public:
  /// Below `parent`; empty: below the temporary folder.
  explicit scratch_folder(const std::string& parent = {});
  ~scratch_folder();
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  /// Empty: it could not be made.
  [[nodiscard]] const std::string& path() const {
    return path_;
  }

private:
  std::string path_;
};

} // namespace tutti::stress
