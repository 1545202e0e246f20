// SPDX-License-Identifier: BSD-3-Clause
// The power of a whole run is lost at every change of its disk, and nothing is
// lost, done again or otherwise (§29–§31). To kill a program cannot show this:
// what it wrote, synced or not, outlives it.
//
// row 3: power loss
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

bool all_cases() {
  return std::getenv("TUTTI_TEST_POWER_ONLY") == nullptr;
}

power_options options(durability how, bool powersafe) {
  power_options result;
  result.disk.how = how;
  result.disk.disk.powersafe_overwrite = powersafe;
  // Most writes of the first are of a step, those of the others of several.
  result.orders = {1, 6, 18};
  if (is_long())
    for (turns more = 21; more < 29; ++more)
      result.orders.push_back(more);
  result.seeds = is_long() ? 5 : 1;
  result.at_once = std::max(2u, std::thread::hardware_concurrency());
  return result;
}

/// The disk of the first harms only what it writes, that of the second all of
/// the sector.
struct on_both_disks {
  loop_row first;
  loop_row second;

  [[nodiscard]] std::string table(const std::string& name) const {
    return loop_table({{name, &first}, {name + ", harming sectors", &second}});
  }
};

template <class Loop>
on_both_disks on_both(durability how, Loop lose_power) {
  auto small = small_crash_plan();
  return {lose_power(small, options(how, true)),
          lose_power(small, options(how, false))};
}

/// What is to be seen of the other durabilities is seen in one order of turns.
loop_row in_one_order(const crash_plan& p, power_options how) {
  if (!is_long())
    how.orders.resize(1);
  return lose_power_everywhere(p, how);
}

boost::test_tools::assertion_result
in_long_suite(boost::unit_test::test_unit_id) {
  return is_long();
}

void expect_nothing_lost(const loop_row& x) {
  BOOST_TEST((!all_cases() || x.points > 100u));
  BOOST_TEST(x.found.lost == 0u);
  BOOST_TEST(x.found.repeated == 0u);
  BOOST_TEST(x.found.diverged == 0u);
  for (const auto& text : first_of_each_kind(x.found.faults))
    BOOST_ERROR(text);
}

void expect_loss_and_no_other_end(const loop_row& x) {
  BOOST_TEST((!all_cases() || x.found.lost > 0));
  BOOST_TEST(x.found.diverged == 0u);
}

} // namespace

BOOST_AUTO_TEST_SUITE(power)

BOOST_AUTO_TEST_CASE(full_loses_and_repeats_nothing) { // row 3
  auto found = on_both(durability::full, lose_power_everywhere);
  BOOST_TEST_MESSAGE(found.table("full"));
  expect_nothing_lost(found.first);
  expect_nothing_lost(found.second);
}

BOOST_AUTO_TEST_CASE(full_loses_and_repeats_nothing_of_a_large_run,
                     *boost::unit_test::precondition(in_long_suite)) { // row 3
  auto how = options(durability::full, true);
  how.orders.resize(1);
  how.seeds = 1;
  auto found = lose_power_everywhere(large_crash_plan(), how);
  BOOST_TEST_MESSAGE(loop_table({{"full, a large plan", &found}}));
  expect_nothing_lost(found);
}

BOOST_AUTO_TEST_CASE(a_recovery_may_lose_its_power_everywhere) { // row 2
  auto found = on_both(durability::full, [](const auto& plan, const auto& how) {
    return lose_power_twice(plan, how, 5);
  });
  BOOST_TEST_MESSAGE(found.table("full, twice"));
  expect_nothing_lost(found.first);
  expect_nothing_lost(found.second);
}

/// What is missing runs again, and comes to the same.
BOOST_AUTO_TEST_CASE(normal_loses_the_last_moments_and_comes_to_the_same) {
  auto found = on_both(durability::normal, in_one_order);
  BOOST_TEST_MESSAGE(found.table("normal"));
  expect_loss_and_no_other_end(found.first);
  expect_loss_and_no_other_end(found.second);
}

/// A journal that is damaged is refused, and counts as lost; one that is whole
/// is a beginning of what happened, and can be gone on with.
BOOST_AUTO_TEST_CASE(off_may_lose_all_and_never_comes_to_something_else) {
  auto found = on_both(durability::off, lose_power_everywhere);
  BOOST_TEST_MESSAGE(found.table("off"));
  expect_loss_and_no_other_end(found.first);
  expect_loss_and_no_other_end(found.second);
}

/// The loop finds what it is there to find: facts that are said to be durable
/// before they are (§30).
BOOST_AUTO_TEST_CASE(what_is_said_too_early_is_found) {
  auto how = options(durability::full, true);
  how.disk.says_so_too_early = true;
  how.orders.resize(1);
  how.losses = {loss::everything};
  how.seeds = 1;
  auto found = lose_power_everywhere(small_crash_plan(), how);
  BOOST_TEST_MESSAGE(loop_table({{"full, said too early", &found}}));
  BOOST_TEST((!all_cases() || found.found.lost > 0));
}

BOOST_AUTO_TEST_SUITE_END()
