// SPDX-License-Identifier: BSD-3-Clause
// Who worked on what, when, on which slot: the tracks that blame, the trace and
// the chart share.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/report/run_model.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace tutti::report {

/// A stretch of an attempt in which it held a slot (as `busy_interval`), or of
/// one that still does.
struct slice {
  static constexpr auto none = task_id::none;

  task_id task;
  agent_id agent;
  std::uint32_t slot = 0; ///< of the agent, from 0
  std::uint32_t attempt = 0;
  std::uint32_t version = 1;
  std::uint32_t session = 0; ///< index in the model's `sessions`
  std::uint32_t node = 0;    ///< index in the model's `nodes`
  work_phase phase = work_phase::run;
  bool goes_on = false; ///< after a wait inside
  bool is_last = true;  ///< the attempt ended with it
  bool is_running = false;
  attempt_end how = attempt_end::success; ///< of the attempt, where `is_last`
  duration wanted{0};                     ///< since when it could have started
  duration start{0};
  duration end{0};
  /// The slice that had its slot until then, where it waited for one: all slots
  /// of its agent were taken. None: it did not wait for that.
  std::uint32_t freed_by = none;
  /// Of an after-each or a requests task: what it worked off, in `items`.
  std::shared_ptr<const fact_extra> taken;

  [[nodiscard]] duration length() const {
    return end - start;
  }
};

/// All slices of a run, in the order of their starts.
class slice_table {
public:
  static constexpr auto none = slice::none;

  explicit slice_table(const run_model& m);

  [[nodiscard]] const std::vector<slice>& all() const {
    return slices_;
  }
  [[nodiscard]] const slice& operator[](std::size_t i) const {
    return slices_[i];
  }
  [[nodiscard]] std::size_t size() const {
    return slices_.size();
  }
  /// Of one task, by time.
  [[nodiscard]] const std::vector<std::uint32_t>& of_task(std::size_t i) const {
    return by_task_[i];
  }
  /// The last one of a task that had ended by then; `none`: there is none.
  [[nodiscard]] std::uint32_t ended_by(std::uint32_t task, duration at) const;
  /// The last one of a task that had begun by then, likewise.
  [[nodiscard]] std::uint32_t begun_by(std::uint32_t task, duration at) const;
  /// The tracks of an agent, one a slot: as many as it has, and more where it
  /// has had more. On a track slices follow each other and never overlap.
  [[nodiscard]] const std::vector<std::vector<std::uint32_t>>&
  tracks_of(std::size_t agent) const {
    return tracks_[agent];
  }

private:
  void collect(const run_model& m);
  void place(std::uint32_t i);

  std::vector<slice> slices_;
  std::vector<std::vector<std::uint32_t>> by_task_;
  std::vector<std::vector<std::vector<std::uint32_t>>> tracks_;
};

} // namespace tutti::report
