// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/pacer.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <vector>

using tutti::stress::pacer;

namespace {

constexpr std::int64_t second = 1'000'000'000;

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_stress_pacer)

BOOST_AUTO_TEST_CASE(so_many_a_second_are_due) {
  for (double rate : {1.0, 3.0, 1'000.0, 33'333.0, 1e6, 1e8}) {
    pacer x{rate, 0, 1, 100};
    BOOST_TEST(x.due(99) == 0u);
    BOOST_TEST(x.due(100) == 1u);
    // The first of the eleventh second is due, too.
    auto ten = x.due(100 + 10 * second);
    BOOST_TEST(ten >= static_cast<std::uint64_t>(rate * 10));
    BOOST_TEST(ten <= static_cast<std::uint64_t>(rate * 10) + 1);
  }
}

BOOST_AUTO_TEST_CASE(due_and_moment_agree_everywhere) {
  std::mt19937_64 dice{3};
  for (int i = 0; i < 2'000; ++i) {
    auto rate = static_cast<double>(1 + dice() % 100'000'000);
    auto sources = static_cast<std::uint32_t>(1 + dice() % 50);
    auto source = static_cast<std::uint32_t>(dice() % sources);
    auto start = static_cast<std::int64_t>(dice() % (second * 1000));
    pacer x{rate, source, sources, start};
    auto now = start
             + static_cast<std::int64_t>(
                   dice() % static_cast<std::uint64_t>(second * 20));
    auto due = x.due(now);
    BOOST_REQUIRE(x.moment(due) > now);
    if (due > 0)
      BOOST_REQUIRE(x.moment(due - 1) <= now);
    BOOST_REQUIRE(x.due(x.moment(due)) >= due + 1);
  }
}

BOOST_AUTO_TEST_CASE(sources_take_turns_at_equal_distances) {
  constexpr std::uint32_t sources = 7;
  std::vector<std::int64_t> moments;
  for (std::uint32_t i = 0; i < sources; ++i) {
    pacer x{1'000, i, sources, 0};
    for (std::uint64_t k = 0; k < 100; ++k)
      moments.push_back(x.moment(k));
  }
  std::sort(moments.begin(), moments.end());
  for (std::size_t i = 0; i < moments.size(); ++i)
    BOOST_TEST(moments[i] == static_cast<std::int64_t>(i) * 1'000'000);
}

BOOST_AUTO_TEST_CASE(nothing_is_due_of_what_is_not_paced) {
  pacer x;
  BOOST_TEST(!x.active());
  BOOST_TEST(x.due(second) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
