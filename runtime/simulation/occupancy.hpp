// SPDX-License-Identifier: BSD-3-Clause
// What the slots of an agent do all the time.
#pragma once

#include "runtime/report/run_model.hpp"

#include <vector>

namespace tutti::simulation {

/// The three sum to slots * makespan, exactly.
struct occupancy {
  duration busy{0};    ///< slot time in attempts
  duration blocked{0}; ///< free, while there is work ahead that cannot start
  duration idle{0};    ///< free, with nothing left to do
};

/// Of each agent, over a run that has ended. A task that several agents may
/// work on blocks a slot of each of them while it waits.
[[nodiscard]] std::vector<occupancy> occupancy_of(const report::run_model& m);

/// Which attempts shared which slot: a row of the chart.
struct slot_row {
  agent_id agent;
  std::uint32_t slot = 0;             ///< from 0
  std::vector<std::uint32_t> stretch; ///< indices into the model's intervals
};

/// A row for each slot that had something to do, by agent; an agent that never
/// worked has one without anything.
[[nodiscard]] std::vector<slot_row> slot_rows(const report::run_model& m);

} // namespace tutti::simulation
