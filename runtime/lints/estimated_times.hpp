// SPDX-License-Identifier: BSD-3-Clause
// How long a plan takes at least, by its estimates, and what asks for that.
#pragma once

#include "messages/plan.hpp"
#include "runtime/report/plan_graph.hpp"

#include <cstdint>
#include <vector>

namespace tutti::lints {

/// The earliest moments of what happens in a plan if every task had an agent of
/// its own, and how much must come behind it. Tasks that are made only where
/// somebody asks for something take no time.
class estimated_times {
public:
  explicit estimated_times(const plan& p);

  /// When the task can start at the earliest.
  [[nodiscard]] duration head(task_id x) const {
    return start_[x.value];
  }
  /// What must still be done once its run and integrate phases are over.
  [[nodiscard]] duration tail(task_id x) const {
    return behind_end_[x.value];
  }
  /// All work of a task: its runs, and what it integrates.
  [[nodiscard]] duration work(task_id x) const;
  /// The longest chain.
  [[nodiscard]] duration longest() const {
    return longest_;
  }

private:
  [[nodiscard]] duration run_time(report::node_index x) const;
  [[nodiscard]] duration integrate_time(report::node_index x) const;
  void go_forward();
  void go_back();

  const plan& plan_;
  report::plan_graph graph_;
  std::vector<duration> start_;      ///< by node
  std::vector<duration> end_;        ///< by node
  std::vector<duration> behind_end_; ///< by node
  duration longest_{0};
};

/// What one agent, or one pool, cannot be done before.
struct load {
  duration work{0};
  duration bound{0}; ///< with what must come before and behind it
  std::uint32_t tasks = 0;
};

/// By agent: the work of those that are pinned to it; the implicit agent has
/// none, because its slots are those of the machine.
[[nodiscard]] std::vector<load> agent_loads(const plan& p,
                                            const estimated_times& times);

/// The largest bound of any pool, or of any group of agents of which tasks may
/// choose one.
[[nodiscard]] duration shared_bound(const plan& p,
                                    const estimated_times& times);

} // namespace tutti::lints
