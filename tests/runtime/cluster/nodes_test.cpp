// SPDX-License-Identifier: BSD-3-Clause
// §32–§34 between a hub and its nodes, in virtual time: the real hub, gateways
// and agents. Here: connections, leases, placings.
#include "tests/support/cluster_world.hpp"

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using cluster::node_presence;

namespace {

constexpr agent_id coder{0u};
constexpr agent_id tester{1u};

/// `build` is under way on n1, as the first placing of the coder.
struct at_work : cluster_world {
  explicit at_work(duration takes = 60s) : cluster_world(two_agents()) {
    start_hub();
    start_node("n1");
    machines["n1"].takes = takes;
    place(coder, "n1", 1);
    assign(coder, 0, 1);
    settle();
    BOOST_REQUIRE_EQUAL(log.started.size(), 1u);
    BOOST_REQUIRE_EQUAL(machines["n1"].running.size(), 1u);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cluster_nodes)

BOOST_AUTO_TEST_CASE(work_goes_to_a_node_and_its_result_comes_back) {
  cluster_world w{two_agents()};
  w.start_hub();
  w.start_node("n1");
  BOOST_TEST(w.has_joined("n1"));
  BOOST_TEST((w.presence("n1") == node_presence::present));
  w.machines["n1"].takes = 5s;
  w.place(coder, "n1", 1);
  w.hand(coder, 2, 0, 1);
  w.assign(coder, 0, 1);
  w.settle();
  BOOST_REQUIRE_EQUAL(w.log.started.size(), 1u);
  BOOST_REQUIRE_EQUAL(w.log.accepted.size(), 1u);
  // What it is told there: the node's own directory.
  BOOST_TEST(w.runs["n1"].work->directory == "/there");
  w.run_for(5s);
  BOOST_REQUIRE_EQUAL(w.log.finished.size(), 1u);
  BOOST_TEST((w.log.finished[0].end == attempt_end::success));
  BOOST_REQUIRE(w.log.finished[0].details);
  BOOST_TEST(w.log.finished[0].details->log == "/here/build.1");
}

// I10: a node sees what its tasks name
BOOST_AUTO_TEST_CASE(secrets_reach_the_nodes_whose_tasks_name_them) {
  auto p = two_agents();
  p.secrets = {{"TOKEN", "", 3}, {"OTHER", "", 4}};
  p.tasks[0].secrets = {secret_id{0u}};
  cluster_world w{p};
  w.start_hub([](cluster::hub_options& x) {
    x.secrets = {{"TOKEN", "s3cret"}, {"OTHER", "0ther"}};
  });
  w.start_node("n1");
  BOOST_REQUIRE_EQUAL(w.runs["n1"].secrets.size(), 1u);
  BOOST_TEST(w.runs["n1"].secrets[0].name == "TOKEN");
  BOOST_TEST(w.runs["n1"].secrets[0].value == "s3cret");
}

// row 9: flapping within the lease
BOOST_AUTO_TEST_CASE(a_connection_that_breaks_is_resumed) {
  at_work w{20s};
  for (int i = 0; i < 5; ++i) {
    w.net.reset("n1");
    w.hand(coder, 2, 0, static_cast<std::uint32_t>(i + 1));
    w.run_for(1500ms);
  }
  BOOST_TEST(w.log.lost.empty());
  BOOST_TEST(w.log.joined.size() == 1u);
  BOOST_TEST(w.log.accepted.size() == 5u);
  w.run_for(20s);
  BOOST_TEST(w.log.finished.size() == 1u);
  BOOST_TEST(w.machines["n1"].killed == 0u);
}

// row 8: kill -9
BOOST_AUTO_TEST_CASE(a_node_that_is_killed_is_lost_at_lease_and_grace) {
  at_work w;
  auto before = w.stage.now();
  w.kill_node("n1");
  BOOST_REQUIRE(w.run_until(
      [&] {
        return !w.log.lost.empty();
      },
      60s));
  BOOST_TEST((w.stage.now() - before <= 16s)); // 6 s and 10 s
  BOOST_TEST((w.stage.now() - before > 13s));
  BOOST_TEST(w.log.lost[0].node == "n1");
  BOOST_TEST(w.log.lost[0].why == "it has not answered for 16s");
  BOOST_TEST(w.log.gone.empty());
  BOOST_TEST((w.presence("n1") == node_presence::lost));
  // §33: last acknowledgement, lease, keep and grace.
  BOOST_REQUIRE(w.run_until(
      [&] {
        return !w.log.gone.empty();
      },
      1h));
  BOOST_TEST((w.stage.now() - before > 10min));
  BOOST_TEST((w.stage.now() - before <= 10min + 16s));
}

// row 8: stopped for longer than its lease, then woken: its results are fenced
BOOST_AUTO_TEST_CASE(a_frozen_node_that_wakes_has_nothing_to_say) {
  at_work w{20s};
  w.start_node("n2");
  w.net.hold("n1");
  BOOST_REQUIRE(w.run_until(
      [&] {
        return !w.log.lost.empty();
      },
      60s));
  w.machines["n2"].takes = 60s;
  w.place(coder, "n2", 2);
  w.assign(coder, 0, 2);
  w.run_for(10s); // the first attempt ends meanwhile, unheard
  BOOST_TEST(w.log.started.size() == 2u);
  w.net.release("n1");
  w.run_for(10s);
  BOOST_TEST(w.log.finished.empty());
  BOOST_REQUIRE_EQUAL(w.log.late.size(), 1u);
  BOOST_TEST((w.log.late[0].what == held_attempt{coder, 1, task_id{0u}, 1}));
  BOOST_TEST((w.log.late[0].end == attempt_end::success));
  BOOST_REQUIRE_EQUAL(w.log.gone.size(), 1u); // before it takes part again
  BOOST_TEST(w.log.joined.size() == 3u);
  BOOST_TEST(w.log.joined.back().holds.empty());
  w.run_for(60s);
  BOOST_REQUIRE_EQUAL(w.log.finished.size(), 1u);
  BOOST_TEST(w.log.finished[0].attempt == 2u);
}

// row 11: what it still does as it comes back is killed before it is ready
BOOST_AUTO_TEST_CASE(a_lost_node_ends_its_work_before_it_joins_again) {
  at_work w{1h};
  w.machines["n1"].kill_takes = 7s;
  w.net.hold("n1");
  BOOST_REQUIRE(w.run_until(
      [&] {
        return !w.log.lost.empty();
      },
      60s));
  w.net.release("n1");
  BOOST_REQUIRE(w.run_until(
      [&] {
        return w.machines["n1"].killed == 1;
      },
      10s));
  w.run_for(3s);
  BOOST_TEST(w.log.joined.size() == 1u);
  BOOST_TEST((w.presence("n1") == node_presence::joining));
  BOOST_REQUIRE(w.run_until(
      [&] {
        return w.log.joined.size() == 2;
      },
      10s));
  BOOST_TEST(w.machines["n1"].running.empty());
  w.settle();
  // And the end that it had is told as one of then.
  BOOST_REQUIRE_EQUAL(w.log.late.size(), 1u);
  BOOST_TEST(w.log.finished.empty());
}

// row 9: one-way, no answer reaches the hub
BOOST_AUTO_TEST_CASE(a_node_that_is_not_heard_is_lost_though_it_hears) {
  at_work w;
  w.net.hold("n1", way::to_hub);
  BOOST_REQUIRE(w.run_until(
      [&] {
        return !w.log.lost.empty();
      },
      60s));
  // Nor does it count on the orchestrator: its `keep` has begun.
  w.run_for(11min);
  BOOST_TEST(w.machines["n1"].running.empty());
  BOOST_TEST(w.runs_ended["n1"] == 1);
  w.net.release("n1");
  w.run_for(1min);
  BOOST_TEST(w.log.joined.size() == 2u);
}

// row 9: one-way, the node hears nothing
BOOST_AUTO_TEST_CASE(a_node_that_does_not_hear_is_lost) {
  at_work w;
  w.net.hold("n1", way::to_node);
  BOOST_REQUIRE(w.run_until(
      [&] {
        return !w.log.lost.empty();
      },
      60s));
  w.net.release("n1");
  w.run_for(1min);
  BOOST_TEST(w.log.joined.size() == 2u);
  BOOST_TEST(w.log.lost.size() == 1u);
}

// row 9: half-open, and back before it is lost
BOOST_AUTO_TEST_CASE(a_silent_connection_is_left_for_another_one) {
  at_work w{30s};
  w.net.hold("n1");
  w.run_for(8s);
  BOOST_TEST((w.presence("n1") == node_presence::silent));
  w.net.release("n1");
  w.run_for(4s);
  BOOST_TEST((w.presence("n1") == node_presence::present));
  BOOST_TEST(w.log.lost.empty());
  w.run_for(20s);
  BOOST_TEST(w.log.finished.size() == 1u);
}

// row 13: the same name, a new process
BOOST_AUTO_TEST_CASE(a_node_that_was_started_anew_has_lost_its_work_at_once) {
  at_work w;
  w.kill_node("n1");
  w.start_node("n1");
  w.run_for(1s);
  BOOST_REQUIRE_EQUAL(w.log.lost.size(), 1u);
  BOOST_TEST(w.log.lost[0].why == "it was started anew");
  BOOST_TEST(w.log.gone.size() == 1u);
  BOOST_TEST(w.log.joined.size() == 2u);
  w.machines["n1"].takes = 1s;
  w.place(coder, "n1", 2);
  w.assign(coder, 0, 2);
  w.run_for(1s);
  BOOST_TEST(w.log.finished.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_second_node_of_a_name_is_turned_away) {
  at_work w{10s};
  w.start_node("n1"); // another process
  w.run_for(1s);
  BOOST_TEST(w.has_note("a node named n1 takes part already"));
  BOOST_TEST(w.log.lost.empty());
  w.run_for(10s);
  BOOST_TEST(w.log.finished.size() == 1u);
}

// row 19
BOOST_AUTO_TEST_CASE(a_name_that_the_certificate_does_not_bear_is_refused) {
  cluster_world w{two_agents()};
  w.start_hub();
  w.start_node("n1", [&w](cluster::gateway_options& x) {
    x.open_net = w.net.node("n1", "n2");
  });
  w.run_for(1s);
  BOOST_TEST(!w.has_joined("n1"));
  BOOST_TEST((w.ends["n1"].code == exit_code::environment));
  BOOST_TEST(w.has_note("it calls itself n1, and its certificate is for n2"));
}

// row 33
BOOST_AUTO_TEST_CASE(another_version_is_refused_and_told_why) {
  cluster_world w{two_agents()};
  w.start_hub();
  w.net.tamper = [](way x, std::string& frame) {
    if (x == way::to_hub && frame[0] == '\0')
      frame[1] = '\x63';
  };
  w.start_node("n1");
  w.run_for(1s);
  BOOST_TEST((w.ends["n1"].code == exit_code::environment));
  BOOST_TEST(w.ends["n1"].why.find("version 99") != std::string::npos);
  BOOST_TEST(!w.has_joined("n1"));
}

// row 18: garbage closes its connection, and nothing else
BOOST_AUTO_TEST_CASE(garbage_closes_a_connection_and_disturbs_nobody) {
  at_work w{30s};
  w.start_node("n2");
  int garbled = 0;
  w.net.tamper = [&garbled](way, std::string& frame) {
    if (garbled > 0 && --garbled == 0)
      frame = std::string(frame.size(), '\xee');
  };
  for (int i = 0; i < 6; ++i) {
    garbled = 1 + i % 3;
    w.run_for(2s);
  }
  w.net.tamper = nullptr;
  w.run_for(30s);
  BOOST_TEST(w.log.lost.empty());
  BOOST_TEST(w.log.finished.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_stranger_that_says_nothing_sensible_is_cut) {
  cluster_world w{two_agents()};
  w.start_hub();
  w.net.tamper = [](way x, std::string& frame) {
    if (x == way::to_hub)
      frame = "GET / HTTP/1.1\r\n\r\n";
  };
  w.start_node("n1");
  w.run_for(1s);
  BOOST_TEST(!w.has_joined("n1"));
  BOOST_TEST(w.has_note("was turned away"));
}

// §33: a node without an orchestrator goes on for `keep`, then ends its work
BOOST_AUTO_TEST_CASE(a_node_without_an_orchestrator_gives_up_in_the_end) {
  at_work w{2h};
  w.kill_hub();
  w.run_for(10min);
  BOOST_TEST(w.machines["n1"].running.size() == 1u);
  w.run_for(10s);
  BOOST_TEST(w.machines["n1"].running.empty());
  BOOST_TEST(w.machines["n1"].killed == 1u);
  BOOST_TEST(w.runs_ended["n1"] == 1);
}

BOOST_AUTO_TEST_CASE(at_the_end_of_a_run_its_nodes_wait_for_the_next) {
  at_work w;
  w.start_node("n2", [](cluster::gateway_options& x) {
    x.once = true;
  });
  caf::anon_send(w.hub, cluster::dismiss_nodes{});
  w.run_for(1s);
  BOOST_TEST(w.machines["n1"].running.empty());
  BOOST_TEST(w.runs_ended["n1"] == 1);
  BOOST_TEST(w.runs_ended["n2"] == 1);
  BOOST_TEST(w.ends.count("n1") == 0u);
  BOOST_TEST(w.ends.count("n2") == 1u);
  // The next run has another epoch, and may have a lower one.
  w.kill_hub();
  w.start_hub([](cluster::hub_options& x) {
    x.epoch = {1, 9};
    x.run_id = "r2";
  });
  w.run_for(10s);
  BOOST_TEST(w.runs["n1"].run_id == "r2");
  BOOST_TEST(w.runs_begun["n1"] == 2);
}

BOOST_AUTO_TEST_CASE(a_hub_that_ends_says_goodbye) {
  at_work w;
  caf::anon_send_exit(w.hub, caf::exit_reason::user_shutdown);
  w.run_for(1s);
  BOOST_TEST(w.runs_ended["n1"] == 1);
}

BOOST_AUTO_TEST_CASE(a_node_that_leaves_ends_its_work_and_says_so) {
  at_work w;
  caf::anon_send(w.gateways["n1"], cluster::leave_cluster{"it was stopped"});
  w.run_for(1s);
  BOOST_TEST(w.machines["n1"].running.empty());
  BOOST_REQUIRE_EQUAL(w.log.lost.size(), 1u);
  BOOST_TEST(w.log.lost[0].why == "it was stopped");
  BOOST_TEST(w.log.gone.size() == 1u);
  BOOST_TEST(w.ends.count("n1") == 1u);
  BOOST_TEST((w.presence("n1") == node_presence::left));
}

// Its supervisor was killed, and with it all that it had started: nobody says
// so of each process.
BOOST_AUTO_TEST_CASE(a_node_that_can_run_nothing_any_more_says_so) { // §33
  at_work w;
  w.machines["n1"].kill_takes = 1h;
  caf::anon_send(w.gateways["n1"],
                 cluster::leave_cluster{"its supervisor died", true});
  w.run_for(1s);
  BOOST_REQUIRE_EQUAL(w.log.lost.size(), 1u);
  BOOST_TEST(w.log.lost[0].why == "its supervisor died");
  BOOST_TEST(w.log.gone.size() == 1u);
  BOOST_TEST(w.log.finished.empty());
  BOOST_TEST((w.ends["n1"].code == exit_code::internal));
  BOOST_TEST((w.presence("n1") == node_presence::left));
}

BOOST_AUTO_TEST_CASE(a_drained_node_leaves_once_nothing_is_placed_there) {
  at_work w{10s};
  caf::anon_send(w.hub, cluster::drain_node{"n1"});
  w.run_for(10s);
  BOOST_TEST((w.presence("n1") == node_presence::draining));
  BOOST_TEST(w.log.finished.size() == 1u);
  w.place(coder, "", 2);
  w.run_for(1s);
  BOOST_TEST((w.presence("n1") == node_presence::left));
  BOOST_TEST(w.log.lost.empty());
  BOOST_TEST(w.log.gone.size() == 1u);
  BOOST_TEST(w.ends["n1"].why == "it was drained");
}

// §33: the processes of a later placing do not collide with an earlier one's
BOOST_AUTO_TEST_CASE(a_later_placing_has_ids_of_its_own) {
  at_work w{1s};
  w.run_for(1s);
  w.place(coder, "", 1);
  w.place(coder, "n1", 2);
  w.assign(coder, 1, 1);
  w.run_for(1s);
  const auto& ids = w.machines["n1"].ids;
  BOOST_REQUIRE_EQUAL(ids.size(), 2u);
  BOOST_TEST(ids[0] != ids[1]);
  BOOST_TEST(w.log.finished.size() == 2u);
}

BOOST_AUTO_TEST_CASE(an_agent_may_be_placed_on_the_machine_of_the_run) {
  cluster_world w{two_agents()};
  w.start_hub();
  w.machines["local"].takes = 5s;
  w.place(coder, "local", 1);
  w.assign(coder, 0, 1);
  w.settle();
  BOOST_TEST(w.log.started.size() == 1u);
  w.place(coder, "", 2);
  w.run_for(5s);
  BOOST_TEST(w.log.finished.empty());
  BOOST_TEST(w.log.late.size() == 1u); // rule 6
}

BOOST_AUTO_TEST_CASE(an_agent_that_is_nowhere_has_left) {
  cluster_world w{two_agents()};
  w.start_hub();
  w.say(tester, leave_run{});
  w.settle();
  BOOST_TEST(w.log.left.size() == 1u);
  at_work v;
  v.net.hold("n1");
  v.say(coder, leave_run{});
  v.settle();
  BOOST_TEST(v.log.left.empty());
  v.run_for(20s); // its node is lost
  BOOST_TEST(v.log.left.size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_agent_on_a_node_leaves_itself) {
  at_work w{1s};
  w.run_for(1s);
  w.say(coder, leave_run{});
  w.settle();
  BOOST_REQUIRE_EQUAL(w.log.left.size(), 1u);
  BOOST_TEST((w.log.left[0].agent == coder));
}

// -- before the run -----------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_run_waits_for_the_nodes_that_it_needs) {
  auto p = two_agents();
  p.nodes.wait_for = {"gpu", "big"};
  cluster_world w{p};
  int enough = 0;
  std::vector<std::string> missing;
  w.start_hub([&](cluster::hub_options& x) {
    x.nodes_min = 2;
    x.local_labels = {"big"};
    x.enough_nodes = [&] {
      ++enough;
    };
    x.missing_nodes = [&](const std::string& y) {
      missing.push_back(y);
    };
  });
  w.start_node("n1");
  w.start_node("n2", [](cluster::gateway_options& x) {
    x.labels = {"gpu"};
  });
  w.run_for(10s);
  BOOST_TEST(missing
                 == (std::vector<std::string>{
                     "2 of 2 nodes, a node with the label gpu",
                     "1 of 2 nodes, a node with the label gpu"}),
             boost::test_tools::per_element());
  BOOST_TEST(enough == 1);
}

BOOST_AUTO_TEST_CASE(a_run_does_not_wait_for_ever_where_the_plan_says_so) {
  auto p = two_agents();
  p.nodes.wait_for = {"gpu"};
  p.nodes.wait_timeout = 5min;
  cluster_world w{p};
  std::vector<std::string> over;
  w.start_hub([&](cluster::hub_options& x) {
    x.enough_nodes = [] {
      BOOST_ERROR("there are none");
    };
    x.no_nodes = [&](const std::string& y) {
      over.push_back(y);
    };
  });
  w.run_for(299s);
  BOOST_TEST(over.empty());
  w.run_for(1h);
  BOOST_REQUIRE_EQUAL(over.size(), 1u);
  BOOST_TEST(over[0] == "a node with the label gpu");
}

BOOST_AUTO_TEST_SUITE_END()
