// SPDX-License-Identifier: BSD-3-Clause
// What is different from another run, by name, so that the plan may have
// changed between the two.
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tutti::report {

struct run_report;

/// A task whose work took longer or shorter.
struct task_change {
  std::string name;
  std::optional<duration> before; ///< in attempts; none: it did not run there
  std::optional<duration> now;

  /// By how much it has grown; what was not there is no change of its length.
  [[nodiscard]] duration growth() const {
    return before && now ? *now - *before : duration{0};
  }
};

/// An agent waited longer or shorter for another, or for people (empty).
struct wait_change {
  std::string waiter;
  std::string on;
  duration before{0};
  duration now{0};
};

/// An agent did a task at another place in the order of what it did both times.
struct order_change {
  std::string agent;
  std::string task;
  std::uint32_t before = 1; ///< its place, from 1
  std::uint32_t now = 1;
};

struct comparison {
  std::string run_id;
  duration makespan{0};            ///< of that run
  std::vector<task_change> tasks;  ///< the most grown first, unchanged ones not
  std::vector<wait_change> waits;  ///< likewise
  std::vector<order_change> order; ///< by agent; as few as explain the order
};

[[nodiscard]] comparison compare(const run_report& now,
                                 const run_report& before);

} // namespace tutti::report
