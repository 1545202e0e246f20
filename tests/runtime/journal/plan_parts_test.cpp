// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/journal/plan_parts.hpp"

#include "tests/support/node_facts.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <tuple>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

auto digests_of(const plan& p) {
  std::vector<std::tuple<std::uint32_t, std::string, std::uint64_t>> result;
  for (const auto& x : journal::parts_of(p))
    result.emplace_back(x.index, x.aspect, x.digest);
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_journal_plan_parts)

// §31, §32: on another machine the same comes out.
BOOST_AUTO_TEST_CASE(where_work_is_done_does_not_count) {
  spread_team before;
  auto after = before.value;
  after.agents[before.quinn].runs_on = {"arm", "big"};
  after.tasks[before.deploy].exclusive = false;
  after.nodes = {{"arm"}, 5min, 1s, 4s, 1h};
  BOOST_TEST((digests_of(after) == digests_of(before.value)));
  // The test sees what does count.
  after.tasks[before.train].run = {command_kind::shell, "./other.sh", {}};
  BOOST_TEST((digests_of(after) != digests_of(before.value)));
}

BOOST_AUTO_TEST_SUITE_END()
