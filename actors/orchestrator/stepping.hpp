// SPDX-License-Identifier: BSD-3-Clause
// An event becomes a step of the engine; what it decides is obeyed.
#pragma once

#include "actors/orchestrator/orchestrator.hpp"

namespace tutti {

void step(orchestrator_pointer self, const engine::event& e);

/// What agents report, all of it at one moment.
void take(orchestrator_pointer self, agent_reports& x);

/// Who keeps something running for the whole run is asked to end it.
void dismiss(orchestrator_pointer self, bool at_once);

/// The end is told once nothing of the run is left.
void tell_end_if_all_left(orchestrator_pointer self);

} // namespace tutti
