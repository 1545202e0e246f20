// SPDX-License-Identifier: BSD-3-Clause
// Blame in names and words, as every form of the report shows it.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/report/blame_kinds.hpp"
#include "runtime/report/idle.hpp"
#include "runtime/report/run_model.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::report {

class slice_table;
struct run_blame;

/// A hop of the actual path.
struct path_row {
  duration from{0};
  duration until{0};
  std::string_view kind; ///< "work", or as `to_string(wait_kind)`
  /// What works, or could go on once the wait was over: a task, gate or
  /// service; empty: the run's end.
  std::string of;
  std::string agent;         ///< of work
  std::string node;          ///< of work
  std::uint32_t attempt = 0; ///< of work
  std::uint32_t version = 1; ///< of work
  work_phase phase = work_phase::run;
  std::string_view why; ///< of work: as `to_string(reason)`; else empty
  std::string cause;    ///< the task, gate or service which that was
  std::string cause_agent;
  duration waited{0}; ///< of work: how long it could have started before
  std::string text;   ///< why it did not start earlier; what the wait was for

  [[nodiscard]] duration length() const {
    return until - from;
  }
};

struct ideal_row {
  std::string name;
  bool is_gate = false; ///< people decided
  work_phase phase = work_phase::run;
  duration length{0};
};

struct idle_row {
  std::string agent;
  slot_time time;
};

struct wait_row {
  std::string waiter;
  std::string on; ///< an agent; empty: people
  duration time{0};
  std::string most; ///< the task, or gate, that most of it was spent for
  duration most_time{0};
};

struct blame_rows {
  std::vector<path_row> path;
  bool is_whole = true;
  bool alarms = false; ///< time went by that nothing explains
  duration work{0};    ///< on the path
  std::array<duration, wait_kind_count> waits{};
  duration ideal{0};
  std::vector<ideal_row> ideal_path;
  std::vector<idle_row> idle;
  std::vector<wait_row> agent_waits; ///< the longest first

  [[nodiscard]] duration waited(wait_kind x) const {
    return waits[static_cast<std::size_t>(x)];
  }
  /// On the path, beyond what the ideal one has: agents worked on other things
  /// first.
  [[nodiscard]] duration contention() const;

  /// What a person wants to see of the path: not the moments between an end and
  /// a start that are a hundredth of the run or less.
  struct telling {
    std::vector<const path_row*> rows;
    std::size_t left_out = 0;
    duration left_out_time{0};
  };
  [[nodiscard]] telling told() const;
};

[[nodiscard]] blame_rows rows_of(const run_model& m, const slice_table& slices,
                                 const run_blame& blame,
                                 const idle_times& idle);

} // namespace tutti::report
