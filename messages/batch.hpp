// SPDX-License-Identifier: BSD-3-Clause
// What the orchestrator and an agent of the same program tell each other,
// gathered while the other was busy: nobody waits for a batch to fill.
#pragma once

#include "messages/handoff.hpp"
#include "messages/task.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace tutti {

/// Handoffs, then work: as if each came as a message of its own.
struct agent_orders {
  std::vector<handoff> handed;
  std::vector<assign_task> tasks;

  [[nodiscard]] bool empty() const {
    return handed.empty() && tasks.empty();
  }
};

/// That an attempt began, ended, or both.
struct attempt_report {
  task_id task;
  std::uint32_t attempt = 0;
  bool began = false;
  bool ended = false;
  attempt_end end = attempt_end::success; ///< where it ended, as the next two
  std::int32_t exit_code = fact::no_exit_code;
  std::shared_ptr<const attempt_details> details; ///< null: nothing to say
};

/// What arrived for the first time, then what became of attempts, in order.
struct agent_reports {
  std::vector<handoff_accepted> accepted;
  std::vector<attempt_report> attempts;

  [[nodiscard]] bool empty() const {
    return accepted.empty() && attempts.empty();
  }
};

} // namespace tutti
