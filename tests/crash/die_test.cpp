// SPDX-License-Identifier: BSD-3-Clause
// The program of a whole run dies at every step of who takes part, in virtual
// time: what was in the journal stands, what was not runs again, and with
// `--durability off` that is all that was not written yet (§29–§31).
//
// row 1: kill -9 at any moment
// row 2: the same again while it recovers
#include "tests/crash/power_loop.hpp"
#include "tests/support/long_suite.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <thread>

using namespace tutti;
using namespace tutti::test;
using journal::durability;

namespace {

power_options options(durability how) {
  power_options result;
  result.disk.how = how;
  result.orders = {1, 6, 18};
  if (is_long())
    for (turns more = 21; more < 29; ++more)
      result.orders.push_back(more);
  result.stride = is_long() ? 1 : 3;
  result.at_once = std::max(2u, std::thread::hardware_concurrency());
  return result;
}

/// Some of its tasks are exclusive, too.
crash_plan plan_of_all() {
  auto result = small_crash_plan();
  for (auto& x : result.work.tasks)
    x.exclusive = x.name == "draft" || x.name == "api" || x.name == "ship";
  return result;
}

void expect_nothing_lost(const char* name, const loop_row& x) {
  BOOST_TEST_MESSAGE(loop_table({{name, &x}}));
  BOOST_TEST((std::getenv("TUTTI_TEST_POWER_ONLY") || x.points > 100u));
  BOOST_TEST(x.found.lost == 0u);
  BOOST_TEST(x.found.repeated == 0u);
  BOOST_TEST(x.found.diverged == 0u);
  for (const auto& text : first_of_each_kind(x.found.faults))
    BOOST_ERROR(text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(die)

BOOST_AUTO_TEST_CASE(full_and_normal_lose_and_repeat_nothing) { // row 1
  auto full = die_everywhere(plan_of_all(), options(durability::full));
  expect_nothing_lost("full", full);
  auto normal = die_everywhere(plan_of_all(), options(durability::normal));
  expect_nothing_lost("normal", normal);
}

BOOST_AUTO_TEST_CASE(off_repeats_only_what_was_not_written) { // row 1
  auto row = die_everywhere(plan_of_all(), options(durability::off));
  expect_nothing_lost("off", row);
}

BOOST_AUTO_TEST_CASE(a_recovery_may_die_everywhere) { // row 2
  for (auto how : {durability::full, durability::off})
    expect_nothing_lost(how == durability::off ? "off, twice" : "full, twice",
                        die_twice(plan_of_all(), options(how), 5));
}

BOOST_AUTO_TEST_SUITE_END()
