// SPDX-License-Identifier: BSD-3-Clause
// Takes the power from a run at each change of its disk, or ends its program at
// each step, and lets it go on.
#pragma once

#include "tests/crash/crash_plan.hpp"
#include "tests/crash/loop_row.hpp"
#include "tests/crash/lossy_folder.hpp"

#include <cstdint>
#include <vector>

namespace tutti::test {

struct power_options {
  lossy_folder_options disk;
  std::vector<turns> orders = {1}; ///< in which the run takes its turns
  std::vector<loss> losses = {loss::everything, loss::some, loss::garbage};
  std::uint64_t seeds = 1;  ///< of each kind of loss
  std::uint64_t stride = 1; ///< only every so many-th step is deadly
  unsigned at_once = 2;     ///< runs
};

/// The power is lost before, within and after each change of the disk. Throws
/// where the run does not come to its end undisturbed.
///
/// TUTTI_TEST_POWER_ONLY, as a failure names it, tries that case alone.
[[nodiscard]] loop_row lose_power_everywhere(const crash_plan& p,
                                             const power_options& options);

/// The power is lost at `count` changes, evenly spread over the run, and again
/// within each change of the recovery.
[[nodiscard]] loop_row lose_power_twice(const crash_plan& p,
                                        const power_options& options,
                                        std::uint64_t count);

/// The program dies at each step of who takes part (a message is taken, a
/// command does something, facts are written), and what it wrote is there.
[[nodiscard]] loop_row die_everywhere(const crash_plan& p,
                                      const power_options& options);

/// The program dies at `count` steps, evenly spread over the run, and again at
/// each of the recovery.
[[nodiscard]] loop_row die_twice(const crash_plan& p,
                                 const power_options& options,
                                 std::uint64_t count);

} // namespace tutti::test
