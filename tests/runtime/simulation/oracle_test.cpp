// SPDX-License-Identifier: BSD-3-Clause
// What holds of every play, whatever the plan.
#include "runtime/simulation/occupancy.hpp"
#include "runtime/simulation/study.hpp"
#include "tests/runtime/simulation/setups.hpp"
#include "tests/support/engine_world.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace tutti;
using namespace tutti::test;

namespace {

constexpr std::uint64_t seeds = 400;

/// Everything that a fact says, to compare it with another.
std::string text_of(const std::vector<fact>& facts) {
  std::string result;
  for (const auto& f : facts) {
    for (auto x :
         {std::int64_t{static_cast<int>(f.kind)}, std::int64_t{f.subject},
          std::int64_t{f.attempt}, std::int64_t{f.agent},
          std::int64_t{f.version}, std::int64_t{f.cause},
          std::int64_t{f.exit_code}, std::int64_t{static_cast<int>(f.state)},
          std::int64_t{static_cast<int>(f.end)}, f.at.count()})
      result += std::to_string(x) + ' ';
    result += '\n';
  }
  return result;
}

/// The facts of a play and the state that it ends in.
struct played {
  std::vector<fact> facts;
  std::string state;
};

played listen(const simulation::setup& x) {
  played result;
  simulation::simulator s{engine::compile(x.plan, x.options), x.script};
  static_cast<void>(s.play([&](const fact& f) {
    result.facts.push_back(f);
  }));
  result.state = fingerprint(s.played());
  return result;
}

/// Tasks of one group of interchangeable slots, with nothing but plain needs.
plan interchangeable(dice& d, std::uint32_t slots) {
  plan_builder b;
  auto ann = b.agent("ann", slots);
  auto n = 1 + d.roll(30);
  for (std::uint32_t i = 0; i < n; ++i) {
    std::vector<std::uint32_t> needs;
    for (auto k = d.roll(4); k > 0 && i > 0; --k)
      needs.push_back(d.roll(i));
    timed(b, "t" + std::to_string(i), ann, std::chrono::minutes(1 + d.roll(60)),
          std::move(needs));
  }
  return b.get();
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_simulation_oracle)

BOOST_AUTO_TEST_CASE(no_play_is_shorter_than_any_lower_bound) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    dice d{seed};
    auto x = simulation::play_whole(random_setup(d));
    BOOST_TEST_CONTEXT("seed " << seed)
    for (const auto& b : x->report.bounds.of)
      BOOST_TEST((b.value <= x->how.end), b.value.count());
  }
}

BOOST_AUTO_TEST_CASE(busy_blocked_and_idle_sum_to_slots_times_makespan) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    dice d{seed};
    auto x = simulation::play_whole(random_setup(d));
    auto all = simulation::occupancy_of(x->model);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& a = all[i];
      auto whole = x->model.now() * x->model.agent(i).slots;
      BOOST_TEST_CONTEXT("seed " << seed << " agent " << i) {
        BOOST_TEST((a.busy + a.blocked + a.idle).count() == whole.count());
        BOOST_TEST(a.busy.count() == x->report.agents[i].busy.count());
        BOOST_TEST((a.blocked >= duration{0} && a.idle >= duration{0}));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_greedy_schedule_keeps_to_grahams_bound) {
  // Idle slots there are only while a member of the chain runs.
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    dice d{seed};
    auto m = 1 + d.roll(5);
    auto s = setup_of(interchangeable(d, m));
    s.options.plan_order = d.one_in(2);
    auto x = simulation::play_whole(std::move(s));
    auto chain = x->report.bounds[report::bound_kind::chain].value.count();
    auto work = x->report.sequential.count();
    BOOST_TEST_CONTEXT("seed " << seed << " slots " << m)
    BOOST_TEST(m * x->how.end.count() <= chain * (m - 1) + work);
  }
}

BOOST_AUTO_TEST_CASE(the_same_seed_gives_the_same_facts) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    dice d{seed};
    auto x = random_setup(d);
    for (auto& t : x.script.work)
      t.run.max = t.run.mode * 3;
    x.script.seed = seed;
    BOOST_TEST_CONTEXT("seed " << seed)
    BOOST_TEST(text_of(listen(x).facts) == text_of(listen(x).facts));
  }
}

BOOST_AUTO_TEST_CASE(folding_the_facts_gives_the_state_of_the_play) {
  // §29
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    dice d{seed};
    auto x = random_setup(d);
    auto live = listen(x);
    engine::engine other{engine::compile(x.plan, x.options)};
    for (const auto& f : live.facts) {
      BOOST_REQUIRE_MESSAGE(other.follows(f), "seed " << seed);
      other.fold(f);
    }
    BOOST_TEST_CONTEXT("seed " << seed)
    BOOST_TEST(fingerprint(other) == live.state);
  }
}

BOOST_AUTO_TEST_CASE(who_listens_to_the_facts_changes_nothing) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    dice d{seed};
    auto x = random_setup(d);
    auto whole = simulation::play_whole(x);
    auto bare = simulation::play(x);
    BOOST_TEST_CONTEXT("seed " << seed) {
      BOOST_TEST(whole->how.end.count() == bare.end.count());
      BOOST_TEST(whole->how.complete == bare.complete);
      BOOST_TEST(whole->model.now().count() == bare.end.count());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
