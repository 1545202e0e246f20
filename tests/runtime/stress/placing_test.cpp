// SPDX-License-Identifier: BSD-3-Clause
// Where the actors of a pattern are, with nodes.
#include "runtime/stress/patterns.hpp"
#include "runtime/stress/settings.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace tutti::stress;

namespace {

settings with(const pattern_info& x, std::uint32_t nodes,
              std::uint32_t actors) {
  settings result;
  result.pattern = &x;
  result.nodes = nodes;
  result.actors = actors;
  return result;
}

/// How many actors each process has, the conductor first.
std::vector<std::uint32_t> shares(const settings& how) {
  std::vector<std::uint32_t> result(how.nodes + 1);
  for (std::uint32_t i = 0; i < how.actors; ++i)
    ++result.at(home_of(how, i));
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_stress_placing)

BOOST_AUTO_TEST_CASE(without_nodes_all_are_with_the_conductor) {
  for (const auto& x : patterns())
    for (std::uint32_t i = 0; i < 10; ++i)
      BOOST_TEST(home_of(with(x, 0, 10), i) == 0u);
}

BOOST_AUTO_TEST_CASE(every_node_has_an_actor_and_as_many_as_the_others) {
  for (const auto& x : patterns()) {
    if (!has(x.takes, knob::nodes))
      continue;
    for (std::uint32_t nodes = 1; nodes <= nodes_max; ++nodes)
      for (auto actors : {actors_min(x, nodes), actors_usual(x, nodes)}) {
        BOOST_TEST_INFO_SCOPE(x.name << " " << nodes << " " << actors);
        auto all = shares(with(x, nodes, actors));
        for (std::uint32_t i = 1; i <= nodes; ++i) {
          BOOST_TEST(all[i] >= 1u);
          BOOST_TEST(all[i] <= all[1]);
          BOOST_TEST(all[i] + 1 >= all[1]);
        }
        BOOST_TEST(all[0] >= 1u);
      }
  }
}

BOOST_AUTO_TEST_CASE(every_message_crosses_a_line_to_or_from_the_conductor) {
  for (std::uint32_t nodes = 1; nodes <= nodes_max; ++nodes) {
    for (const auto* name : {"ping-pong", "pipeline"}) {
      const auto& x = *find_pattern(name);
      auto how = with(x, nodes, actors_usual(x, nodes));
      auto step = x.actors_step; // of pairs, each by itself
      for (std::uint32_t i = 0; i + 1 < how.actors; i += step)
        BOOST_TEST((home_of(how, i) == 0) != (home_of(how, i + 1) == 0));
    }
    for (const auto* name : {"fan-in", "fan-out", "scatter-gather"}) {
      const auto& x = *find_pattern(name);
      BOOST_TEST(shares(with(x, nodes, actors_usual(x, nodes)))[0] == 1u);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_chain_begins_and_ends_with_the_conductor) {
  const auto& x = *find_pattern("pipeline");
  for (std::uint32_t nodes = 1; nodes <= nodes_max; ++nodes) {
    auto how = with(x, nodes, actors_usual(x, nodes));
    BOOST_TEST(home_of(how, 0) == 0u);
    BOOST_TEST(home_of(how, how.actors - 1) == 0u);
  }
}

BOOST_AUTO_TEST_SUITE_END()
