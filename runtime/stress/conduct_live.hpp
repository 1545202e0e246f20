// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/stress/outcome.hpp"

namespace tutti::process {
class supervisor;
}

namespace tutti::stress {

/// Plays a pattern that whole runs are: orchestrator, agents, journal, the
/// model that a board shows. `processes` was forked before there were threads;
/// it is shut down.
[[nodiscard]] outcome conduct_live(const settings& how, const watcher& watch,
                                   process::supervisor& processes);

} // namespace tutti::stress
