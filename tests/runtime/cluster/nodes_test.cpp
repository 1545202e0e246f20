// SPDX-License-Identifier: BSD-3-Clause
// §32–§34 between a hub and its nodes, in virtual time: the real hub, gateways
// and agents.
#include "runtime/play/plan_builder.hpp"
#include "tests/support/cluster_world.hpp"

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

/// Two agents that go to nodes; `build` and `check` are of the first, `other`
/// of the second.
plan two_agents() {
  play::plan_builder b;
  b.agent("coder", 2);
  b.agent("tester");
  b.task("build");
  b.task("check", {0});
  b.task("other");
  b[2].agents = {agent_id{1u}};
  for (auto& x : b.get().agents)
    x.runs_on = {"gpu"};
  return b.get();
}

constexpr agent_id coder{0u};
constexpr agent_id tester{1u};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_cluster_nodes)

BOOST_AUTO_TEST_CASE(work_goes_to_a_node_and_its_result_comes_back) {
  cluster_world w{two_agents()};
  w.start_hub();
  w.start_node("n1");
  BOOST_TEST(w.has_joined("n1"));
  BOOST_TEST((w.presence("n1") == cluster::node_presence::present));
  w.machines["n1"].takes = 5s;
  w.place(coder, "n1", 1);
  w.hand(coder, 2, 0, 1);
  w.assign(coder, 0, 1);
  w.settle();
  BOOST_REQUIRE_EQUAL(w.log.started.size(), 1u);
  BOOST_REQUIRE_EQUAL(w.log.accepted.size(), 1u);
  // What it is told there: the node's own directory, and its ids.
  BOOST_TEST(w.runs["n1"].work->directory == "/there");
  w.run_for(5s);
  BOOST_REQUIRE_EQUAL(w.log.finished.size(), 1u);
  BOOST_TEST((w.log.finished[0].end == attempt_end::success));
  BOOST_REQUIRE(w.log.finished[0].details);
  BOOST_TEST(w.log.finished[0].details->log == "/here/build.1");
}

BOOST_AUTO_TEST_SUITE_END()
