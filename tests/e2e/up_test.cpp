// SPDX-License-Identifier: BSD-3-Clause
// `tutti up`: a run and nodes of its own.
#include "tests/e2e/live_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>
#include <string>

using namespace tutti::test;

namespace fs = std::filesystem;

BOOST_FIXTURE_TEST_SUITE(e2e_up, live_fixture)

BOOST_AUTO_TEST_CASE(nodes_that_cannot_begin_are_not_waited_for) {
  dir.write("tutti.yaml", "tasks: { one: { runs-on: work, run: echo 1 } }");
  auto good = tutti({"up", "--plain", "--nodes", "2"});
  BOOST_TEST(good.status == 0, good.out << good.err);
  for (const auto* x : {"node-1", "node-2"})
    fs::remove(dir / (".tutti/certs/" + std::string(x) + ".crt"));
  fs::permissions(dir / ".tutti/certs/ca.key", fs::perms{0644});
  auto x = tutti({"up", "--plain", "--nodes", "2"});
  BOOST_TEST(x.status == 7, x.out << x.err);
  auto all = x.out + x.err;
  BOOST_TEST(has(all, " has ended (exit code 7): the key "), all);
  BOOST_TEST(has(all, "chmod 600"), all); // what the node said itself
  BOOST_TEST(has(all, "cannot begin without all of its own nodes"), all);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_run_whose_own_nodes_are_dead_ends) {
  dir.write("tutti.yaml", R"(
lease: { every: 200ms, timeout: 1500ms }
grace: 500ms
tasks:
  one:
    runs-on: work
    run: |
      cut -d' ' -f4 /proc/$PPID/stat > pid.new # its node
      mv pid.new pid
      until [ -e go ]; do sleep 0.02; done
)");
  auto x =
      std::make_unique<program>(options({"up", "--plain", "--nodes", "1"}));
  BOOST_REQUIRE(eventually([this] {
    return dir.exists("pid");
  }));
  ::kill(std::stoi(dir.read("pid")), SIGKILL);
  auto end = x->wait();
  BOOST_TEST(end.status == 7, end.out << end.err);
  auto all = end.out + end.err;
  BOOST_TEST(has(all, "node-1 was ended by signal 9"), all);
  BOOST_TEST(has(all, "none of the run's own nodes is left"), all);
  BOOST_TEST(has(all, "--resume="), all);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(its_nodes_have_what_the_run_waits_for) {
  dir.write("tutti.yaml", R"(
nodes: { wait-for: gpu }
tasks:
  one: { runs-on: work, run: echo 1 }
)");
  auto x = tutti({"up", "--plain", "--nodes", "1"});
  BOOST_TEST(x.status == 0, x.out << x.err);
}

BOOST_AUTO_TEST_SUITE_END()
