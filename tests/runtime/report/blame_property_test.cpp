// SPDX-License-Identifier: BSD-3-Clause
// Random runs of random teams, those that were resumed too: no nanosecond of
// the path or of a slot is told twice or not at all.
#include "runtime/report/blame.hpp"
#include "runtime/report/idle.hpp"
#include "runtime/report/report.hpp"
#include "tests/support/long_suite.hpp"
#include "tests/support/random_play.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace tutti;
using namespace tutti::test;
using report::happening;
using report::run_model;

namespace {

const std::uint64_t seeds_max = is_long() ? 20000 : 400;

std::vector<std::uint32_t> slots_of(const plan& p) {
  std::vector<std::uint32_t> result;
  for (const auto& x : p.agents)
    result.push_back(std::max(x.slots, 1u));
  return result;
}

/// The model of a random run as far as its n-th fact, of all where n is 0.
template <class Check>
void with_random_runs(Check check) {
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    random_play play{seed, 12, seed % 2 == 0};
    play.play();
    auto slots = slots_of(play.played());
    for (auto share : {1, 2, 3}) {
      run_model m(play.played(), slots);
      for (std::size_t i = 0; i < play.facts().size() * share / 3; ++i)
        m.apply(play.facts()[i]);
      BOOST_TEST_CONTEXT("seed " << seed << ", part " << share) {
        check(m);
      }
    }
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_report_blame_property)

BOOST_AUTO_TEST_CASE(the_hops_of_the_path_cover_the_run_once) {
  with_random_runs([](const run_model& m) {
    report::slice_table slices{m};
    report::causes why{m, slices, std::nullopt};
    auto x = make_blame(m, slices, why);
    BOOST_TEST(x.is_whole);
    duration reached{0};
    duration sum = x.work;
    for (auto w : x.waits)
      sum += w;
    for (const auto& hop : x.path) {
      BOOST_REQUIRE(hop.from == reached);
      BOOST_REQUIRE(hop.until > hop.from);
      reached = hop.until;
      if (!hop.works)
        continue;
      const auto& s = slices[hop.what.index];
      BOOST_CHECK(s.start == hop.from);
      BOOST_CHECK(hop.until <= s.end);
      BOOST_CHECK(hop.cause.at <= s.start); // nothing is due to what came later
      BOOST_CHECK(hop.wanted <= s.start);
    }
    BOOST_REQUIRE(reached == m.now());
    BOOST_CHECK(sum == m.now());
    BOOST_CHECK(x.waited(report::wait_kind::down) <= m.down());
    BOOST_CHECK(x.ideal <= m.now());
  });
}

BOOST_AUTO_TEST_CASE(every_slot_does_one_thing_at_a_time) {
  with_random_runs([](const run_model& m) {
    report::slice_table slices{m};
    report::causes why{m, slices, std::nullopt};
    auto x = account(m, slices, why);
    std::map<std::uint32_t, duration> blocked;
    for (const auto& w : x.waits)
      if (w.on.valid())
        blocked[w.waiter.value] += w.time;
    for (std::uint32_t i = 0; i < x.agents.size(); ++i) {
      const auto& a = x.agents[i];
      BOOST_CHECK_EQUAL(a.slots, m.agent(i).slots);
      duration sum{0};
      for (auto y : a.of) {
        BOOST_CHECK(y >= duration{0});
        sum += y;
      }
      BOOST_CHECK(sum == m.now() * a.slots);
      BOOST_CHECK(a[report::slot_use::busy] == m.agent_busy(i, m.now()));
      BOOST_CHECK(a[report::slot_use::down] == m.down() * a.slots);
      BOOST_CHECK(blocked[i] <= a[report::slot_use::blocked]);
    }
  });
}

BOOST_AUTO_TEST_CASE(on_a_track_slices_follow_each_other) {
  with_random_runs([](const run_model& m) {
    report::slice_table slices{m};
    std::size_t placed = 0;
    for (std::size_t i = 0; i < m.plan().agents.size(); ++i)
      for (const auto& track : slices.tracks_of(i)) {
        duration reached{0};
        for (auto k : track) {
          BOOST_CHECK(slices[k].start >= reached);
          reached = slices[k].end;
        }
        placed += track.size();
      }
    BOOST_CHECK_EQUAL(placed, slices.size());
  });
}

BOOST_AUTO_TEST_SUITE_END()
