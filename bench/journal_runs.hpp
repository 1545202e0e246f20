// SPDX-License-Identifier: BSD-3-Clause
// Whole runs that wait for their journal: what durability costs a task.
#pragma once

#include <cstdint>
#include <string>

namespace tutti::bench {

/// Chains of tasks side by side: so many tasks are in flight at any time.
/// Agents are quick functions, which take no time themselves.
struct durable_plan {
  std::uint32_t chains = 1;
  std::uint32_t length = 1; ///< tasks in each

  [[nodiscard]] std::uint32_t task_count() const {
    return chains * length;
  }
};

/// Tasks a second of a run with `--durability full` below `folder`, from its
/// first order to the word that its end is durable. The process must not have
/// threads yet. A run that fails ends the program with 2.
double durable_run(const std::string& folder, const durable_plan& x);

/// The same of `runs` runs at once, each a process of its own: tasks of all of
/// them, a second, from when the last one is ready to begin to when the last
/// one has ended.
double durable_runs(const std::string& folder, const durable_plan& x,
                    std::uint32_t runs);

} // namespace tutti::bench
