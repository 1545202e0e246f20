// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/orchestrator/engine/engine.hpp"

#include <string>
#include <vector>

namespace tutti::engine {

/// Checks the numbered invariants of `task_machine.hpp` from scratch, in time
/// linear in the plan, and returns a sentence for each one that is broken. For
/// tests and simulations, after any step.
[[nodiscard]] std::vector<std::string> check_invariants(const engine& e);

/// Whether an in-edge of `consumer` is met now, from the producers' states
/// alone; the counters are not looked at.
[[nodiscard]] bool is_met(const engine& e, edge in, node_index consumer);

} // namespace tutti::engine
