// SPDX-License-Identifier: BSD-3-Clause
// A plan as a graph, in three notations. The same plan gives the same text.
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::cli {

enum class graph_edge_kind : std::uint8_t {
  needs,
  after,
  blocks,
  needs_later,
  after_each,
  approves, ///< from a review to its gate
};

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

/// Which phases are parts of which: a matrix makes phases within phases.
class phase_tree {
public:
  explicit phase_tree(const plan& p);

  [[nodiscard]] const std::vector<phase_id>& outermost() const {
    return outermost_;
  }
  [[nodiscard]] const std::vector<phase_id>& within(phase_id x) const {
    return within_[x.value];
  }

  /// The phase that this one is a part of; none: invalid.
  [[nodiscard]] phase_id parent(phase_id x) const {
    return parents_[x.value];
  }
  /// The smallest phase that holds the task; none: invalid.
  [[nodiscard]] phase_id innermost(task_id x) const {
    return innermost_[x.value];
  }

private:
  std::vector<phase_id> outermost_;
  std::vector<std::vector<phase_id>> within_;
  std::vector<phase_id> parents_;
  std::vector<phase_id> innermost_;
};

/// The arrows that stand in the plan.
[[nodiscard]] std::vector<graph_edge> plan_edges(const plan& p);

[[nodiscard]] std::string graph_dot(const plan& p);
[[nodiscard]] std::string graph_mermaid(const plan& p);
[[nodiscard]] std::string graph_json(const plan& p);

} // namespace tutti::cli
