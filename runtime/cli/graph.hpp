// SPDX-License-Identifier: BSD-3-Clause
// A plan as a graph, in three notations. The same plan gives the same text.
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::cli {

enum class graph_edge_kind : std::uint8_t { needs, after, blocks };

[[nodiscard]] std::string_view to_string(graph_edge_kind x);

struct graph_edge {
  node_ref from;
  node_ref to;
  graph_edge_kind kind = graph_edge_kind::needs;
  need_condition condition = need_condition::succeeded;
};

/// The arrows to draw: those of the plan, and for a gate that blocks all, one
/// to each blocked task that waits for no other blocked task.
[[nodiscard]] std::vector<graph_edge> drawn_edges(const plan& p);

/// The arrows that stand in the plan.
[[nodiscard]] std::vector<graph_edge> plan_edges(const plan& p);

[[nodiscard]] std::string graph_dot(const plan& p);
[[nodiscard]] std::string graph_mermaid(const plan& p);
[[nodiscard]] std::string graph_json(const plan& p);

} // namespace tutti::cli
