// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/orchestrator/engine/engine.hpp"
#include "messages/plan.hpp"

#include <string>

namespace tutti::engine {

/// Why a task, gate or service is not running or not open: for whom it waits,
/// since when, and what would release it; one paragraph of full sentences, from
/// the engine's own state (rule 7). A phase tells of its tasks.
[[nodiscard]] std::string explain(const plan& p, const engine& e,
                                  node_ref subject, duration now);

} // namespace tutti::engine
