// SPDX-License-Identifier: BSD-3-Clause
// What a run would do, from the plan alone: waves, and the longest chain by
// estimates. Agents' slots and pools are not simulated.
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::cli {

struct forecast_task {
  task_id task;
  /// From 1: one more than the last wave that it waits for.
  std::uint32_t wave = 1;
  duration start{0};          ///< at the earliest, by estimates
  duration finish{0};         ///< likewise
  std::vector<gate_id> gates; ///< that must open first
};

struct forecast {
  /// All tasks but those left out, by wave, then in plan order.
  std::vector<forecast_task> tasks;
  std::vector<task_id> chain; ///< the longest, first task first
  duration chain_length{0};
  duration sequential{0};    ///< all work, one task after the other
  std::uint32_t guessed = 0; ///< tasks without an estimate
};

[[nodiscard]] forecast make_forecast(const plan& p);

/// For people.
[[nodiscard]] std::string forecast_text(const plan& p, const forecast& x);

/// For programs; docs/commands.md says what is in it.
[[nodiscard]] std::string forecast_json(const plan& p, const forecast& x);

} // namespace tutti::cli
