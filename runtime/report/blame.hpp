// SPDX-License-Identifier: BSD-3-Clause
// Where the time of a run went: the path that really led to its end, hop by
// hop, beside the shortest that the same work allowed; docs/report.md says what
// each figure means.
#pragma once

#include "messages/plan.hpp"
#include "runtime/report/causes.hpp"
#include "runtime/report/run_model.hpp"
#include "runtime/report/slices.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace tutti::report {

/// A part of the actual path: work, or time that nobody on it worked in.
struct hop {
  duration from{0};
  duration until{0};
  bool works = false;
  wait_kind wait = wait_kind::orchestrator; ///< where it does not
  /// What worked, or what happened once the wait was over.
  happening what;
  // Of work: why it did not start earlier.
  reason why = reason::run_start;
  happening cause;
  std::uint32_t number = 0; ///< of the request, where that let it
  std::uint32_t pool = 0;   ///< where it was that
  duration wanted{0};       ///< since when it could have started

  [[nodiscard]] duration length() const {
    return until - from;
  }
};

/// A part of the ideal path, by measured time and as if there were agents for
/// everything.
struct ideal_hop {
  node_ref of; ///< a task, or a gate over which people decided
  work_phase phase = work_phase::run;
  duration length{0};
};

struct task_blame {
  duration queue{0}; ///< it could have started, and had not
  /// By how much it could have taken longer on the ideal path's terms.
  std::optional<duration> slack;
  duration on_path{0}; ///< of its work: on the actual path
};

struct run_blame {
  std::vector<hop> path; ///< from 0 to the makespan, without gap or overlap
  duration work{0};      ///< on the path
  std::array<duration, wait_kind_count> waits{}; ///< on the path
  std::vector<ideal_hop> ideal_path;
  duration ideal{0};
  std::vector<task_blame> tasks; ///< by plan index
  bool is_whole = true; ///< false: the path could not be followed to its start

  [[nodiscard]] duration waited(wait_kind x) const {
    return waits[static_cast<std::size_t>(x)];
  }
  /// What no agent, handoff, person or rule explains.
  [[nodiscard]] bool alarms() const;
};

[[nodiscard]] run_blame
make_blame(const run_model& m, const slice_table& slices, const causes& why);

} // namespace tutti::report
