// SPDX-License-Identifier: BSD-3-Clause
// The program is killed at every point, and nothing is lost, done again or
// otherwise: what was in the journal stands, what was not runs again (§29–§31).
//
// row 1: kill -9 at every journal write and every send
// row 2: the same again while it recovers
#include "tests/crash/crash_loop.hpp"
#include "tests/crash/crash_plan.hpp"
#include "tests/support/long_suite.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <thread>

using namespace tutti::test;

namespace {

unsigned at_once() {
  return std::max(2u, std::thread::hardware_concurrency());
}

boost::test_tools::assertion_result
in_long_suite(boost::unit_test::test_unit_id) {
  return is_long();
}

void check(const loop_row& row) {
  bool all = std::getenv("TUTTI_TEST_CRASH_ONLY") == nullptr;
  BOOST_TEST((!all || row.points > 0));
  BOOST_TEST(row.found.lost == 0u);
  BOOST_TEST(row.found.repeated == 0u);
  BOOST_TEST(row.found.diverged == 0u);
  for (const auto& text : first_of_each_kind(row.found.faults))
    BOOST_ERROR(text);
}

void check(const char* name, const loop_result& x) {
  BOOST_TEST_MESSAGE(name << "\n" << x.table());
  check(x.deaths);
  check(x.recoveries);
}

} // namespace

BOOST_AUTO_TEST_SUITE(crash)

BOOST_AUTO_TEST_CASE(at_every_point_of_a_run_with_each_feature) {
  loop_options options;
  options.at_once = at_once();
  check("each feature once", crash_everywhere(small_crash_plan(), options));
}

/// Its journal is written behind the run: what it does not have runs again.
BOOST_AUTO_TEST_CASE(at_every_point_of_a_run_that_does_not_wait) {
  loop_options options;
  options.at_once = at_once();
  options.durability = "off";
  check("each feature once, off",
        crash_everywhere(small_crash_plan(), options));
}

BOOST_AUTO_TEST_CASE(at_every_point_of_a_run_that_does_not_sync,
                     *boost::unit_test::precondition(in_long_suite)) {
  loop_options options;
  options.at_once = at_once();
  options.durability = "normal";
  check("each feature once, normal",
        crash_everywhere(small_crash_plan(), options));
}

BOOST_AUTO_TEST_CASE(at_every_point_after_the_plan_was_edited) { // row 17
  loop_options options;
  options.at_once = at_once();
  options.recoveries = is_long() ? 9 : 3;
  auto row =
      crash_after_an_edit(small_crash_plan(), edited_crash_plan(), options);
  BOOST_TEST_MESSAGE("edited meanwhile\n"
                     << loop_table({{"killed in recovery", &row}}));
  check(row);
}

BOOST_AUTO_TEST_CASE(at_every_change_of_a_file,
                     *boost::unit_test::precondition(in_long_suite)) {
  loop_options options;
  options.at_once = at_once();
  options.fine = true;
  check("each feature once, every change of a file",
        crash_everywhere(small_crash_plan(), options));
  options.durability = "off";
  check("each feature once, off, every change of a file",
        crash_everywhere(small_crash_plan(), options));
}

BOOST_AUTO_TEST_CASE(at_every_point_of_a_large_run,
                     *boost::unit_test::precondition(in_long_suite)) {
  loop_options options;
  options.at_once = at_once();
  check("a large plan", crash_everywhere(large_crash_plan(), options));
}

BOOST_AUTO_TEST_SUITE_END()
