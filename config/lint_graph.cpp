// SPDX-License-Identifier: BSD-3-Clause
#include "config/lint_graph.hpp"

#include <utility>

namespace tutti::config {

namespace {

/// All searches together look at no more edges than that, and as many again as
/// the graph has nodes: a plan pays for them in proportion to its size.
constexpr std::size_t budget_base = 1'000'000;
constexpr std::size_t budget_per_node = 20;

} // namespace

lint_graph::lint_graph(const wait_graph& waits)
  : waits_(waits), rank_(waits.size()), seen_(waits.size(), 0),
    budget_(budget_base + budget_per_node * waits.size()) {
  // Depth first without recursion; a node ends after all it waits for.
  order_.reserve(waits.size());
  std::vector<bool> begun(waits.size(), false);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> path; // node, next edge
  for (std::uint32_t root = 0; root < waits.size(); ++root) {
    if (begun[root])
      continue;
    begun[root] = true;
    path.emplace_back(root, 0);
    while (!path.empty()) {
      auto& [node, next] = path.back();
      auto edges = waits.edges(node);
      if (next == edges.size()) {
        rank_[node] = static_cast<std::uint32_t>(order_.size());
        order_.push_back(node);
        path.pop_back();
        continue;
      }
      auto target = edges[next++].target;
      if (!begun[target]) {
        begun[target] = true;
        path.emplace_back(target, 0);
      }
    }
  }
}

bool lint_graph::search(std::uint32_t from, std::uint32_t to, bool direct) {
  ++searches_;
  open_.assign(1, from);
  while (!open_.empty()) {
    auto node = open_.back();
    open_.pop_back();
    for (const auto& e : waits_.edges(node)) {
      if (budget_ == 0)
        return true;
      --budget_;
      if (e.target == to && (direct || node != from))
        return true;
      // Nothing that comes before it can wait for it.
      if (rank_[e.target] <= rank_[to] || seen_[e.target] == searches_)
        continue;
      seen_[e.target] = searches_;
      open_.push_back(e.target);
    }
  }
  return false;
}

} // namespace tutti::config
