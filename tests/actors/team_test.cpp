// SPDX-License-Identifier: BSD-3-Clause
// The orchestrator, agents and observer together, in virtual time.
#include "tests/support/actor_world.hpp"
#include "tests/support/plan_builder.hpp"

#include <nlohmann/json.hpp>

#include <map>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(actors_team)

BOOST_AUTO_TEST_CASE(a_handoff_reaches_the_receiver_before_its_task_starts) {
  plan_builder b;
  b.agent("taylor");
  b.agent("morgan");
  auto schema = b.task("schema");
  auto queries = b.task("queries", {schema});
  b[queries].agents = {agent_id{1}};
  actor_world w{b.get()};
  w.begin();
  BOOST_TEST(w.runs("schema"));
  BOOST_TEST(!w.runs("queries"));
  w.exit("schema", 0, "table=users\n");
  BOOST_REQUIRE(w.runs("queries"));
  auto input = nlohmann::json::parse(w.processes.running[0].order.input);
  BOOST_TEST(input["needs"]["schema"]["outputs"]["table"] == "users");
  BOOST_TEST(input["needs"]["schema"]["status"] == "succeeded");
  BOOST_TEST(w.count(fact_kind::handoff_sent) == 1u);
  BOOST_TEST(w.count(fact_kind::handoff_accepted) == 1u);
  w.exit("queries");
  BOOST_TEST((w.ended().status == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(a_sender_goes_on_at_once) { // rule 5
  plan_builder b;
  b.agent("taylor");
  b.agent("morgan");
  auto schema = b.task("schema");
  b.task("caching", {schema});
  auto busy = b.task("busy");
  auto queries = b.task("queries", {schema});
  b[busy].agents = {agent_id{1}};
  b[queries].agents = {agent_id{1}};
  actor_world w{b.get()};
  w.begin();
  w.exit("schema");
  // Morgan is busy; Taylor has handed over and works on.
  BOOST_TEST(w.runs("busy"));
  BOOST_TEST(w.runs("caching"));
  BOOST_TEST(w.count(fact_kind::handoff_accepted) == 2u);
}

BOOST_AUTO_TEST_CASE(a_handoff_delivered_twice_is_accepted_once) { // rule 3
  plan_builder b;
  b.agent("taylor");
  b.agent("morgan");
  auto x = b.task("x");
  auto busy = b.task("busy");
  auto y = b.task("y", {x});
  b[busy].agents = {agent_id{1}};
  b[y].agents = {agent_id{1}};
  actor_world w{b.get()};
  w.begin();
  w.exit("x");
  handoff again{task_id{x}, task_id{y}, 1, task_state::succeeded, {}};
  caf::anon_send(w.agents[1], again);
  caf::anon_send(w.agents[1], again);
  w.settle();
  BOOST_TEST(w.count(fact_kind::handoff_accepted) == 1u);
  w.exit("busy");
  w.exit("y");
  caf::anon_send(w.agents[1], again);
  w.settle();
  BOOST_TEST(w.count(fact_kind::handoff_accepted) == 1u);
}

BOOST_AUTO_TEST_CASE(an_agent_starts_the_best_ranked_of_its_queue) { // §4
  plan_builder b;
  b.agent("sam");
  auto low = b.task("low");
  auto high = b.task("high");
  auto middle = b.task("middle");
  b[low].priority = -1;
  b[high].priority = 5;
  b[middle].priority = 1;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    actor_world w{b.get(), seed};
    w.begin();
    for (const auto* name : {"high", "middle", "low"}) {
      BOOST_REQUIRE_MESSAGE(w.runs(name), name << " (seed " << seed << ")");
      w.exit(name);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_timeout_ends_the_process_in_virtual_time) { // §24
  plan_builder b;
  auto t = b.task("t");
  b[t].timeout = 24h;
  actor_world w{b.get()};
  w.begin();
  w.advance(24h - 1s);
  BOOST_TEST(w.processes.told_to_end.empty());
  w.advance(1s);
  BOOST_REQUIRE_EQUAL(w.processes.told_to_end.size(), 1u);
  BOOST_TEST(!w.processes.told_to_end[0].at_once);
  w.exit("t", 143);
  BOOST_TEST((w.ended().status == run_status::failed));
}

BOOST_AUTO_TEST_CASE(a_retry_waits_its_time) {
  plan_builder b;
  auto t = b.task("t");
  b[t].retries = {1, 10s, 2.0, 1min};
  actor_world w{b.get()};
  w.begin();
  w.exit("t", 1);
  w.advance(9s);
  BOOST_TEST(!w.runs("t"));
  w.advance(1s);
  BOOST_TEST(w.runs("t"));
  BOOST_TEST(w.processes.started.back().name == "t.2");
  w.exit("t");
  BOOST_TEST((w.ended().status == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(stop_empties_the_queues_and_ends_what_runs) { // §26
  plan_builder b;
  b.task("running");
  b.task("queued");
  actor_world w{b.get()};
  w.begin();
  caf::anon_send(w.lead, stop_run{130, false});
  w.settle();
  BOOST_REQUIRE_EQUAL(w.processes.told_to_end.size(), 1u);
  caf::anon_send(w.lead, stop_run{130, true});
  w.settle();
  BOOST_REQUIRE_EQUAL(w.processes.told_to_end.size(), 2u);
  BOOST_TEST(w.processes.told_to_end[1].at_once);
  w.exit("running", 143);
  BOOST_TEST((w.ended().status == run_status::stopped));
  BOOST_TEST(w.ended().exit_code == 130);
  BOOST_TEST(w.processes.started.size() == 1u);
}

BOOST_AUTO_TEST_CASE(
    progress_reaches_the_viewers_and_changes_nothing) { // rule 5
  plan_builder b;
  b.task("t");
  actor_world w{b.get()};
  w.begin();
  auto facts = w.seen.facts.size();
  for (int i = 0; i < 1000; ++i)
    caf::anon_send(w.agents[0], process_line{w.processes.started[0].id,
                                             "line " + std::to_string(i)});
  w.settle();
  w.advance(100ms);
  w.advance(100ms);
  // The first at once, then the latest (§25).
  BOOST_REQUIRE_EQUAL(w.seen.progress.size(), 2u);
  BOOST_TEST(w.seen.progress[1].line == "line 999");
  BOOST_TEST(w.seen.facts.size() == facts);
}

BOOST_AUTO_TEST_CASE(an_unkillable_process_keeps_its_slot) { // §26
  plan_builder b;
  b.agent("sam", 2);
  b.task("stuck");
  b.task("a");
  b.task("b");
  actor_world w{b.get()};
  w.begin();
  process_exited x;
  x.id = w.processes.started[0].id;
  x.end = process_end::unkillable;
  x.message = "still there after KILL";
  caf::anon_send(w.agents[0], x);
  w.settle();
  BOOST_TEST(w.processes.started.size() == 2u); // one slot is left
  w.exit("a");
  w.exit("b");
  BOOST_TEST(w.ended().exit_code == 1);
}

BOOST_AUTO_TEST_CASE(every_order_of_messages_gives_the_same_results) { // rule 8
  plan_builder b;
  b.agent("a", 2);
  b.agent("b", 2);
  for (std::uint32_t i = 0; i < 8; ++i) {
    std::vector<std::uint32_t> needs;
    if (i >= 2)
      needs = {i - 1, i - 2};
    auto t = b.task("t" + std::to_string(i), needs);
    b[t].agents = {agent_id{i % 2}};
  }
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    actor_world w{b.get(), seed};
    w.begin();
    while (!w.processes.running.empty()) {
      auto name = w.processes.running.front().order.name;
      w.exit(name.substr(0, name.find('.')));
    }
    BOOST_REQUIRE_MESSAGE(w.ended().exit_code == 0, "seed " << seed);
    BOOST_REQUIRE_MESSAGE(w.count(fact_kind::handoff_accepted)
                              == w.count(fact_kind::handoff_sent),
                          "seed " << seed);
  }
}

BOOST_AUTO_TEST_SUITE_END()
