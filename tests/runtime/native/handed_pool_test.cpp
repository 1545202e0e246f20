// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/handed_pool.hpp"

#include "tests/support/dice.hpp"
#include "tests/support/seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

using namespace tutti;
using native::handed_pool;

namespace {

handoff from_to(std::uint32_t from, std::uint32_t to,
                std::uint32_t version = 1) {
  handoff x;
  x.from = task_id{from};
  x.to = task_id{to};
  x.version = version;
  return x;
}

/// By producer: the version.
std::map<std::uint32_t, std::uint32_t> all_of(handed_pool& pool,
                                              std::uint32_t to) {
  std::map<std::uint32_t, std::uint32_t> result;
  pool.for_each(task_id{to}, [&result](const handoff& x) {
    result[x.from.value] = x.version;
  });
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_handed_pool)

BOOST_AUTO_TEST_CASE(what_was_seen_is_dropped) { // rule 3
  handed_pool pool;
  BOOST_TEST(pool.add(from_to(1, 7)));
  BOOST_TEST(!pool.add(from_to(1, 7)));
  BOOST_TEST(pool.add(from_to(1, 7, 2)));
  BOOST_TEST(!pool.add(from_to(1, 7)));
  BOOST_TEST(
      (all_of(pool, 7) == std::map<std::uint32_t, std::uint32_t>{{1, 2}}));
}

BOOST_AUTO_TEST_CASE(it_holds_what_a_map_would) {
  auto seeds = test::seeds_to_play(40, 1000);
  for (auto seed = seeds.first; seed <= seeds.last; ++seed) {
    test::dice d{seed};
    handed_pool pool;
    std::map<std::uint32_t, std::map<std::uint32_t, std::uint32_t>> model;
    auto tasks = 1 + d.roll(60);
    for (int i = 0; i < 2000; ++i) {
      auto to = d.roll(tasks) * 4096;
      if (d.one_in(4)) {
        pool.drop(task_id{to});
        model.erase(to);
        continue;
      }
      auto from = d.roll(1 + seed % 3 * 30);
      auto version = 1 + d.roll(3);
      auto& known = model[to][from];
      BOOST_TEST(pool.add(from_to(from, to, version)) == (version > known));
      known = std::max(known, version);
      BOOST_TEST((all_of(pool, to) == model[to]), "seed " << seed);
    }
    for (const auto& [to, x] : model)
      BOOST_TEST((all_of(pool, to) == x), "seed " << seed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
