// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/agent/payload_shelf.hpp"
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
/// the table is as large as the plan has edges, and payloads beyond the shelf's
/// budget are on disk.
class handoff_table {
public:
  explicit handoff_table(payload_shelf& shelf) : shelf_(shelf) {
  }

  /// False where it has been accepted before.
  [[nodiscard]] bool accept(handoff x);

  struct entry {
    handoff what; ///< without details: those are on the shelf
    shelved details;
    /// Versions below the latest that have not arrived, as a rule none.
    std::vector<std::uint32_t> gaps;
  };

  /// Calls `visit(const entry&)` for all that a task has been given, in the
  /// plan's order of producers.
  template <class Visit>
  void for_each(task_id task, Visit visit) const {
    auto i = entries_.lower_bound({task.value, 0});
    for (; i != entries_.end() && i->first.first == task.value; ++i)
      visit(i->second);
  }

  /// Null where nothing of `from` has arrived for `to`.
  [[nodiscard]] const entry* find(task_id from, task_id to) const;

private:
  payload_shelf& shelf_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, entry> entries_;
};

} // namespace tutti
