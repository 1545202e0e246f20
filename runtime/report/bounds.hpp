// SPDX-License-Identifier: BSD-3-Clause
// Lower bounds on the makespan from measured durations: how fast the same work
// could have been done by the same team, whatever the schedule.
#pragma once

#include "messages/plan.hpp"
#include "runtime/report/run_model.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tutti::report {

/// What can hold a run back, in the order in which ties are decided.
enum class bound_kind : std::uint8_t { chain, agent, pool, area, human };

[[nodiscard]] std::string_view to_string(bound_kind x);

/// The largest bound of one kind.
struct bound {
  duration value{0};
  duration work{0};           ///< of the agent, pool, group, or people
  duration before{0};         ///< of others, before the first of it can start
  duration after{0};          ///< of others, after the last of it has ended
  std::uint32_t index = 0;    ///< of the agent, pool, or gate
  std::uint32_t capacity = 1; ///< slots, tokens
};

struct lower_bounds {
  std::array<bound, 5> of{};  ///< by bound_kind
  std::vector<task_id> chain; ///< the tasks of the longest chain, in order
  bound_kind tight = bound_kind::chain;
  duration value{0}; ///< the largest of all

  [[nodiscard]] const bound& operator[](bound_kind x) const {
    return of[static_cast<std::size_t>(x)];
  }
};

/// Bounds of a run as far as the model has seen it; `jobs`: the most attempts
/// at once over all agents, where limited. The result never exceeds the moment
/// of the model's latest fact. Bounds within 1 % of each other tie, and the
/// first of chain, agent, pool, area, human is named.
[[nodiscard]] lower_bounds
compute_bounds(const run_model& m,
               std::optional<std::uint32_t> jobs = std::nullopt);

} // namespace tutti::report
