// SPDX-License-Identifier: BSD-3-Clause
// Machines and sessions with different versions of tutti (semantics §31, §32;
// row 33 of the fault catalogue). The other version is tests/programs/
// skewed_tutti.cpp.
#include "tests/e2e/cluster_fixture.hpp"
#include "tests/support/sqlite_connection.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>

using namespace tutti::test;

namespace {

struct version {
  std::string tutti;
  std::string protocol;
};

const version older{"0.0.7", "0"};
const version newer{"77.0.0", "2"};
/// It speaks as this one does.
const version patched{"0.0.7", "1"};

struct versions_fixture : cluster_fixture {
  /// Of nodes, and by the empty name of the run; else it is this one.
  std::map<std::string, version> others;

  [[nodiscard]] std::unique_ptr<program>
  launch(const program_options& x, const std::string& node) const override {
    auto how = x;
    if (auto i = others.find(node); i != others.end()) {
      const char* path = std::getenv("TUTTI_SKEWED_BINARY");
      BOOST_REQUIRE(path != nullptr);
      how.path = path;
      how.env.push_back("TUTTI_TEST_VERSION=" + i->second.tutti);
      how.env.push_back("TUTTI_TEST_PROTOCOL=" + i->second.protocol);
    }
    return cluster_fixture::launch(how, node);
  }
  /// It comes, hears why it may not stay, and tries no more.
  void check_refused(const std::string& node, const std::string& protocol,
                     const std::string& of_run) const {
    auto x = start_node(node, "work")->wait();
    BOOST_TEST(!x.timed_out);
    BOOST_TEST(x.status == 7);
    check_one_sentence(x, {"was turned away: node " + node + " is tutti ",
                           "version " + protocol + " of the protocol",
                           "version " + of_run
                               + ": use the same tutti on all "
                                 "machines"});
  }
};

/// `one` says where it is and waits for `go`.
const std::string waiting_plan = short_lease + R"(
keep: 60s
agents: { ada: { runs-on: work } }
tasks:
  one:
    agent: ada
    run: |
      echo $$ > ../pid
      echo "one $NODE" >> ../began
      until [ -e ../go ]; do sleep 0.02; done
  two: { agent: ada, needs: one, run: 'echo "two $NODE" >> ../began' }
)";

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_cluster_versions, versions_fixture)

// row 33: mixed-version nodes
BOOST_AUTO_TEST_CASE(nodes_that_speak_otherwise_are_refused_for_good) { // §32
  auto x = start_run(waiting_plan);
  auto a = start_node("n1", "work", {"--once"});
  wait_for_lines("began", 1);
  for (const auto& other : {older, newer}) {
    others["n2"] = other;
    check_refused("n2", other.protocol, "1");
    BOOST_REQUIRE(x->read_until("was turned away: node n2 is tutti "
                                + other.tutti + " with version "
                                + other.protocol + " of the protocol"));
  }
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  // Of who belongs there nothing was disturbed.
  BOOST_TEST(lines("began").size() == 2u);
  BOOST_TEST(end.report.at("losses").empty());
  BOOST_TEST(end.report.at("nodes").size() == 2u); // local, n1
  auto node = a->wait();
  BOOST_TEST(node.status == 0);
  BOOST_TEST(!has(node.err, "lost the orchestrator"), node.err);
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(a_run_that_speaks_otherwise_refuses_this_one) { // §32
  for (const auto& other : {older, newer}) {
    others = {{"", other}};
    auto x = start_run(waiting_plan);
    BOOST_REQUIRE(x->read_until("no node has 'work'"));
    check_refused("n1", "1", other.protocol);
    others["n2"] = other;
    auto b = start_node("n2", "work", {"--once"});
    dir.write("go", "");
    auto end = finish(*x);
    BOOST_TEST(end.status == 0, end.out << end.err);
    BOOST_TEST(lines("began").back() == "two n2");
    BOOST_TEST(b->wait().status == 0);
  }
  check_nothing_left();
}

BOOST_AUTO_TEST_CASE(another_version_that_speaks_alike_takes_part) {
  others["n1"] = patched;
  auto x = start_run(waiting_plan);
  auto a = start_node("n1", "work", {"--once"});
  dir.write("go", "");
  auto end = finish(*x);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").back() == "two n1");
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

// row 33: the other half of an update. The journal says who wrote which part.
BOOST_AUTO_TEST_CASE(another_version_may_go_on_with_what_runs) { // §31, §33
  others = {{"", patched}, {"n1", patched}};
  auto x = start_run(waiting_plan);
  auto a = start_node("n1", "work", {"--once"});
  wait_for_lines("began", 1);
  BOOST_REQUIRE(x->read_until("start      ada"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  BOOST_REQUIRE(a->read_until("lost the orchestrator"));
  others.erase("");
  auto again = go_on();
  BOOST_REQUIRE(heard_of(*again, "joined", "n1"));
  dir.write("go", "");
  auto end = finish(*again);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").size() == 2u); // each once
  BOOST_TEST(end.task("one").at("attempts") == 1);
  BOOST_TEST(journal("select tutti from session where number = 1")
             == patched.tutti);
  BOOST_TEST(journal("select tutti <> '" + patched.tutti
                     + "' from session where number = 2")
             == "1");
  check_accepted_once();
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

// row 33: what nodes of before still do is given up by them, and done anew by
// those that were updated.
BOOST_AUTO_TEST_CASE(nodes_of_before_an_update_end_what_they_do) { // §31, §33
  auto x = start_run(waiting_plan);
  auto a = start_node("n1", "work");
  wait_for_lines("began", 1);
  BOOST_REQUIRE(x->read_until("start      ada"));
  x->send_signal(SIGKILL);
  (void)x->wait();
  others[""] = newer;
  auto again = go_on();
  auto node = a->wait();
  BOOST_TEST(node.status == 7);
  BOOST_TEST(has(node.err, "with version 1 of the protocol"), node.err);
  BOOST_TEST(has(node.err, "tutti 77.0.0 with version 2"), node.err);
  wait_for_end_of("pid");
  others["n1"] = newer;
  a = start_node("n1", "work", {"--once"});
  wait_for_lines("began", 2);
  dir.write("go", "");
  auto end = finish(*again);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").size() == 3u);
  check_accepted_once();
  BOOST_TEST(a->wait().status == 0);
  check_nothing_left();
}

// row 33: downgrade. (Old journals: tests/data/journals.)
BOOST_AUTO_TEST_CASE(a_journal_of_a_later_format_is_refused) { // §29
  auto x = start_run(waiting_plan);
  auto a = start_node("n1", "work");
  wait_for_lines("began", 1);
  x->send_signal(SIGKILL);
  (void)x->wait();
  sqlite_connection db{run_directory() + "/journal.db"};
  BOOST_REQUIRE(db.run("PRAGMA user_version = 3"));
  auto refused = go_on()->wait();
  BOOST_TEST(refused.status == 8);
  check_one_sentence(refused, {"journal.db' is of format 3", "up to 2",
                               "use the newer one that wrote it"});
  BOOST_REQUIRE(db.run("PRAGMA user_version = 2"));
  auto again = go_on();
  dir.write("go", "");
  auto end = finish(*again);
  BOOST_TEST(end.status == 0, end.out << end.err);
  BOOST_TEST(lines("began").size() == 2u);
  a->send_signal(SIGTERM);
  (void)a->wait();
  check_nothing_left();
}

BOOST_AUTO_TEST_SUITE_END()
