// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/ids.hpp"

#include <cstdint>

namespace tutti {

/// All actors stand: the orchestrator may begin. Once in a run.
struct begin_run {};

/// Stop the run (semantics §26); `at_once` kills what still runs.
struct stop_run {
  std::int32_t exit_code = 0; ///< 130, 143 or 6
  bool at_once = false;
};

/// To an agent at the end of the run: end what outlives attempts (a session's
/// process); `at_once`: without a grace. Answered by `agent_left`.
struct leave_run {
  bool at_once = false;
};

/// Nothing of the agent is left running.
struct agent_left {
  agent_id agent;
};

} // namespace tutti
