// SPDX-License-Identifier: BSD-3-Clause
// The words that explanations are put together of.
#pragma once

#include "actors/orchestrator/engine/graph.hpp"
#include "messages/fact.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tutti::engine {

/// "'crud'"
[[nodiscard]] std::string quoted(std::string_view name);

/// "12 s", "3 min", "2 h"; nothing is shorter than 0 s.
[[nodiscard]] std::string span_text(duration x);

/// "a", "a and b", "a, b, c, d and 3 more"; `last` stands before the last one.
[[nodiscard]] std::string listed(const std::vector<std::string>& xs,
                                 std::string_view last = "and");

/// "1 attempt", "3 attempts"
[[nodiscard]] std::string counted(std::size_t n, std::string_view one);

/// What a task that is or was in a state does: "is running (for 12 s)", "has
/// failed (3 s ago)".
[[nodiscard]] std::string state_clause(task_state x, duration since);

/// The same behind its name: "running for 12 s", "failed 3 s ago".
[[nodiscard]] std::string state_note(task_state x, duration since);

/// What an edge waits for of its producer: " has succeeded".
[[nodiscard]] std::string_view verb(edge_kind kind);

} // namespace tutti::engine
