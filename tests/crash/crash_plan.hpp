// SPDX-License-Identifier: BSD-3-Clause
// Plans that are run to be killed. What they put out depends on versions alone,
// never on attempts, times or the order of what runs side by side.
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <string>

namespace tutti::test {

struct crash_plan {
  std::string text; ///< of tutti.yaml
  plan work;        ///< what it means

  [[nodiscard]] task_kind kind_of(const std::string& task) const;
  [[nodiscard]] const task* find(const std::string& name) const;
};

/// tests/data/crash/tutti.yaml: each feature once.
[[nodiscard]] crash_plan small_crash_plan();

/// The small one after somebody has edited it: a command, and a new task.
[[nodiscard]] crash_plan edited_crash_plan();

/// Some 60 tasks of several agents, with a matrix.
[[nodiscard]] crash_plan large_crash_plan();

} // namespace tutti::test
