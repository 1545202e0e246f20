// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/bounds.hpp"

#include "tests/support/run_script.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using report::bound_kind;
using report::compute_bounds;
using report::lower_bounds;
using report::run_model;

namespace {

lower_bounds bounds_of(const plan_sketch& b, std::vector<duration> work,
                       std::optional<std::uint32_t> jobs = std::nullopt) {
  run_model m(b.value, b.slots());
  for (const auto& x : naive_run(b.value, std::move(work)).facts())
    m.apply(x);
  return compute_bounds(m, jobs);
}

void check(const lower_bounds& x, bound_kind tight, duration value) {
  BOOST_CHECK_EQUAL(to_string(x.tight), to_string(tight));
  BOOST_CHECK_EQUAL(x.value.count(), value.count());
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_report_bounds)

BOOST_AUTO_TEST_CASE(a_long_task_beside_a_short_chain_is_the_chain) {
  plan_sketch b;
  auto local = b.agent("local", 2);
  auto x = b.task("x", {local});
  auto y = b.task("y", {local}, {x});
  b.task("z", {local}, {y});
  auto slow = b.task("slow", {local});
  auto result = bounds_of(b, {1s, 1s, 1s, 5s});
  check(result, bound_kind::chain, 5s);
  BOOST_REQUIRE_EQUAL(result.chain.size(), 1u);
  BOOST_CHECK_EQUAL(result.chain[0].value, slow);
  BOOST_CHECK(result[bound_kind::area].value == 4s);
}

BOOST_AUTO_TEST_CASE(a_chain_runs_through_gates_phases_and_after) {
  plan_sketch b;
  auto local = b.agent("local", 4);
  auto verify = b.task("verify", {local});
  auto x = b.task("x", {local});
  auto y = b.task("y", {local});
  auto last = b.task("last", {local});
  b.gate("go", {verify}, {x, y, last});
  b.value.tasks[last].after.push_back({node_kind::task, y});
  auto result = bounds_of(b, {1s, 2s, 3s, 0s});
  check(result, bound_kind::chain, 4s);
  BOOST_CHECK_EQUAL(result.chain.size(), 2u); // verify, y
}

BOOST_AUTO_TEST_CASE(one_agent_with_all_the_work_is_agent_bound) {
  plan_sketch b;
  auto reese = b.agent("reese");
  auto morgan = b.agent("morgan");
  auto casey = b.agent("casey");
  auto first = b.task("first", {reese});
  auto x = b.task("x", {morgan}, {first});
  auto y = b.task("y", {morgan}, {first});
  b.task("last", {casey}, {x, y});
  // Head 1 s, work 2 + 3 s, tail 4 s.
  auto result = bounds_of(b, {1s, 2s, 3s, 4s});
  check(result, bound_kind::agent, 10s);
  BOOST_CHECK_EQUAL(result[bound_kind::agent].index, morgan);
  BOOST_CHECK(result[bound_kind::agent].work == 5s);
}

BOOST_AUTO_TEST_CASE(slots_divide_an_agents_work) {
  plan_sketch b;
  auto casey = b.agent("casey", 2);
  for (auto name : {"a", "b", "c", "d"})
    b.task(name, {casey});
  check(bounds_of(b, {1s, 1s, 1s, 1s}), bound_kind::agent, 2s);
}

BOOST_AUTO_TEST_CASE(a_pool_bounds_by_tokens_times_work) {
  plan_sketch b;
  auto local = b.agent("local", 8);
  b.value.pools.push_back({"cores", 4});
  for (auto name : {"a", "b", "c"}) {
    auto x = b.task(name, {local});
    b.value.tasks[x].pools.push_back({pool_id{0}, 3});
  }
  auto result = bounds_of(b, {2s, 2s, 2s});
  check(result, bound_kind::pool, 4500ms);
}

BOOST_AUTO_TEST_CASE(interchangeable_agents_are_bound_by_their_area) {
  plan_sketch b;
  auto x = b.agent("x");
  auto y = b.agent("y");
  for (auto name : {"a", "b", "c", "d"})
    b.task(name, {x, y});
  b.task("pinned", {x});
  auto result = bounds_of(b, {1s, 1s, 1s, 1s, 2s});
  check(result, bound_kind::area, 3s);
}

BOOST_AUTO_TEST_CASE(a_limit_on_all_attempts_is_an_area) {
  plan_sketch b;
  auto local = b.agent("local", 1);
  for (auto name : {"a", "b", "c"})
    b.task(name, {local});
  auto result = bounds_of(b, {1s, 1s, 1s}, 1);
  check(result, bound_kind::area, 3s);
  BOOST_CHECK_EQUAL(result[bound_kind::area].capacity, 1u);
}

BOOST_AUTO_TEST_CASE(bounds_within_one_percent_tie_in_a_fixed_order) {
  plan_sketch b;
  auto a = b.agent("a");
  b.task("x", {a});
  b.task("y", {a});
  check(bounds_of(b, {1000s, 5s}), bound_kind::chain, 1005s);
  check(bounds_of(b, {1000s, 50s}), bound_kind::agent, 1050s);
}

BOOST_AUTO_TEST_CASE(a_skipped_task_delays_nobody_but_by_its_cause) {
  plan_sketch b;
  auto local = b.agent("local", 4);
  auto bad = b.task("bad", {local});
  auto slow = b.task("slow", {local});
  auto lost = b.task("lost", {local}, {bad, slow});
  auto next = b.task("next", {local});
  b.value.tasks[next].after.push_back({node_kind::task, lost});
  run_model m(b.value, b.slots());
  apply_all(m, {started(0s, bad, 0), started(0s, slow, 0),
                finished(1s, bad, 0, task_state::failed, 1),
                skipped(1s, lost, bad), started(1s, next, 0),
                finished(8s, next, 0), finished(10s, slow, 0),
                run_ended(10s, run_status::failed, 1)});
  auto result = compute_bounds(m);
  check(result, bound_kind::chain, 10s);
}

BOOST_AUTO_TEST_CASE(a_run_without_work_is_bound_by_nothing) {
  plan_sketch b;
  run_model m(b.value, b.slots());
  check(compute_bounds(m), bound_kind::chain, 0s);
}

BOOST_AUTO_TEST_CASE(waiting_for_a_start_does_not_wait_for_the_work) {
  plan_sketch b;
  auto local = b.agent("local", 4);
  auto first = b.task("first", {local});
  auto x = b.task("x", {local}, {first});
  auto y = b.task("y", {local});
  b.value.tasks[y].needs.push_back(
      {{node_kind::task, x}, need_condition::started});
  run_model m(b.value, b.slots());
  apply_all(m, {started(0s, first, 0), finished(1s, first, 0),
                started(1s, x, 0), started(1s, y, 0), finished(4s, y, 0),
                finished(6s, x, 0), run_ended(6s, run_status::succeeded, 0)});
  check(compute_bounds(m), bound_kind::chain, 6s);
  BOOST_CHECK_EQUAL(compute_bounds(m).chain.size(), 2u);
}

BOOST_AUTO_TEST_CASE(no_bound_exceeds_the_makespan_of_a_random_run) {
  for (unsigned seed = 1; seed <= 500; ++seed) {
    std::mt19937 random(seed);
    plan_sketch b;
    auto agents = 1 + random() % 4;
    for (std::uint32_t i = 0; i < agents; ++i)
      b.agent("a" + std::to_string(i), 1 + random() % 3);
    b.agent("local", 1 + random() % 4);
    b.value.pools.push_back({"p", 2});
    std::vector<duration> work;
    for (std::uint32_t i = 0; i < 20; ++i) {
      std::vector<std::uint32_t> who{
          static_cast<std::uint32_t>(random() % (agents + 1))};
      if (random() % 4 == 0 && who[0] != agents && who[0] + 1 != agents)
        who.push_back(who[0] + 1);
      std::vector<std::uint32_t> needs;
      for (std::uint32_t j = 0; j < i; ++j)
        if (random() % 8 == 0)
          needs.push_back(j);
      auto x = b.task("t" + std::to_string(i), who, needs);
      if (random() % 3 == 0)
        b.value.tasks[x].pools.push_back(
            {pool_id{0}, static_cast<std::uint32_t>(1 + random() % 2)});
      work.emplace_back(random() % 1000 * 1ms);
    }
    b.gate("go", {0, 1}, {15, 16, 17});
    run_model m(b.value, b.slots());
    for (const auto& x : naive_run(b.value, work).facts())
      m.apply(x);
    auto result = compute_bounds(m);
    for (const auto& x : result.of)
      BOOST_REQUIRE_MESSAGE(x.value <= m.now(),
                            "seed " << seed << ": a bound of "
                                    << x.value.count() << " exceeds "
                                    << m.now().count());
  }
}

BOOST_AUTO_TEST_SUITE_END()
