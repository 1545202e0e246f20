// SPDX-License-Identifier: BSD-3-Clause
// What tasks have in common is in a graph once: whom and what they ask for, and
// how they are treated.
#pragma once

#include "actors/orchestrator/engine/graph.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace tutti::engine {

/// Fills `classes` and `policies` of a graph whose `slots` are there.
class graph_classes {
public:
  explicit graph_classes(graph& g) : g_(g) {
  }

  /// Indexes, of what is made where no task before said the same.
  [[nodiscard]] std::uint32_t class_of(const task& t);
  [[nodiscard]] std::uint32_t policy_of(const task& t);

private:
  using pool_key = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

  graph& g_;
  std::map<std::pair<std::vector<agent_id>, pool_key>, std::uint32_t> classes_;
  std::vector<std::uint32_t> plain_; ///< by agent, of those without pools
  std::map<task_policy, std::uint32_t> policies_;
  std::uint32_t last_policy_ = 0;
};

} // namespace tutti::engine
