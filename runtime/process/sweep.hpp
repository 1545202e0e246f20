// SPDX-License-Identifier: BSD-3-Clause
// Ends what a run has left that was killed together with its supervisor.
#pragma once

#include "messages/plan.hpp"
#include "runtime/process/mark.hpp"

#include <cstddef>
#include <string>

namespace tutti::process {

/// Says in the run's io folder by what its processes are known. The supervisor
/// calls it before it starts the first of them. Returns 0 or the error number.
[[nodiscard]] int write_run_record(const std::string& io_directory,
                                   const run_mark& mark);
void remove_run_record(const std::string& io_directory);

/// What was found of a run that is dead.
struct swept {
  std::size_t ended = 0;
  std::size_t left = 0; ///< could not be ended within the bound, or not by us
};

/// Kills all processes of one run of this machine, its supervisor first, until
/// none is born any more or `bound` is over. Call it only while nobody else can
/// take the run for alive (its folder is held), and before its files go. Other
/// runs' processes are not touched, nor are the caller, its ancestors and its
/// descendants, even where the caller was started by a task of that very run.
/// A run without a record, or of an earlier boot, has no processes.
[[nodiscard]] swept sweep_run(const std::string& io_directory,
                              duration bound = std::chrono::seconds(5));

} // namespace tutti::process
