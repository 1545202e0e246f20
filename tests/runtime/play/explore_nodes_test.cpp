// SPDX-License-Identifier: BSD-3-Clause
// The ten rules over nodes: the real hub and gateways, and all that befalls
// machines and what is between them. TUTTI_TEST_SEEDS=FIRST-LAST plays others.
#include "runtime/play/explore.hpp"
#include "runtime/play/plan_builder.hpp"
#include "tests/support/seeds.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <memory>
#include <string>

using namespace tutti;

namespace {

play::explore_options over_nodes() {
  play::explore_options result;
  result.nodes = true;
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_play_explore_nodes)

// rows 8-13
BOOST_AUTO_TEST_CASE(no_seed_breaks_a_rule) {
  auto range = test::seeds_to_play(60, 3'000);
  std::string first;
  for (auto seed = range.first; seed <= range.last; ++seed) {
    auto x = play::explore(seed, over_nodes());
    if (x.passed())
      continue;
    BOOST_ERROR("seed " << seed << ": " << x.violations[0].text);
    if (first.empty())
      first = play::explored_text(x);
  }
  BOOST_TEST(first.empty(), first);
}

// Each broke a rule once: what a node had taken back was told to the next
// orchestrator, which had given it out again (110); who waited inside on a node
// that was drained never went on (2401).
BOOST_AUTO_TEST_CASE(seeds_that_broke_a_rule_keep_it) {
  for (std::uint64_t seed : {13, 110, 180, 421, 2401}) {
    auto x = play::explore(seed, over_nodes());
    BOOST_TEST(x.passed(), play::explored_text(x));
  }
}

// Else nothing is searched.
BOOST_AUTO_TEST_CASE(what_befalls_nodes_comes_about) {
  std::array<std::uint64_t, play::fault_kind_count> befell{};
  std::array<std::uint64_t, 64> facts{};
  std::uint64_t lost_attempts = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    auto x = play::explore(seed, over_nodes());
    for (std::size_t i = 0; i < befell.size(); ++i)
      befell[i] += x.by_kind[i];
    for (const auto& f : x.facts) {
      ++facts.at(static_cast<std::size_t>(f.kind));
      lost_attempts += f.end == attempt_end::node_lost;
    }
  }
  for (auto kind : {play::fault_kind::lose_node, play::fault_kind::freeze_node,
                    play::fault_kind::cut, play::fault_kind::cut_one_way,
                    play::fault_kind::slow, play::fault_kind::reset,
                    play::fault_kind::drain, play::fault_kind::join,
                    play::fault_kind::kill})
    BOOST_TEST(befell[static_cast<std::size_t>(kind)] > 0u,
               play::to_string(kind));
  for (auto kind :
       {fact_kind::node_joined, fact_kind::node_lost, fact_kind::node_gone,
        fact_kind::node_draining, fact_kind::agent_placed,
        fact_kind::agent_unplaced, fact_kind::run_lost, fact_kind::result_late})
    BOOST_TEST(facts.at(static_cast<std::size_t>(kind)) > 0u, to_string(kind));
  BOOST_TEST(lost_attempts > 0u);
}

// A plan that says who runs on which node is explored over nodes.
BOOST_AUTO_TEST_CASE(a_plan_with_labels_has_nodes) {
  play::plan_builder b;
  b.agent("anna", 2);
  auto train = b.task("train");
  auto test = b.task("test", {train});
  b[test].exclusive = true;
  b.get().agents[0].runs_on = {"gpu"};
  play::explore_options how;
  how.work = std::make_shared<const plan>(b.get());
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    auto x = play::explore(seed, how);
    BOOST_TEST(!x.played.fleet.empty());
    BOOST_TEST(x.passed(), play::explored_text(x));
    BOOST_TEST((x.played.work->agents == how.work->agents));
  }
}

BOOST_AUTO_TEST_SUITE_END()
