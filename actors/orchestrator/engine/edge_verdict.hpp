// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/orchestrator/engine/graph.hpp"
#include "messages/fact.hpp"

#include <cstdint>

namespace tutti::engine {

/// What a producer means to an edge (§6, §7); `open`: that is not known yet.
enum class edge_verdict : std::uint8_t { open, met, unmet, left_out };

/// What the end of a producing task means to an edge. `to_task`: the consumer
/// is a task, which is left out together with a need for success.
[[nodiscard]] edge_verdict judge(edge_kind kind, task_state producer,
                                 bool ever_started, bool allow_failure,
                                 bool to_task);

} // namespace tutti::engine
