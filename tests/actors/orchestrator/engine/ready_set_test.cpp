// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/ready_set.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <set>

using tutti::engine::ready_set;

BOOST_AUTO_TEST_SUITE(engine_ready_set)

BOOST_AUTO_TEST_CASE(finds_what_a_sorted_set_finds) {
  for (std::uint32_t size : {1u, 2u, 63u, 64u, 65u, 4096u, 4097u, 300000u}) {
    ready_set x{size};
    std::set<std::uint32_t> expected;
    std::mt19937 random{size};
    for (int i = 0; i < 3000; ++i) {
      auto at = static_cast<std::uint32_t>(random() % size);
      if (random() % 3 != 0) {
        x.insert(at);
        expected.insert(at);
      } else {
        x.erase(at);
        expected.erase(at);
      }
      auto first = static_cast<std::uint32_t>(random() % size);
      auto last = first + static_cast<std::uint32_t>(random() % (size - first));
      auto next = expected.lower_bound(first);
      auto wanted =
          next == expected.end() || *next >= last ? ready_set::none : *next;
      BOOST_REQUIRE_EQUAL(x.find(first, last), wanted);
      BOOST_REQUIRE_EQUAL(x.contains(at), expected.contains(at));
    }
  }
}

BOOST_AUTO_TEST_CASE(holds_the_ends_of_its_range) {
  ready_set x{4097};
  BOOST_TEST(x.find(0, 4097) == ready_set::none);
  x.insert(4096);
  BOOST_TEST(x.find(0, 4097) == 4096u);
  BOOST_TEST(x.find(0, 4096) == ready_set::none);
  x.insert(0);
  BOOST_TEST(x.find(0, 4097) == 0u);
  BOOST_TEST(x.find(1, 4097) == 4096u);
}

BOOST_AUTO_TEST_SUITE_END()
