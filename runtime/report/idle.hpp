// SPDX-License-Identifier: BSD-3-Clause
// What the slots of each agent did, all the time, and whom agents waited for.
#pragma once

#include "messages/plan.hpp"
#include "runtime/report/run_model.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tutti::report {

class causes;
class slice_table;

/// What a slot does at a moment.
enum class slot_use : std::uint8_t {
  busy,     ///< an attempt holds it
  starting, ///< its next attempt is on its way: handoff, assignment, start
  blocked,  ///< its next attempt needs what somebody else works on
  gate,     ///< its next attempt waits for who approves
  held,     ///< for tokens, a limit, a retry, a batch, a service, a person
  no_work,  ///< nothing was left for it
  down,     ///< tutti was not there
};
inline constexpr std::size_t slot_use_count = 7;

/// "no-work"
[[nodiscard]] std::string_view to_string(slot_use x);

/// Of one agent, over all its slots; the uses sum to slots × makespan.
struct slot_time {
  std::uint32_t slots = 1; ///< the most that it had at once
  std::array<duration, slot_use_count> of{};

  [[nodiscard]] duration operator[](slot_use x) const {
    return of[static_cast<std::size_t>(x)];
  }
};

/// Slots of one agent had nothing to do for so long because of another.
struct agent_wait {
  agent_id waiter;
  agent_id on; ///< none: people, over gates
  duration time{0};
  /// What most of it was spent for: a task; a gate where people decide.
  node_ref most;
  duration most_time{0};
};

struct idle_times {
  std::vector<slot_time> agents; ///< by plan index
  std::vector<agent_wait> waits; ///< the longest first
};

[[nodiscard]] idle_times account(const run_model& m, const slice_table& slices,
                                 const causes& why);

} // namespace tutti::report
