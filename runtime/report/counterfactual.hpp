// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"
#include "runtime/report/run_model.hpp"

#include <cstdint>
#include <optional>

namespace tutti::report {

/// What needs-later has won (semantics §2, §10): both figures come from playing
/// the engine with the durations that were measured, so that they can be
/// compared with each other; the run itself also had handoffs and processes to
/// wait for.
struct time_saved {
  duration as_planned{0}; ///< with needs-later as the plan has it
  duration with_needs{0}; ///< with each a need, integrate right behind run
  [[nodiscard]] duration saved() const {
    return with_needs - as_planned; ///< may be negative
  }
};

struct replay_options {
  std::optional<std::uint32_t> jobs; ///< as report_options
  std::uint32_t local_slots = 1;     ///< of the implicit agent
};

/// None where the plan has no needs-later, where the run did not come to its
/// end, or where as plain needs the plan would wait for itself.
///
/// A task takes as long as its attempts of one version did on average, failed
/// ones included, and ends as it did; one that never ran takes its estimate. An
/// after-each task takes its mean each time. People and services take as long
/// as they did. Requests and rework are not played again: the time that they
/// took is in the tasks.
[[nodiscard]] std::optional<time_saved>
saved_by_later(const run_model& m, const replay_options& options);

} // namespace tutti::report
