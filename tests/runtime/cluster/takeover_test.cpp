// SPDX-License-Identifier: BSD-3-Clause
// §31–§33: an orchestrator that comes back finds the work that still runs, and
// a second one finds no node.
#include "tests/support/cluster_world.hpp"

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

constexpr agent_id coder{0u};

/// One attempt of the coder runs on n1, another waits for a slot; then the
/// orchestrator is killed.
struct orphaned : cluster_world {
  explicit orphaned(
      bool is_durable = true,
      const std::function<void(cluster::gateway_options&)>& change = nullptr)
    : cluster_world(two_agents()) {
    log.is_durable = is_durable;
    start_hub();
    start_node("n1", change);
    machines["n1"].takes = 60s;
    place(coder, "n1", 1);
    for (std::uint32_t i = 0; i < 3; ++i)
      assign(coder, 0, i + 1, i); // two slots
    settle();
    BOOST_REQUIRE_EQUAL(machines["n1"].running.size(), 2u);
    kill_hub();
    log.started.clear();
    log.joined.clear();
  }

  void come_back(
      const std::function<void(cluster::hub_options&)>& change = nullptr) {
    log.is_durable = true;
    start_hub([&](cluster::hub_options& x) {
      x.kept = {{coder, "n1", 1, true}};
      if (change)
        change(x);
    });
    say(coder, place_agent{coder, "n1", 1, true});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cluster_takeover)

BOOST_AUTO_TEST_CASE(a_new_orchestrator_finds_the_attempts_that_run) {
  orphaned w;
  w.run_for(10s);
  w.come_back();
  BOOST_REQUIRE(w.run_until(
      [&] {
        return w.has_joined("n1");
      },
      10s));
  const auto& holds = w.log.joined.back().holds;
  BOOST_REQUIRE_EQUAL(w.log.joined.back().keeps.size(), 1u);
  BOOST_TEST((w.log.joined.back().keeps[0] == coder));
  BOOST_REQUIRE_EQUAL(holds.size(), 2u);
  BOOST_TEST((holds[0] == held_attempt{coder, 1, task_id{0u}, 1}));
  BOOST_TEST((holds[1] == held_attempt{coder, 1, task_id{0u}, 2}));
  BOOST_TEST(w.machines["n1"].killed == 0u);
  // What had not begun was taken back, and nobody is told.
  w.run_for(60s);
  BOOST_TEST(w.log.finished.size() == 2u);
  BOOST_TEST(w.log.returned.empty());
  BOOST_TEST(w.machines["n1"].started.size() == 2u);
  BOOST_TEST(w.log.lost.empty());
  BOOST_TEST(w.runs_begun["n1"] == 1);
}

// §32: the lease of the one that is gone has to be over first
BOOST_AUTO_TEST_CASE(one_that_comes_back_at_once_is_followed_a_little_later) {
  orphaned w;
  w.come_back();
  w.run_for(2s);
  BOOST_TEST(!w.has_joined("n1"));
  BOOST_REQUIRE(w.run_until(
      [&] {
        return w.has_joined("n1");
      },
      15s));
  BOOST_TEST(w.superseded.empty());
  BOOST_TEST(w.log.lost.empty());
  BOOST_TEST(w.log.joined.back().holds.size() == 2u);
}

// What a node has said and the journal has not got is said again.
BOOST_AUTO_TEST_CASE(what_was_not_durable_is_told_to_the_new_one) {
  orphaned w{false};
  w.run_for(70s); // both attempts end meanwhile, and the third begins
  w.come_back();
  BOOST_REQUIRE(w.run_until(
      [&] {
        return w.has_joined("n1");
      },
      10s));
  w.settle();
  BOOST_TEST(w.log.joined.back().holds.size() == 3u); // two ends are unknown
  BOOST_TEST(w.log.started.size() == 3u);
  BOOST_TEST(w.log.finished.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_was_durable_is_not_told_again) {
  orphaned w;
  w.run_for(10s);
  w.come_back();
  w.run_for(20s);
  BOOST_TEST(w.log.started.empty());
}

// The new one may have given it out again already, as the same attempt: taken
// for its return it would be given out twice.
BOOST_AUTO_TEST_CASE(what_was_taken_back_is_not_told_to_the_new_one) {
  cluster_world w{two_agents()};
  w.log.is_durable = false;
  w.start_hub();
  w.start_node("n1");
  w.place(coder, "n1", 1);
  for (std::uint32_t i = 0; i < 3; ++i)
    w.assign(coder, 0, i + 1, i);
  w.settle();
  w.say(coder, revoke_task{task_id{0u}, 3, 2});
  w.settle();
  BOOST_REQUIRE_EQUAL(w.log.returned.size(), 1u);
  w.kill_hub();
  w.log.returned.clear();
  w.log.joined.clear();
  w.run_for(10s);
  w.start_hub([&](cluster::hub_options& x) {
    x.kept = {{coder, "n1", 1, true}};
  });
  w.say(coder, place_agent{coder, "n1", 1, true});
  BOOST_REQUIRE(w.run_until(
      [&] {
        return w.has_joined("n1");
      },
      10s));
  w.run_for(1s);
  BOOST_TEST(w.log.returned.empty());
}

BOOST_AUTO_TEST_CASE(a_node_that_does_not_come_back_is_lost) {
  orphaned w;
  w.kill_node("n1");
  auto before = w.stage.now();
  w.come_back();
  BOOST_REQUIRE(w.run_until(
      [&] {
        return !w.log.lost.empty();
      },
      60s));
  BOOST_TEST((w.stage.now() - before == 16s));
  BOOST_REQUIRE(w.run_until(
      [&] {
        return !w.log.gone.empty();
      },
      1h));
}

BOOST_AUTO_TEST_CASE(a_node_that_was_started_anew_holds_nothing) {
  orphaned w;
  w.kill_node("n1");
  w.start_node("n1");
  w.come_back();
  BOOST_REQUIRE(w.run_until(
      [&] {
        return w.has_joined("n1");
      },
      10s));
  BOOST_TEST(w.log.joined.back().holds.empty());
  BOOST_TEST(w.log.joined.back().keeps.empty());
  w.place(coder, "n1", 2);
  w.assign(coder, 0, 9);
  w.settle();
  BOOST_TEST(w.log.started.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_was_not_kept_is_ended) {
  orphaned w;
  w.run_for(10s);
  w.come_back([](cluster::hub_options& x) {
    x.kept.clear();
  });
  w.place(coder, "n1", 2);
  BOOST_REQUIRE(w.run_until(
      [&] {
        return w.has_joined("n1");
      },
      20s));
  BOOST_TEST(w.machines["n1"].killed == 2u);
  BOOST_TEST(w.machines["n1"].running.empty());
  w.settle();
  BOOST_TEST(w.log.finished.empty());
  BOOST_TEST(w.log.late.size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_is_said_to_a_kept_placing_reaches_it_later) {
  orphaned w;
  w.come_back();
  w.say(coder, end_task{task_id{0u}, 1, true});
  w.hand(coder, 2, 0, 1);
  BOOST_REQUIRE(w.run_until(
      [&] {
        return w.has_joined("n1");
      },
      15s));
  w.run_for(1s);
  BOOST_TEST(w.machines["n1"].killed == 1u);
  BOOST_TEST(w.log.accepted.size() == 1u);
}

/// Ids of tasks may be others in another plan.
BOOST_AUTO_TEST_CASE(with_another_plan_nothing_is_kept) {
  orphaned w;
  w.run_for(10s);
  w.come_back([](cluster::hub_options& x) {
    auto p = *x.work;
    p.name = "changed";
    x.work = std::make_shared<const plan>(std::move(p));
  });
  BOOST_REQUIRE(w.run_until(
      [&] {
        return w.has_joined("n1");
      },
      20s));
  BOOST_TEST(w.log.joined.back().holds.empty());
  BOOST_TEST(w.machines["n1"].running.empty());
  BOOST_TEST(w.runs["n1"].work->name == "changed");
}

// An agent that crashed, or whose program is none of ours, holds up no node.
BOOST_AUTO_TEST_CASE(an_agent_that_does_not_answer_is_not_kept) { // §33
  agent_actor crashed;
  orphaned w{true, [&crashed](cluster::gateway_options& x) {
               auto spawn = x.spawn_agent;
               x.spawn_agent = [spawn, &crashed](const auto& run,
                                                 const auto& seat) {
                 return crashed = spawn(run, seat);
               };
             }};
  caf::anon_send_exit(crashed, caf::exit_reason::unhandled_exception);
  crashed = nullptr;
  w.run_for(10s);
  w.come_back();
  BOOST_REQUIRE(w.run_until(
      [&] {
        return w.has_joined("n1");
      },
      30s));
  BOOST_TEST(w.log.joined.back().keeps.empty());
  BOOST_TEST(w.log.joined.back().holds.empty());
  BOOST_TEST(w.machines["n1"].running.empty());
  BOOST_TEST(w.has_note("n1: agent coder does not answer"));
  // Another placing works there.
  w.place(coder, "n1", 2);
  w.assign(coder, 0, 9);
  w.settle();
  BOOST_TEST(w.machines["n1"].running.size() == 1u);
}

// row 12: a copy of the state directory counts to the same number
BOOST_AUTO_TEST_CASE(a_copy_with_an_equal_counter_is_refused_and_stops) {
  for (std::uint64_t counter : {std::uint64_t{1}, std::uint64_t{0}}) {
    orphaned w;
    w.run_for(30s); // the lease of the first is over
    w.come_back([counter](cluster::hub_options& x) {
      x.epoch = {counter, 77};
    });
    BOOST_REQUIRE(w.run_until(
        [&] {
          return !w.superseded.empty();
        },
        10s));
    BOOST_TEST(!w.has_joined("n1"));
    BOOST_TEST(w.machines["n1"].running.size() == 2u);
  }
}

// rows 12, 13: a higher one while the first is alive
BOOST_AUTO_TEST_CASE(nobody_is_followed_beside_one_that_is_alive) {
  cluster_world w{two_agents()};
  w.start_hub();
  w.start_node("n1");
  w.machines["n1"].takes = 1h;
  w.place(coder, "n1", 1);
  w.assign(coder, 0, 1);
  w.run_for(3s);
  // The node reaches another one at the address, while its own lives on.
  auto first = w.hub;
  w.net.kill_hub();
  w.start_hub([](cluster::hub_options& x) {
    x.epoch = {9, 9};
  });
  w.run_for(2s);
  BOOST_TEST(w.has_note("another orchestrator was turned away"));
  BOOST_TEST(w.superseded.empty()); // it may just be too early
  BOOST_TEST(w.machines["n1"].killed == 0u);
  w.run_for(20s);
  BOOST_TEST(w.machines["n1"].killed == 1u); // it follows the new one now
  caf::anon_send_exit(first, caf::exit_reason::kill);
}

BOOST_AUTO_TEST_SUITE_END()
