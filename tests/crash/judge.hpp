// SPDX-License-Identifier: BSD-3-Clause
// Whether a run that was cut off, and went on, came to what it comes to
// undisturbed, and what it cost.
#pragma once

#include "tests/crash/crash_plan.hpp"
#include "tests/crash/outcome.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::test {

struct damages {
  /// What the journal had, or what somebody has worked from, is gone.
  std::uint64_t lost = 0;
  /// Work was done again although its end was in the journal.
  std::uint64_t repeated = 0;
  /// The run came to something else.
  std::uint64_t diverged = 0;
  /// Commands that had begun, and whose end was not in the journal: they may
  /// run again (§30), and only they.
  std::uint64_t in_window = 0;
  struct fault {
    std::string what; ///< a line
    std::string text; ///< all that is known; empty: not yet
  };
  std::vector<fault> faults;

  damages& operator+=(const damages& x);
};

struct cut_off_run {
  const crash_plan& plan;
  const outcome& undisturbed;
  std::vector<evidence> deaths; ///< what each of them left, in their order
  const outcome& end;
  /// Its journal was written behind it: work need not have waited for what it
  /// works from (§30).
  bool written_behind = false;
};

[[nodiscard]] damages judge(const cut_off_run& x);

} // namespace tutti::test
