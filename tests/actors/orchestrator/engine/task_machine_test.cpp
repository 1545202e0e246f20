// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/task_machine.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <set>
#include <utility>

namespace {

using namespace tutti;
using enum task_state;

constexpr std::array all = {
    waiting,     ready,     running,  waiting_to_integrate,
    integrating, succeeded, failed,   timed_out,
    error,       skipped,   left_out, cancelled,
};

/// The edges of §3, written out.
const std::set<std::pair<task_state, task_state>>& edges() {
  static const auto result = [] {
    std::set<std::pair<task_state, task_state>> x = {
        {waiting, ready},
        {ready, waiting},
        {ready, running},
        {running, ready},
        {running, waiting},
        {running, waiting_to_integrate},
        {waiting_to_integrate, integrating},
        {waiting_to_integrate, ready},
        {integrating, waiting_to_integrate},
    };
    for (auto from : {running, waiting_to_integrate, integrating})
      for (auto to : {succeeded, failed, timed_out, error, cancelled})
        x.insert({from, to});
    for (auto from : {waiting, ready})
      for (auto to : {skipped, left_out, cancelled, timed_out, error})
        x.insert({from, to});
    for (auto from :
         {succeeded, failed, timed_out, error, skipped, left_out, cancelled})
      x.insert({from, waiting});
    // Beyond §3: rework where only what is needed later has changed (§18).
    for (auto from :
         {succeeded, failed, timed_out, error, skipped, left_out, cancelled})
      x.insert({from, waiting_to_integrate});
    return x;
  }();
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_task_machine)

BOOST_AUTO_TEST_CASE(has_the_edges_of_section_3_and_no_others) {
  for (auto from : all)
    for (auto to : all)
      BOOST_TEST(engine::has_edge(from, to) == edges().contains({from, to}),
                 to_string(from) << " -> " << to_string(to));
}

BOOST_AUTO_TEST_CASE(each_transition_moves_along_its_edge) {
  auto x = waiting;
  engine::release(x);
  BOOST_TEST((x == ready));
  engine::unrelease(x);
  BOOST_TEST((x == waiting));
  engine::release(x);
  engine::begin(x);
  BOOST_TEST((x == running));
  engine::again(x);
  BOOST_TEST((x == ready));
  engine::begin(x);
  engine::queue_next(x);
  BOOST_TEST((x == waiting));
  engine::release(x);
  engine::begin(x);
  engine::park(x);
  BOOST_TEST((x == waiting_to_integrate));
  engine::begin_integrate(x);
  BOOST_TEST((x == integrating));
  engine::integrate_again(x);
  engine::lose_node(x);
  BOOST_TEST((x == ready));
  engine::begin(x);
  engine::finish(x, succeeded);
  BOOST_TEST((x == succeeded));
  engine::new_version(x);
  BOOST_TEST((x == waiting));
  engine::end_unstarted(x, skipped);
  BOOST_TEST((x == skipped));
}

BOOST_AUTO_TEST_CASE(terminal_states_are_the_seven_of_section_3) {
  int terminal = 0;
  for (auto x : all)
    terminal += is_terminal(x);
  BOOST_TEST(terminal == 7);
  BOOST_TEST(is_failure(failed));
  BOOST_TEST(is_failure(timed_out));
  BOOST_TEST(is_failure(error));
  BOOST_TEST(!is_failure(skipped));
  BOOST_TEST(!is_failure(cancelled));
}

BOOST_AUTO_TEST_SUITE_END()
