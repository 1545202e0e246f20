// SPDX-License-Identifier: BSD-3-Clause
// Which run `tutti run` goes on with.
#pragma once

#include "messages/error.hpp"
#include "runtime/cli/options.hpp"

#include <string>

namespace tutti::cli {

/// Of the plan's file.
[[nodiscard]] std::string absolute_plan(const run_options& x);

/// The folder of the runs of a plan.
[[nodiscard]] std::string state_of(const run_options& x);

/// Finds the run that is to go on and fills in what it was started with (plan,
/// parameters, choice of tasks) and where it lies; the result is its id, empty:
/// a new run. Refused is what would repeat a run that was moved or copied.
/// Where nobody said so and the last run of the plan is not finished, asks, if
/// there is a terminal to ask at, or says how to go on.
[[nodiscard]] expected<std::string> choose_run(run_options& x);

} // namespace tutti::cli
