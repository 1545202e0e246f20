// SPDX-License-Identifier: BSD-3-Clause
// A machine that takes part in runs of another: `tutti node`.
#pragma once

#include "runtime/session/run_nodes.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tutti::process {
class supervisor;
}

namespace tutti::native {
class agents;
}

namespace tutti::session {

struct node_options {
  std::string name;                ///< of the node
  std::vector<std::string> labels; ///< sorted; without those of natives
  std::uint32_t slots = 1;         ///< attempts at once; 0: no limit
  host_port join;                  ///< where the orchestrator listens
  bool insecure = false;           ///< without TLS; this machine only
  std::string certificates;        ///< folder; empty: in the state directory
  std::string state_directory;     ///< absolute
  std::string directory; ///< absolute: where relative paths of plans start
  bool once = false;     ///< it leaves after one run
  /// What the plan's native agents are; null: there are none.
  const native::agents* natives = nullptr;
  /// Told what happens, a sentence without its full stop.
  std::function<void(const std::string&)> note;
};

/// Takes part until it is told to go, or its orchestrator will not have it.
/// `processes` was forked before any thread existed, and is shut down at the
/// end. Returns the exit code; errors are printed. Call from the main thread,
/// once in a process.
[[nodiscard]] int run_node(const node_options& options,
                           process::supervisor& processes);

} // namespace tutti::session
