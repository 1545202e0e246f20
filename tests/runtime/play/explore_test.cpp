// SPDX-License-Identifier: BSD-3-Clause
// The ten rules on the real actors, in random plans with random faults: which
// befall a run, and how often, each seed draws. TUTTI_TEST_SEEDS=FIRST-LAST
// plays others.
#include "runtime/play/explore.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <string>

using namespace tutti;

namespace {

struct seeds {
  std::uint64_t first = 1;
  std::uint64_t last = 1;
};

/// Those that CI plays, or those asked for.
seeds seeds_to_play() {
  const char* asked = std::getenv("TUTTI_TEST_SEEDS");
  if (asked == nullptr)
    return {1, std::getenv("TUTTI_TEST_LONG") != nullptr ? 10'000u : 300u};
  char* rest = nullptr;
  seeds result;
  result.first = result.last = std::strtoull(asked, &rest, 10);
  if (*rest == '-')
    result.last = std::strtoull(rest + 1, nullptr, 10);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_play_explore)

// rows 1, 5-11, 20-23, 25, 34
BOOST_AUTO_TEST_CASE(no_seed_breaks_a_rule) {
  auto range = seeds_to_play();
  std::string first;
  for (auto seed = range.first; seed <= range.last; ++seed) {
    auto x = play::explore(seed, {});
    if (x.passed())
      continue;
    BOOST_ERROR("seed " << seed << ": " << x.violations[0].text);
    if (first.empty())
      first = play::explored_text(x);
  }
  BOOST_TEST(first.empty(), first);
}

BOOST_AUTO_TEST_SUITE_END()
