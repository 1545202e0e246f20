// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/handoff.hpp"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace tutti {

/// The handoffs an agent has been given, by the task that needs them. Each is
/// accepted exactly once, through duplicates and resends (rule 3); of each
/// producer the latest version is kept. It is kept to the end of the run: a
/// retry, the integrate phase and every later version build on it again. So
/// the table is as large as the plan has edges; large payloads are on disk.
class handoff_table {
public:
  /// False where it has been accepted before.
  [[nodiscard]] bool accept(const handoff& x);

  /// Calls `visit(handoff)` for all that a task has been given, in the plan's
  /// order of producers.
  template <class Visit>
  void for_each(task_id task, Visit visit) const {
    auto i = entries_.lower_bound({task.value, 0});
    for (; i != entries_.end() && i->first.first == task.value; ++i)
      visit(made(*i));
  }

  [[nodiscard]] bool has(task_id from, task_id to) const {
    return entries_.contains({to.value, from.value});
  }
  /// The latest of `from` for `to`, which must be there.
  [[nodiscard]] handoff get(task_id from, task_id to) const {
    return made(*entries_.find({to.value, from.value}));
  }

private:
  using key = std::pair<std::uint32_t, std::uint32_t>; ///< to, from
  struct entry {
    std::shared_ptr<const attempt_details> details;
    /// Versions below the latest that have not arrived, as a rule none.
    std::vector<std::uint32_t> gaps;
    std::uint32_t version = 0;
    task_state status = task_state::succeeded;
  };

  [[nodiscard]] static handoff made(const std::pair<const key, entry>& x) {
    return {task_id{x.first.second}, task_id{x.first.first}, x.second.version,
            x.second.status, x.second.details};
  }

  std::map<key, entry> entries_;
};

} // namespace tutti
