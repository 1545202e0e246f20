// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/orchestrator/orchestrator.hpp"

namespace tutti {

/// Turns one command of the engine into its message. What it hands over is
/// added to `told`: no fact of the engine, it follows from the sender's end.
void obey(orchestrator_with_timers::stateful_pointer<orchestrator_state> self,
          const engine::command& c, run_facts& told);

} // namespace tutti
