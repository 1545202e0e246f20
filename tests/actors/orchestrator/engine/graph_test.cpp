// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/graph.hpp"
#include "tests/support/plan_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(engine_graph)

BOOST_AUTO_TEST_CASE(
    ranks_by_priority_then_longest_path_then_plan_order) { // §4
  plan_builder b;
  auto leaf = b.task("leaf");
  auto head = b.task("head");
  auto tail = b.task("tail", {head});
  auto urgent = b.task("urgent");
  auto twin = b.task("twin");
  b[tail].estimate.mode = 10min;
  b[urgent].priority = 1;
  auto g = engine::compile(b.get(), {});
  auto rank = [&](std::uint32_t t) {
    return g.tasks[t].rank;
  };
  BOOST_TEST(rank(urgent) == 0u);
  BOOST_TEST(rank(head) == 1u); // 1m + 10m still to come
  BOOST_TEST(rank(tail) == 2u);
  BOOST_TEST(rank(leaf) == 3u); // as long as twin, but named first
  BOOST_TEST(rank(twin) == 4u);
}

BOOST_AUTO_TEST_CASE(pinned_tasks_without_tokens_are_assigned_ahead) { // §1
  plan_builder b;
  b.agent("free");
  b.agent("shared");
  auto cores = b.pool("cores", 2);
  auto plain = b.task("plain");
  auto pooled = b.task("pooled");
  auto beside = b.task("beside");
  b[pooled].agents = {agent_id{1}};
  b[pooled].pools = {{cores, 1}};
  b[beside].agents = {agent_id{1}};
  auto g = engine::compile(b.get(), {});
  BOOST_TEST(g.class_of(plain).assign_ahead);
  BOOST_TEST(!g.class_of(pooled).assign_ahead);
  // It competes for the slot of a task that needs a token.
  BOOST_TEST(!g.class_of(beside).assign_ahead);
}

BOOST_AUTO_TEST_CASE(a_binding_jobs_limit_is_a_token) {
  plan_builder b;
  b.agent("wide", 4);
  auto t = b.task("t");
  BOOST_TEST(engine::compile(b.get(), {4, 1}).class_of(t).assign_ahead);
  BOOST_TEST(!engine::compile(b.get(), {3, 1}).class_of(t).assign_ahead);
}

BOOST_AUTO_TEST_CASE(any_of_tasks_are_never_assigned_ahead) {
  plan_builder b;
  b.agent("a");
  b.agent("b");
  auto t = b.task("t");
  b[t].agents = {agent_id{0}, agent_id{1}};
  BOOST_TEST(!engine::compile(b.get(), {}).class_of(t).assign_ahead);
}

BOOST_AUTO_TEST_CASE(a_phase_needed_by_many_costs_a_sum_not_a_product) {
  plan_builder b;
  std::vector<std::uint32_t> members;
  for (int i = 0; i < 100; ++i)
    members.push_back(b.task("m" + std::to_string(i)));
  auto p = b.phase("many", members);
  for (int i = 0; i < 100; ++i) {
    auto t = b.task("c" + std::to_string(i));
    b[t].needs = {on_phase(p)};
  }
  auto g = engine::compile(b.get(), {});
  BOOST_TEST(g.out.size() == 200u);
  BOOST_TEST(g.group_count == 1u);
}

BOOST_AUTO_TEST_CASE(blocks_all_spares_what_a_blocks_all_gate_needs) { // §15
  plan_builder b;
  auto base = b.task("base");
  auto verify = b.task("verify", {base});
  auto work = b.task("work");
  auto gate = b.gate("go", {verify}, {}, true);
  auto g = engine::compile(b.get(), {});
  auto blocked = g.out_of(g.gate_node(gate));
  BOOST_REQUIRE_EQUAL(blocked.size(), 1u);
  BOOST_TEST(blocked[0].target() == work);
}

BOOST_AUTO_TEST_CASE(no_gate_blocks_a_finally_task) { // §8
  plan_builder b;
  auto work = b.task("work");
  auto sweep = b.task("sweep");
  b[sweep].is_finally = true;
  auto gate = b.gate("go", {work}, {sweep});
  auto g = engine::compile(b.get(), {});
  BOOST_TEST(g.out_of(g.gate_node(gate)).empty());
}

BOOST_AUTO_TEST_SUITE_END()
