// SPDX-License-Identifier: BSD-3-Clause
// How much the tests of many random cases play.
//
//   TUTTI_TEST_LONG=1            much more: script/test --long
//   TUTTI_TEST_BRIEF=1           a quarter: under sanitizers, where the cases
//                                that are played are among those played without
//   TUTTI_TEST_SEEDS=FIRST-LAST  these seeds, or SEED alone: to see one again
#pragma once

#include <cstdint>

namespace tutti::test {

[[nodiscard]] bool is_long();
[[nodiscard]] bool is_brief(); ///< never in the long suite

/// So many cases as a rule, and in the long suite; at least one.
[[nodiscard]] std::uint64_t case_count(std::uint64_t usual, std::uint64_t many);
[[nodiscard]] std::uint64_t case_count(std::uint64_t usual);

struct seeds {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

/// Those asked for, or from 1 on as many as `case_count` says.
[[nodiscard]] seeds seeds_to_play(std::uint64_t usual, std::uint64_t many);

} // namespace tutti::test
