// SPDX-License-Identifier: BSD-3-Clause
// Orchestrators that die and come back, and such as should not (semantics §31
// to §33; rows 12 and 13 of the fault catalogue).
#include "tests/e2e/cluster_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <string>

using namespace tutti::test;

namespace {

/// `one` waits for `go`, and so does what follows it for `further`.
const std::string waiting_plan = R"(
lease: { every: 200ms, timeout: 1500ms }
grace: 500ms
keep: 60s
agents: { ada: { runs-on: work }, loc: {} }
tasks:
  one:
    agent: ada
    run: |
      echo $$ > ../pid
      echo "one $NODE" >> ../began
      until [ -e ../go ]; do sleep 0.02; done
      echo "by=$NODE" >> "$TUTTI_OUTPUT"
      echo made > made.txt
      echo over >> ../over
    artifacts: made.txt
  two: { agent: loc, needs: one, run: 'cat made.txt > result' }
)";

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_cluster_takeover, cluster_fixture)

BOOST_AUTO_TEST_CASE(what_still_runs_on_a_node_is_taken_over) { // §31, §33
  auto x = start_run(waiting_plan);
  auto a = start_node("n1", "work", {"--once"});
  wait_for_lines("began", 1);
  BOOST_REQUIRE(x->read_until("start      ada"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  BOOST_REQUIRE(a->read_until("lost the orchestrator"));
  auto again = go_on();
  BOOST_REQUIRE(heard_of(*again, "joined", "n1"));
  dir.write("go", "");
  auto end = finish(*again);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").size() == 1u);
  BOOST_TEST(end.task("one").at("attempts") == 1);
  BOOST_TEST(end.task("one").at("outputs").at("by") == "n1");
  BOOST_TEST(dir.read("result") == "made\n");
  BOOST_TEST(end.report.at("sessions").size() == 2u);
  check_accepted_once();
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(what_ended_meanwhile_is_heard_of) { // §33
  auto x = start_run(waiting_plan);
  auto a = start_node("n1", "work", {"--once"});
  wait_for_lines("began", 1);
  BOOST_REQUIRE(x->read_until("start      ada"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  BOOST_REQUIRE(a->read_until("lost the orchestrator"));
  dir.write("go", "");
  wait_for_lines("over", 1);
  wait_for_end_of("pid");
  auto again = go_on();
  auto end = finish(*again);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").size() == 1u);
  BOOST_TEST(dir.read("result") == "made\n");
  check_accepted_once();
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_node_waits_for_its_orchestrator_no_longer_than_keep) {
  auto plan = waiting_plan; // §33
  plan.replace(plan.find("keep: 60s"), 9, "keep: 2s");
  auto x = start_run(plan);
  auto a = start_node("n1", "work", {"--once"});
  wait_for_lines("began", 1);
  BOOST_REQUIRE(x->read_until("start      ada"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  BOOST_REQUIRE(a->read_until("has waited long enough"));
  wait_for_end_of("pid");
  auto again = go_on();
  wait_for_lines("began", 2); // again from its start
  dir.write("go", "");
  auto end = finish(*again);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").size() == 2u);
  BOOST_TEST(lines("over").size() == 1u);
  check_accepted_once();
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

// What a node may have been told is in the journal, with `off` too: else its
// next orchestrator would make it anew, and the node take it for the same.
BOOST_AUTO_TEST_CASE(a_run_with_nodes_never_writes_behind) { // §30
  auto x = start_run(R"(
tasks:
  one: { run: 'echo one >> ran' }
  two:
    needs: one
    run: |
      test -e killed && exit 0
      touch killed
      read -r pid name state parent rest < /proc/$PPID/stat
      kill -KILL "$parent"
      sleep 100
)",
                     {"--durability", "off"});
  BOOST_TEST(x->wait().status == 137);
  BOOST_TEST(facts("SELECT count(*) FROM facts WHERE subject = 'one' AND "
                   "kind = 'attempt-finished'")
             == "1");
  auto again = go_on();
  auto end = finish(*again);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("ran").size() == 1u);
  check_nothing_left();
}

// Whoever wrote it down before the run was killed still reaches it.
BOOST_AUTO_TEST_CASE(a_run_goes_on_where_nodes_look_for_it) { // §31
  dir.write("tutti.yaml", waiting_plan);
  auto x = launch(options({"run", "--plain", "--listen", "127.0.0.1:0"}), {});
  auto shown = rest_of_line(*x, "tutti node --join ");
  address = shown.substr(0, shown.find(' '));
  BOOST_TEST(status().at("join_address") == address);
  BOOST_TEST(has(expect(0, {"nodes"}).out, "others join at " + address));
  auto a = start_node("n1", "work", {"--once"});
  wait_for_lines("began", 1);
  BOOST_REQUIRE(x->read_until("start      ada"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  BOOST_REQUIRE(a->read_until("lost the orchestrator"));
  auto again = launch(
      options({"run", "--plain", "--json", "report.json", "--resume"}), {});
  BOOST_TEST(rest_of_line(*again, "tutti node --join ") == shown);
  BOOST_REQUIRE(heard_of(*again, "joined", "n1"));
  dir.write("go", "");
  auto end = finish(*again);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").size() == 1u);
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(what_up_began_goes_on_with_nodes_of_its_own) { // §31
  dir.write("tutti.yaml", R"(
grace: 500ms
tasks:
  one:
    runs-on: work
    run: 'echo one >> began; until [ -e go ]; do sleep 0.02; done; echo a > a.txt'
    artifacts: a.txt
)");
  auto x = launch(options({"up", "--plain", "--nodes", "1"}), {});
  wait_for_lines("began", 1);
  x->send_signal(SIGTERM);
  auto stopped = x->wait();
  BOOST_TEST(stopped.status == 143, stopped.out << stopped.err);
  auto hint = rest_of_line(*x, "to go on: ");
  BOOST_REQUIRE(hint.starts_with("tutti run tutti.yaml --resume="));
  dir.write("go", "");
  auto again = launch(options({"run", "--plain", "--json", "report.json",
                               hint.substr(hint.find("--resume="))}),
                      {});
  auto end = finish(*again);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").size() == 2u);
  BOOST_TEST(end.task("one").at("nodes") == json({"node-1"}));
  check_nothing_left();
  // What stays of the node is what it would fetch again.
  BOOST_TEST(dir.exists(".tutti/nodes/node-1/artifacts"));
  BOOST_TEST(!dir.exists(".tutti/nodes/node-1/logs"));
  BOOST_TEST(!dir.exists(".tutti/nodes/node-1/io"));
  BOOST_TEST(has(expect(0, {"clean", "-n"}).out, "would remove what node"));
  BOOST_TEST(has(expect(0, {"clean"}).out, "removed what node node-1 kept"));
  BOOST_TEST(!dir.exists(".tutti/nodes/node-1/artifacts"));
}

BOOST_AUTO_TEST_CASE(the_state_may_go_on_from_another_folder) { // §31
  auto x = start_run(waiting_plan);
  auto a = start_node("n1", "work", {"--once"});
  wait_for_lines("began", 1);
  BOOST_REQUIRE(x->read_until("start      ada"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  std::filesystem::rename(dir / ".tutti", dir / "moved");
  auto again = go_on({"--resume", "--state-dir", dir / "moved"});
  BOOST_REQUIRE(heard_of(*again, "joined", "n1"));
  dir.write("go", "");
  auto end = finish(*again);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").size() == 1u);
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

// rows 12, 13: two orchestrators of one run
BOOST_AUTO_TEST_CASE(a_copy_of_the_state_is_no_second_orchestrator) { // §32
  auto x = start_run(waiting_plan);
  auto a = start_node("n1", "work", {"--once"});
  wait_for_lines("began", 1);
  BOOST_REQUIRE(x->read_until("start      ada"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  // What the supervisor of the first one takes away meanwhile is in the way.
  BOOST_REQUIRE(eventually([&] {
    std::error_code failed;
    std::filesystem::remove_all(dir / "copy");
    std::filesystem::copy(dir / ".tutti", dir / "copy",
                          std::filesystem::copy_options::recursive, failed);
    return !failed;
  }));
  auto second = go_on();
  BOOST_REQUIRE(heard_of(*second, "joined", "n1"));
  second->send_signal(SIGKILL);
  (void)second->wait();
  // As far on as the second one was, and another.
  auto copy = go_on({"--resume", "--state-dir", dir / "copy"});
  auto refused = copy->wait();
  BOOST_TEST(refused.status == 8, refused.out << refused.err);
  BOOST_TEST(has(refused.out, "orchestrator"), refused.out);
  BOOST_TEST(has(refused.out, "this one stops"), refused.out);
  BOOST_TEST(has(refused.out,
                 "exit code 8: its nodes follow another "
                 "orchestrator of this run: the run goes on there"),
             refused.out);
  BOOST_TEST(!has(refused.out, "to go on:"), refused.out);
  // The right one still finds the work as it was.
  auto third = go_on();
  BOOST_REQUIRE(heard_of(*third, "joined", "n1"));
  dir.write("go", "");
  auto end = finish(*third);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").size() == 1u);
  check_accepted_once();
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

BOOST_AUTO_TEST_SUITE_END()
