// SPDX-License-Identifier: BSD-3-Clause
// The graph of waiting as lints look at it: in order, and with searches that
// cost a bounded time in all. Internal to config/.
#pragma once

#include "config/wait_graph.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tutti::config {

class lint_graph {
public:
  /// `waits` must have no cycle.
  explicit lint_graph(const wait_graph& waits);

  [[nodiscard]] const wait_graph& waits() const {
    return waits_;
  }
  /// All nodes, each after what it waits for.
  [[nodiscard]] const std::vector<std::uint32_t>& order() const {
    return order_;
  }

  /// Whether one node may wait for another: `false` is sure; `true` also where
  /// the time for all searches is used up.
  [[nodiscard]] bool may_wait(std::uint32_t from, std::uint32_t to) {
    return search(from, to, true);
  }
  /// The same over others only, not by an edge of its own.
  [[nodiscard]] bool may_wait_otherwise(std::uint32_t from, std::uint32_t to) {
    return search(from, to, false);
  }

private:
  bool search(std::uint32_t from, std::uint32_t to, bool direct);

  const wait_graph& waits_;
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> rank_; ///< by node: its place in the order
  std::vector<std::uint32_t> seen_; ///< by node: the last search that saw it
  std::vector<std::uint32_t> open_;
  std::uint32_t searches_ = 0;
  std::size_t budget_; ///< edges that may still be looked at
};

} // namespace tutti::config
