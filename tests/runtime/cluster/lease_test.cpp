// SPDX-License-Identifier: BSD-3-Clause
// §32, §33: whom a node follows, and who counts as alive.
#include "runtime/cluster/lease.hpp"

#include "runtime/cluster/epoch.hpp"
#include "tests/support/dice.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace tutti;
using namespace tutti::cluster;
using namespace std::chrono_literals;

namespace {

const lease_times usual{2s, 6s, 60s, 10s};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cluster_lease)

// §32, all cases of small counters: rows 12 and 13.
BOOST_AUTO_TEST_CASE(a_node_follows_the_first_higher_counter_and_no_other) {
  for (std::uint64_t known = 1; known <= 3; ++known)
    for (std::uint64_t its = 1; its <= 2; ++its)
      for (std::uint64_t offered = 1; offered <= 3; ++offered)
        for (std::uint64_t theirs = 1; theirs <= 2; ++theirs)
          for (bool alive : {false, true}) {
            auto got = choose(epoch{known, its}, alive, {offered, theirs});
            auto want = offered == known && its == theirs ? allegiance::follow
                      : offered <= known                  ? allegiance::never
                      : alive                             ? allegiance::not_yet
                                                          : allegiance::follow;
            BOOST_TEST((got == want), known << "/" << its << ", offered "
                                            << offered << "/" << theirs
                                            << (alive ? ", alive" : ""));
          }
  for (bool alive : {false, true})
    BOOST_TEST((choose(std::nullopt, alive, {1, 1}) == allegiance::follow));
}

BOOST_AUTO_TEST_CASE(a_node_is_silent_then_lost_then_gone) {
  node_lease x{usual, 0s};
  BOOST_TEST((x.at(5s) == lease_state::alive));
  BOOST_TEST((x.at(6s) == lease_state::silent));
  BOOST_TEST((x.at(15s) == lease_state::silent));
  BOOST_TEST((x.at(16s) == lease_state::lost));
  BOOST_TEST((x.at(75s) == lease_state::lost));
  BOOST_TEST((x.at(76s) == lease_state::gone));
}

// Only an acknowledged heartbeat renews, each once, and none comes too late.
BOOST_AUTO_TEST_CASE(only_an_answered_heartbeat_renews) {
  node_lease x{usual, 0s};
  BOOST_TEST(!x.answered(1, 1s)); // none has left: row 18, forged
  auto first = x.beat(2s);
  BOOST_TEST((x.at(7s) == lease_state::silent));
  BOOST_TEST(x.answered(first, 7s));
  BOOST_TEST((x.at(12s) == lease_state::alive));
  BOOST_TEST(!x.answered(first, 9s)); // row 10: replayed
  BOOST_TEST((x.renewed() == 7s));
  auto second = x.beat(9s);
  BOOST_TEST(!x.answered(second, 23s)); // it is lost by then
  BOOST_TEST((x.at(23s) == lease_state::lost));
}

BOOST_AUTO_TEST_CASE(what_a_hub_could_not_hear_is_nobodys_fault) {
  node_lease x{usual, 0s};
  x.pardon(20s); // it was stopped
  BOOST_TEST((x.at(21s) == lease_state::alive));
  BOOST_TEST((x.at(27s) == lease_state::silent));
  BOOST_TEST((x.at(36s) == lease_state::lost));
  // But what the node does by itself it has done.
  BOOST_TEST((x.gone_at() == 76s));
}

BOOST_AUTO_TEST_CASE(a_hub_wakes_when_something_changes) {
  node_lease x{usual, 0s};
  BOOST_TEST((*x.next(0s, true) == 0s)); // the first heartbeat
  static_cast<void>(x.beat(0s));
  BOOST_TEST((*x.next(0s, true) == 2s));
  BOOST_TEST((*x.next(0s, false) == 6s));
  BOOST_TEST((*x.next(7s, false) == 16s));
  BOOST_TEST((*x.next(20s, false) == 76s));
  BOOST_TEST(!x.next(80s, false));
}

BOOST_AUTO_TEST_CASE(a_node_counts_on_what_the_hub_has_got) {
  lead_lease x{usual, 0s};
  x.answer(1, 0, 5s);
  // One way is silent: its answers do not arrive (row 9).
  x.answer(2, 0, 7s);
  BOOST_TEST(!x.is_alive(7s));
  BOOST_TEST(!x.is_silent(7s));
  x.answer(3, 2, 9s);
  BOOST_TEST(x.is_alive(12s));
  BOOST_TEST(!x.is_alive(13s)); // as of when it had answered
  BOOST_TEST((x.over_at() == 7s + 66s));
}

/// Heartbeats and answers are late, lost or both: whenever the hub says that
/// nothing of a node is alive, the node has ended what it had.
BOOST_AUTO_TEST_CASE(gone_is_said_after_the_node_has_given_up) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    test::dice d{seed};
    lease_times times{2s, 6s, duration{d.roll(60) * 1'000'000'000ull}, 5s};
    node_lease hub{times, 0s};
    lead_lease node{times, 0s};
    std::multimap<duration, std::pair<std::uint64_t, std::uint64_t>> down;
    std::multimap<duration, std::uint64_t> up;
    bool cut = false;
    for (duration now{0}; now < 300s; now += 100ms) {
      if (d.one_in(100))
        cut = !cut;
      if (hub.is_beat_due(now)) {
        auto number = hub.beat(now);
        if (!cut || d.one_in(5))
          down.emplace(now + 100ms * d.roll(40),
                       std::pair{number, hub.last_answered()});
      }
      for (; !down.empty() && down.begin()->first <= now;
           down.erase(down.begin())) {
        auto [number, answered] = down.begin()->second;
        node.answer(number, answered, now);
        if (!cut || d.one_in(5))
          up.emplace(now + 100ms * d.roll(40), number);
      }
      for (; !up.empty() && up.begin()->first <= now; up.erase(up.begin()))
        static_cast<void>(hub.answered(up.begin()->second, now));
      BOOST_TEST_CONTEXT("seed " << seed << " at " << now.count())
      BOOST_TEST(node.over_at().count() + times.grace.count()
                 <= hub.gone_at().count());
      if (hub.at(now) >= lease_state::lost)
        break;
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
