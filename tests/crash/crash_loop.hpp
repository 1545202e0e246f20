// SPDX-License-Identifier: BSD-3-Clause
// Kills a run at each of its points, and lets it go on.
#pragma once

#include "tests/crash/crash_plan.hpp"
#include "tests/crash/loop_row.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::test {

struct loop_options {
  bool fine = false;          ///< every change of a file counts
  std::string durability;     ///< empty: the default
  std::size_t recoveries = 5; ///< points whose recovery is killed, too
  unsigned at_once = 2;       ///< runs
};

struct loop_result {
  loop_row deaths;     ///< a run is killed at each of its points
  loop_row recoveries; ///< a resumed one is killed at each of its points

  [[nodiscard]] std::string table() const;
};

/// The run of `p` is killed in the middle, and its plan is edited meanwhile:
/// the resumed one is killed at each of its points, and comes to what it comes
/// to undisturbed.
[[nodiscard]] loop_row crash_after_an_edit(const crash_plan& p,
                                           const crash_plan& edited,
                                           const loop_options& options);

/// Throws where it cannot be tried. TUTTI_TEST_CRASH_ONLY=K, or K/J for the
/// J-th point of the recovery from the K-th, tries that one alone.
[[nodiscard]] loop_result crash_everywhere(const crash_plan& p,
                                           const loop_options& options);

} // namespace tutti::test
