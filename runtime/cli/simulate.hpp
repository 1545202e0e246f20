// SPDX-License-Identifier: BSD-3-Clause
// What `tutti simulate` has found out, for people and for programs.
#pragma once

#include "messages/plan.hpp"
#include "runtime/display/terminal.hpp"
#include "runtime/simulation/estimates.hpp"
#include "runtime/simulation/study.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tutti::cli {

/// A task that is left out because nothing says what its `if` asks for.
struct unknown_condition {
  task_id task;
  std::vector<std::string> asks; ///< "prd.stripe"; outputs that nobody gave
};

struct simulated {
  /// With all changes that were asked for.
  std::unique_ptr<simulation::whole_play> play;
  std::vector<simulation::change> changes;
  /// The plan as it is, each change, all of them; empty: no change was asked.
  std::vector<simulation::trial> trials;
  /// Of what `play` shows; none: one play only.
  std::optional<simulation::spread> many;
  std::size_t times = 0;             ///< plays with drawn times
  std::optional<std::uint64_t> seed; ///< of what is drawn; none: nothing is
  std::optional<simulation::advice> advice;
  simulation::estimated_script times_from;
  std::uint32_t history_runs = 0; ///< earlier runs whose times were looked at
  std::vector<unknown_condition> left_out;
  std::vector<std::string> warnings;
};

struct simulate_view {
  display::traits can;
  std::size_t columns = 80;
  bool plain = false; ///< a line for each attempt instead of the chart
};

/// Lines that end with a newline and fit into the columns, 40 at least.
[[nodiscard]] std::string simulation_text(const simulated& x,
                                          const simulate_view& view);

/// A row for each slot, and one for the people who are waited for.
[[nodiscard]] std::string simulation_chart(const simulated& x,
                                           const simulate_view& view);

/// A line for each attempt: from, until, agent, task.
[[nodiscard]] std::string simulation_lines(const simulated& x);

/// The document of config/schema/simulate.schema.json.
[[nodiscard]] std::string simulation_json(const simulated& x);

/// The longest chain of work and people's decisions, first stretch first.
struct chain_link {
  std::string name; ///< of a task, or of the gate that people decide on
  std::string agent;
  bool people = false;
  work_phase phase = work_phase::run;
  duration start{0};
  duration end{0};
};
[[nodiscard]] std::vector<chain_link> longest_chain(const simulated& x);

} // namespace tutti::cli
