// SPDX-License-Identifier: BSD-3-Clause
// The conversation between the orchestrator and the actor of one service.
#pragma once

#include "messages/fact.hpp"
#include "messages/handoff.hpp"
#include "messages/task.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti {

/// All that it needs is there: start its process and see when it is ready. Its
/// templates see what came of that.
struct start_service {
  std::vector<handoff> needs; ///< of each task; `to` names nobody
  std::vector<gate_comment> comments;
};

/// The run ends: TERM, grace, KILL; `at_once`: KILL. Answered by the state
/// `ended`, also where it never started.
struct stop_service {
  bool at_once = false;
};

/// From the service: `ready`, `starting` (it is being started again), `failed`
/// (gone for good) or `ended`.
struct service_changed {
  service_id service;
  service_state state = service_state::starting;
  std::string text; ///< one sentence of why, where there is one
};

} // namespace tutti
