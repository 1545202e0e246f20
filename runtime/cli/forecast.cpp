// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/forecast.hpp"

#include "runtime/report/plan_graph.hpp"

#include <algorithm>

namespace tutti::cli {

namespace {

using report::graph_node;
using report::node_index;

/// The earliest moments of a node and what they come from.
struct moments {
  std::uint32_t wave = 0; ///< of the last task up to here
  duration start{0};
  duration finish{0};
  node_index cause = task_id::none; ///< what it waits for longest
};

/// Walks the graph once, every node after all it waits for.
class walk {
public:
  explicit walk(const plan& p) : plan_(p), graph_(p), nodes_(graph_.size()) {
    for (auto x : graph_.order())
      visit(x);
  }

  [[nodiscard]] const moments& at(node_index x) const {
    return nodes_[x];
  }

  [[nodiscard]] bool left_out(node_index x) const {
    const auto& skipped = plan_.skipped;
    return graph_.kind(x) == graph_node::task
        && std::binary_search(skipped.begin(), skipped.end(), task_id{x});
  }

  [[nodiscard]] std::vector<gate_id> gates_before(node_index x) const {
    std::vector<gate_id> result;
    for (auto before : graph_.predecessors(x))
      if (graph_.kind(before) == graph_node::gate)
        result.push_back(gate_id{graph_.plan_index(before)});
      else if (graph_.kind(before) == graph_node::barrier)
        for (auto gate : graph_.predecessors(before))
          result.push_back(gate_id{graph_.plan_index(gate)});
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

  /// The tasks on the way to a node, first task first.
  [[nodiscard]] std::vector<task_id> chain_to(node_index x) const {
    std::vector<task_id> result;
    for (; x != task_id::none; x = nodes_[x].cause)
      if (graph_.kind(x) == graph_node::task)
        result.push_back(task_id{x});
    std::reverse(result.begin(), result.end());
    return result;
  }

private:
  void wait_for(moments& me, node_index other, duration until) const {
    me.wave = std::max(me.wave, nodes_[other].wave);
    if (me.cause != task_id::none && until <= me.start)
      return;
    me.start = until;
    me.cause = other;
  }

  void visit(node_index x) {
    moments me;
    for (auto before : graph_.predecessors(x))
      wait_for(me, before, nodes_[before].finish);
    for (auto before : graph_.start_predecessors(x))
      wait_for(me, before, nodes_[before].start);
    me.finish = me.start;
    if (graph_.kind(x) == graph_node::task && !left_out(x)) {
      ++me.wave;
      me.finish += plan_.tasks[x].estimate.mode;
    }
    nodes_[x] = me;
  }

  const plan& plan_;
  report::plan_graph graph_;
  std::vector<moments> nodes_;
};

} // namespace

forecast make_forecast(const plan& p) {
  walk w{p};
  forecast result;
  node_index last = task_id::none;
  for (node_index x = 0; x < p.tasks.size(); ++x) {
    if (w.left_out(x))
      continue;
    const auto& at = w.at(x);
    result.tasks.push_back(
        {task_id{x}, at.wave, at.start, at.finish, w.gates_before(x)});
    result.sequential += p.tasks[x].estimate.mode;
    result.guessed += p.tasks[x].has_estimate ? 0 : 1;
    if (last == task_id::none || at.finish > w.at(last).finish)
      last = x;
  }
  if (last != task_id::none) {
    result.chain = w.chain_to(last);
    result.chain_length = w.at(last).finish;
  }
  std::stable_sort(result.tasks.begin(), result.tasks.end(),
                   [](const auto& a, const auto& b) {
                     return a.wave < b.wave;
                   });
  return result;
}

} // namespace tutti::cli
