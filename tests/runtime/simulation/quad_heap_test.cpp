// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/simulation/quad_heap.hpp"

#include "tests/support/dice.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <functional>
#include <set>

using namespace tutti::test;

BOOST_AUTO_TEST_SUITE(runtime_simulation_quad_heap)

BOOST_AUTO_TEST_CASE(what_comes_first_comes_out_first) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    dice d{seed};
    tutti::simulation::quad_heap<std::uint32_t, std::less<>> heap;
    std::set<std::uint32_t> model;
    for (int i = 0; i < 500; ++i) {
      auto x = d.roll(100000);
      if (d.one_in(2) && model.insert(x).second)
        heap.push(x);
      if (d.one_in(3) && !model.empty()) {
        BOOST_REQUIRE(heap.top() == *model.begin());
        BOOST_REQUIRE(heap.pop() == *model.begin());
        model.erase(model.begin());
      }
      if (d.one_in(10)) {
        auto least = d.roll(100000);
        auto gone = model.lower_bound(least);
        auto fits = [&](std::uint32_t y) {
          return gone != model.end() && y == *gone;
        };
        BOOST_REQUIRE(heap.remove(fits) == (gone != model.end()));
        if (gone != model.end())
          model.erase(gone);
      }
      BOOST_REQUIRE(heap.size() == model.size());
    }
    for (auto x : model)
      BOOST_REQUIRE(heap.pop() == x);
    BOOST_TEST(heap.empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
