// SPDX-License-Identifier: BSD-3-Clause
// Nodes that die, freeze and wake in the middle of a run (semantics §33; rows
// 8 and 11 of the fault catalogue). Where the network does, see
// network_test.cpp.
#include "tests/e2e/cluster_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace tutti::test;

namespace {

struct loss_fixture : cluster_fixture {
  std::map<std::string, std::unique_ptr<program>> nodes;

  /// A node for all agents of these tests.
  void join(const std::string& name) {
    nodes[name] = start_node(name, "work", {"--once"});
  }
  /// Where the attempt began that wrote this line of `began`.
  [[nodiscard]] std::string node_of_line(std::size_t number) const {
    auto line = wait_for_lines("began", number).at(number - 1);
    return line.substr(line.rfind(' ') + 1);
  }
  void end_all() {
    for (auto& [name, x] : nodes) {
      x->send_signal(SIGTERM);
      (void)x->wait();
    }
    check_no_process_left();
  }
};

/// The loss of the node; null where it was not lost.
json loss_of(const json& report, std::string_view node) {
  for (const auto& x : report.at("losses"))
    if (x.at("node") == node)
      return x;
  return {};
}

/// `one` writes where it is and who it is, and waits for `go`.
const std::string waiting_plan = short_lease + R"(
agents: { ada: { runs-on: work }, bob: { runs-on: work } }
tasks:
  zero: { agent: bob, run: 'echo z > z.txt', artifacts: z.txt }
  one:
    agent: ada
    needs: zero
    run: |
      cat z.txt > a.txt
      echo a >> a.txt
      echo $$ > ../pid-$NODE
      echo "one $NODE" >> ../began
      until [ -e ../go ]; do sleep 0.02; done
      echo "by=$NODE" >> "$TUTTI_OUTPUT"
    artifacts: a.txt
  sum: { needs: [one, zero], run: 'cat a.txt z.txt > sum' }
)";

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_cluster_loss, loss_fixture)

// row 8: kill -9 of a node
BOOST_AUTO_TEST_CASE(what_a_killed_node_did_is_done_by_another) { // §33
  auto x = start_run(waiting_plan, {"--min-nodes", "2"});
  join("n1");
  join("n2");
  auto dead = node_of_line(1);
  auto other = dead == "n1" ? "n2" : "n1";
  nodes[dead]->send_signal(SIGKILL);
  BOOST_TEST(nodes[dead]->wait().status == 128 + SIGKILL);
  // Its supervisor ends what it did, long before the orchestrator knows.
  wait_for_end_of("pid-" + dead);
  BOOST_REQUIRE(heard_of(*x, "lost", dead));
  BOOST_TEST(node_of_line(2) == other);
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(dir.read("sum") == "z\na\nz\n");
  BOOST_TEST(end.task("one").at("outputs").at("by") == other);
  auto loss = loss_of(end.report, dead);
  BOOST_REQUIRE(!loss.is_null());
  BOOST_REQUIRE(loss.at("work").size() == 1u);
  auto work = loss.at("work").at(0);
  BOOST_TEST(work.at("task") == "one");
  BOOST_TEST(work.at("next").at("node") == other);
  BOOST_TEST(has(end.out, "lost: 1"), end.out);
  check_accepted_once();
  end_all();
}

// row 8: a node freezes for longer than lease and grace, then wakes
BOOST_AUTO_TEST_CASE(a_frozen_node_wakes_to_nothing_and_joins_again) { // §33
  auto x = start_run(waiting_plan, {"--min-nodes", "2"});
  join("n1");
  join("n2");
  auto frozen = node_of_line(1);
  auto other = frozen == "n1" ? "n2" : "n1";
  nodes[frozen]->send_signal(SIGSTOP);
  // Its supervisor does not freeze with it.
  wait_for_end_of("pid-" + frozen);
  BOOST_REQUIRE(heard_of(*x, "lost", frozen));
  BOOST_TEST(node_of_line(2) == other);
  nodes[frozen]->send_signal(SIGCONT);
  BOOST_REQUIRE(heard_of(*x, "joined", frozen, 2));
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(dir.read("sum") == "z\na\nz\n");
  BOOST_TEST(lines("began").size() == 2u);
  BOOST_TEST(end.task("one").at("outputs").at("by") == other);
  // rows 8, 11: its result came, late, and counted for nothing.
  BOOST_TEST(end.report.at("late_count") == 1);
  BOOST_REQUIRE(end.report.at("late").size() == 1u);
  BOOST_TEST(end.report.at("late").at(0).at("task") == "one");
  check_accepted_once();
  for (auto& [name, node] : nodes)
    BOOST_TEST(node->wait().status == 0);
  check_nothing_left();
}

