// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/nodes_text.hpp"

#include "tests/support/json_schema.hpp"
#include "tests/support/node_facts.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

struct fixture : spread_team {
  report::run_model m{value, slots()};

  fixture() {
    for (const auto& xs : {until_lost(), the_loss()})
      for (const auto& x : xs)
        m.apply(x);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_cli_nodes, fixture)

BOOST_AUTO_TEST_CASE(the_table_says_where_work_is_and_what_is_lost) { // §32
  BOOST_TEST(
      cli::nodes_text(m)
      == "NODE   STATE  SINCE  BUSY  LABELS      AGENTS\n"
         "local  up     10s    1     -           -\n"
         "box1   lost   0s     0/4   gpu, linux  -\n"
         "box2   up     9s     0/1   gpu         -\n"
         "box1 is lost: it has not answered for 16s; what it had may still be "
         "at work\n"
         "quinn has no node: it is about to get one\n");
}

BOOST_AUTO_TEST_CASE(the_table_says_what_has_left) { // §32
  m.apply(node_fact(fact_kind::node_draining, 40s, "box2"));
  m.apply(node_fact(fact_kind::node_gone, 40s, "box2"));
  auto text = cli::nodes_text(m);
  BOOST_TEST(text.find("box2   gone   0s ") != text.npos, text);
  BOOST_TEST(text.find("\nbox2 is gone: it was drained\n") != text.npos, text);
}

BOOST_AUTO_TEST_CASE(nodes_are_in_the_order_that_people_count_in) {
  report::run_model far{value, slots()};
  for (const auto* name : {"local", "node-10", "node-2", "a", "node-1"})
    far.apply(joined(0s, name, "", 1));
  auto text = cli::nodes_text(far);
  std::size_t last = 0;
  for (const auto* name :
       {"\nlocal", "\na ", "\nnode-1 ", "\nnode-2 ", "\nnode-10 "}) {
    auto at = text.find(name);
    BOOST_REQUIRE_MESSAGE(at != text.npos, text);
    BOOST_TEST(at > last, text);
    last = at;
  }
  auto x = nlohmann::json::parse(cli::nodes_json(far, "r1"));
  BOOST_TEST(x["nodes"][4]["node"] == "node-10");
}

BOOST_AUTO_TEST_CASE(a_live_run_says_where_nodes_join) { // §32
  BOOST_TEST(cli::nodes_text(m, "hub:7700")
             == cli::nodes_text(m) + "others join at hub:7700\n");
  auto x = nlohmann::json::parse(cli::nodes_json(m, "r1", "hub:7700"));
  auto rules = shipped_schema("nodes");
  validate(x, rules, rules, "nodes");
  BOOST_TEST(x["join_address"] == "hub:7700");
}

BOOST_AUTO_TEST_CASE(the_document_keeps_to_its_schema) {
  auto x = nlohmann::json::parse(cli::nodes_json(m, "r1"));
  auto rules = shipped_schema("nodes");
  validate(x, rules, rules, "nodes");
  BOOST_TEST(x["run_id"] == "r1");
  BOOST_TEST(x["nodes"][0]["slots"].is_null());
  BOOST_TEST(x["nodes"][1]["may_still_work"] == true);
  BOOST_TEST(x["nodes"][1]["labels"] == nlohmann::json({"gpu", "linux"}));
  BOOST_TEST(x["unplaced"][0]["reason"].is_null());
}

BOOST_AUTO_TEST_SUITE_END()
