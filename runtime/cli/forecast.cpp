// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/forecast.hpp"

#include "runtime/report/plan_graph.hpp"

#include <algorithm>

namespace tutti::cli {

namespace {

using report::graph_node;
using report::node_index;

/// What a moment comes from: the end of a node, or its start.
struct cause {
  node_index node = task_id::none;
  bool is_end = true;
};

/// The earliest moments of a node and what they come from.
struct moments {
  std::uint32_t wave = 0; ///< of the last task up to here
  duration start{0};
  duration finish{0};
  cause of_start; ///< what it waits for longest
  cause of_end;   ///< the same, where its own work is not what ends last
};

/// Walks the graph once, every start and end after all it waits for.
class walk {
public:
  explicit walk(const plan& p) : plan_(p), graph_(p), nodes_(graph_.size()) {
    for (auto x : graph_.events())
      if (x.is_end)
        end(x.node);
      else
        start(x.node);
  }

  [[nodiscard]] const moments& at(node_index x) const {
    return nodes_[x];
  }

  /// A task that is not started, or only where somebody asks for something.
  [[nodiscard]] bool left_out(node_index x) const {
    const auto& skipped = plan_.skipped;
    return graph_.kind(x) == graph_node::task
        && (plan_.tasks[x].kind == task_kind::requests
            || std::binary_search(skipped.begin(), skipped.end(), task_id{x}));
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
    bool is_end = true;
    while (x != task_id::none) {
      if (graph_.kind(x) == graph_node::task)
        result.push_back(task_id{x});
      const auto& me = nodes_[x];
      bool waits = is_end && me.of_end.node != task_id::none;
      auto next = waits ? me.of_end : me.of_start;
      x = next.node;
      is_end = next.is_end;
    }
    std::reverse(result.begin(), result.end());
    return result;
  }

private:
  void wait_for(moments& me, cause of) const {
    const auto& other = nodes_[of.node];
    auto until = of.is_end ? other.finish : other.start;
    me.wave = std::max(me.wave, other.wave);
    if (me.of_start.node != task_id::none && until <= me.start)
      return;
    me.start = until;
    me.of_start = of;
  }

  void start(node_index x) {
    auto& me = nodes_[x];
    for (auto before : graph_.predecessors(x))
      wait_for(me, {before, true});
    for (auto before : graph_.start_predecessors(x))
      wait_for(me, {before, false});
    if (graph_.kind(x) == graph_node::task && !left_out(x))
      ++me.wave;
  }

  void end(node_index x) {
    auto& me = nodes_[x];
    me.finish = me.start;
    if (graph_.kind(x) != graph_node::task || left_out(x))
      return;
    const auto& t = plan_.tasks[x];
    if (t.kind == task_kind::after_each)
      return end_stream(x);
    me.finish += t.estimate.mode;
    for (auto before : graph_.later_predecessors(x))
      if (nodes_[before].finish > me.finish) {
        me.finish = nodes_[before].finish;
        me.of_end = {before, true};
      }
    if (t.integrate.present)
      me.finish += t.integrate.estimate.mode;
  }

  /// It begins after the first of what it follows and ends after the last.
  void end_stream(node_index x) {
    auto& me = nodes_[x];
    auto triggers = graph_.later_predecessors(x);
    if (triggers.empty())
      return;
    auto first = nodes_[triggers[0]].finish;
    for (auto before : triggers) {
      me.wave = std::max(me.wave, nodes_[before].wave + 1);
      first = std::min(first, nodes_[before].finish);
      if (nodes_[before].finish >= me.finish) {
        me.finish = nodes_[before].finish;
        me.of_end = {before, true};
      }
    }
    me.start = std::max(me.start, first);
    me.finish += plan_.tasks[x].estimate.mode;
  }

  const plan& plan_;
  report::plan_graph graph_;
  std::vector<moments> nodes_;
};

/// All that is to be done of a task: its runs, and what it integrates.
duration work_of(const task& t) {
  auto runs = t.kind == task_kind::after_each && t.batch.max == 1
                ? t.after_each.size()
                : 1;
  auto result = t.estimate.mode * static_cast<std::int64_t>(runs);
  if (t.integrate.present)
    result += t.integrate.estimate.mode;
  return result;
}

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
    result.sequential += work_of(p.tasks[x]);
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