// row 9: never two of them
BOOST_AUTO_TEST_CASE(exclusive_work_waits_until_the_first_must_be_over) { // §33
  auto x = start_run(short_lease + R"(
keep: 2s
agents: { ada: { runs-on: work } }
tasks:
  one:
    agent: ada
    exclusive: true
    run: |
      exec 9> ../lock
      flock -n 9 || { echo "$NODE" >> ../twice; exit 9; }
      echo "one $NODE" >> ../began
      until [ -e ../go ]; do sleep 0.02; done
)",
                     {"--min-nodes", "2"});
  join("n1");
  join("n2");
  auto dead = node_of_line(1);
  nodes[dead]->send_signal(SIGKILL);
  BOOST_REQUIRE(heard_of(*x, "lost", dead));
  BOOST_REQUIRE(heard_of(*x, "gone", dead));
  BOOST_TEST(node_of_line(2) == (dead == "n1" ? "n2" : "n1"));
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(!dir.exists("twice"));
  // The second began no sooner than `keep` after the loss.
  auto loss = loss_of(end.report, dead);
  BOOST_REQUIRE(!loss.is_null());
  auto began = loss.at("work").at(0).at("next").at("started_s").get<double>();
  BOOST_TEST(began >= loss.at("at_s").get<double>() + 2.0);
  check_accepted_once();
  end_all();
}

// rows 8, 9: nobody has to wait until it could be over, for it is
BOOST_AUTO_TEST_CASE(a_node_whose_supervisor_was_killed_says_that_it_goes) {
  auto x = start_run(R"(
keep: 1h
agents: { ada: { runs-on: work } }
tasks:
  one:
    agent: ada
    exclusive: true
    run: |
      echo $$ > ../pid-$NODE
      echo $PPID > ../supervisor-$NODE
      echo "one $NODE" >> ../began
      until [ -e ../go ]; do sleep 0.02; done
)",
                     {"--min-nodes", "2"});
  join("n1");
  join("n2");
  auto dead = node_of_line(1);
  ::kill(std::stoi(dir.read("supervisor-" + dead)), SIGKILL);
  auto node = nodes[dead]->wait();
  BOOST_TEST(node.status == 9);
  BOOST_TEST(has(node.err, "the process supervisor was ended by signal 9"),
             node.err);
  BOOST_REQUIRE(heard_of(*x, "gone", dead));
  BOOST_TEST(node_of_line(2) == (dead == "n1" ? "n2" : "n1"));
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(loss_of(end.report, dead).at("reason")
             == "the process supervisor was ended by signal 9; its processes "
                "have been killed");
  check_accepted_once();
  end_all();
}

// row 8: all of them at once, and what was accepted is not lost with them
BOOST_AUTO_TEST_CASE(all_nodes_may_die_and_others_come) {
  auto x = start_run(waiting_plan, {"--min-nodes", "2"});
  join("n1");
  join("n2");
  (void)node_of_line(1);
  for (auto& [name, node] : nodes) {
    node->send_signal(SIGKILL);
    (void)node->wait();
  }
  BOOST_REQUIRE(heard_of(*x, "lost", "n1"));
  BOOST_REQUIRE(heard_of(*x, "lost", "n2"));
  join("n3");
  BOOST_TEST(node_of_line(2) == "n3");
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  // z.txt was made on a node that is dead, and is not made again.
  BOOST_TEST(dir.read("sum") == "z\na\nz\n");
  BOOST_TEST(end.task("zero").at("attempts") == 1);
  check_accepted_once();
  end_all();
}

BOOST_AUTO_TEST_CASE(a_node_that_was_started_anew_has_nothing_of_before) {
  auto x = start_run(waiting_plan);
  join("n1");
  BOOST_TEST(node_of_line(1) == "n1");
  nodes["n1"]->send_signal(SIGKILL);
  (void)nodes["n1"]->wait();
  join("n1"); // the same name, and sooner than its lease is over
  BOOST_TEST(node_of_line(2) == "n1");
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(dir.read("sum") == "z\na\nz\n");
  check_accepted_once();
  end_all();
  check_nothing_left(); // it took away the socket of the one before
}

BOOST_AUTO_TEST_SUITE_END()
