// SPDX-License-Identifier: BSD-3-Clause
// What a loop over all points of a run has found.
#pragma once

#include "tests/crash/judge.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

struct loop_row {
  std::uint64_t points = 0; ///< at which a run was cut off
  std::uint64_t resumes = 0;
  damages found;

  loop_row& operator+=(const loop_row& x);
};

/// Rows by name, with a line above that says what they count.
[[nodiscard]] std::string
loop_table(const std::vector<std::pair<std::string, const loop_row*>>& rows);

/// The faults of a run, and what its deaths left; in lines.
[[nodiscard]] std::string describe(const cut_off_run& x,
                                   const std::vector<damages::fault>& faults);

/// All that is known of the first of each kind, but not of too many kinds.
[[nodiscard]] std::vector<std::string>
first_of_each_kind(const std::vector<damages::fault>& faults);

} // namespace tutti::test
