// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of docs/semantics.md; the world checks the invariants after
// every step.
#include "actors/orchestrator/engine/retry_policy.hpp"
#include "tests/support/engine_world.hpp"
#include "tests/support/plan_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

BOOST_AUTO_TEST_SUITE(engine_attempts)

BOOST_AUTO_TEST_CASE(retries_use_up_extra_attempts_with_growing_waits) { // §3
  plan_builder b;
  auto t = b.task("t");
  b[t].retries = {3, 1s, 2.0, 3s};
  engine_world w{b.get()};
  w.begin_run();
  for (auto wait : {1s, 2s, 3s}) { // doubled, then bounded
    w.begin_all();
    auto before = w.now;
    w.end(t, attempt_end::failure);
    BOOST_TEST((w.state(t) == ready));
    BOOST_TEST(!w.begin_next(0)); // it waits
    BOOST_REQUIRE(w.fire_next_timer());
    BOOST_TEST((w.now - before == duration{wait}));
  }
  w.begin_all();
  w.end(t, attempt_end::failure);
  BOOST_TEST((w.state(t) == failed));
  BOOST_TEST(w.get().task(t).attempt == 4u);
}

BOOST_AUTO_TEST_CASE(jitter_only_shortens_a_wait) { // §3
  retry_policy policy{9, 1s, 2.0, 1min, 0.25};
  duration longest{0};
  duration shortest = 1s;
  for (std::uint32_t task = 0; task < 1000; ++task) {
    auto wait = engine::wait_after(policy, task, 1);
    longest = std::max(longest, wait);
    shortest = std::min(shortest, wait);
  }
  BOOST_TEST((longest <= 1s && longest > 990ms));
  BOOST_TEST((shortest > 750ms && shortest < 760ms));
  policy.jitter = 0;
  BOOST_TEST((engine::wait_after(policy, 7, 3) == duration{4s}));
}

BOOST_AUTO_TEST_CASE(a_timeout_ends_the_attempt_and_a_later_success_is_late) {
  plan_builder b;
  auto t = b.task("t");
  b[t].timeout = 30s;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  BOOST_REQUIRE(w.fire_next_timer());
  BOOST_TEST((w.now == duration{30s}));
  BOOST_TEST((w.told_to_end == std::map<attempt_key, bool>{{{t, 1}, false}}));
  BOOST_TEST((w.state(t) == running)); // the slot waits for the process (§26)
  w.end(t, attempt_end::success);
  BOOST_TEST((w.state(t) == timed_out));
  BOOST_TEST(w.get().counts().late == 1u);
}

BOOST_AUTO_TEST_CASE(a_stale_timer_is_rejected) { // §24
  plan_builder b;
  auto t = b.task("t");
  b[t].timeout = 30s;
  b[t].retries.max = 1;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(t, attempt_end::failure);
  w.begin_all();
  w.fire_next_timer(); // the first attempt's
  BOOST_REQUIRE_EQUAL(w.rejects.size(), 1u);
  BOOST_TEST((w.rejects[0] == engine::reject_reason::stale_timer));
  BOOST_TEST(w.told_to_end.empty());
}

BOOST_AUTO_TEST_CASE(a_stale_result_is_late_and_changes_nothing) { // rule 6
  plan_builder b;
  auto t = b.task("t");
  b[t].retries.max = 1;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(t, attempt_end::failure);
  w.begin_all();
  w.step(engine_world::finished({t, 1}, attempt_end::success));
  BOOST_TEST((w.state(t) == running));
  BOOST_TEST(w.get().counts().late == 1u);
  w.end(t);
  w.step(engine_world::finished({t, 2}, attempt_end::failure));
  BOOST_TEST((w.state(t) == succeeded));
}

BOOST_AUTO_TEST_CASE(pool_tokens_bound_what_runs) { // §1
  plan_builder b;
  b.agent("worker", 8);
  auto cores = b.pool("cores", 3);
  for (int i = 0; i < 6; ++i) {
    auto t = b.task("t" + std::to_string(i));
    b[t].pools = {{cores, i == 0 ? 2u : 1u}};
  }
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  BOOST_TEST(w.running.size() == 2u); // 2 + 1 tokens
  w.end(0);
  w.begin_all();
  BOOST_TEST(w.running.size() == 3u);
}

BOOST_AUTO_TEST_CASE(
    a_task_passed_over_for_a_minute_reserves_its_tokens) { // §1
  plan_builder b;
  b.agent("worker", 8);
  auto cores = b.pool("cores", 2);
  auto big = b.task("big");
  std::vector<std::uint32_t> small;
  for (int i = 0; i < 6; ++i)
    small.push_back(b.task("s" + std::to_string(i)));
  b[big].pools = {{cores, 2}};
  for (auto s : small)
    b[s].pools = {{cores, 1}};
  auto first = b.task("first");
  b[first].pools = {{cores, 1}};
  b[first].priority = 2;
  b[big].priority = 1;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all(); // first and one small one: big is overtaken
  BOOST_TEST(w.running.size() == 2u);
  BOOST_TEST((w.state(big) == ready));
  BOOST_REQUIRE(w.fire_next_timer());
  BOOST_TEST((w.now == duration{1min}));
  w.end(first);
  w.begin_all();
  BOOST_TEST(w.running.size() == 1u); // the free token is held for big
  for (auto s : small)
    if (w.runs(s)) {
      w.end(s);
      break;
    }
  w.begin_all();
  BOOST_TEST(w.runs(big));
}

BOOST_AUTO_TEST_CASE(any_of_goes_to_whoever_is_free) { // §1
  plan_builder b;
  b.agent("a");
  b.agent("b");
  auto busy = b.task("busy");
  auto x = b.task("x");
  b[busy].priority = 1;
  b[x].agents = {agent_id{0}, agent_id{1}};
  auto needed = b.task("needed");
  b[needed].agents = {agent_id{1}};
  b[x].needs = {on_task(needed)};
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(needed);
  w.begin_all();
  BOOST_TEST(w.runs(x));
  BOOST_TEST(w.get().task(x).agent == 1u);
  // The handoff left with the assignment: only then was its agent known.
  BOOST_TEST(w.delivered.contains({needed, x}));
}

BOOST_AUTO_TEST_CASE(the_jobs_limit_binds_over_all_agents) {
  plan_builder b;
  b.agent("a", 2);
  b.agent("b", 2);
  for (int i = 0; i < 6; ++i) {
    auto t = b.task("t" + std::to_string(i));
    b[t].agents = {agent_id{std::size_t(i % 2)}};
  }
  engine_world w{b.get(), {3, 1}};
  w.begin_run();
  w.begin_all();
  BOOST_TEST(w.running.size() == 3u);
}

BOOST_AUTO_TEST_CASE(fail_fast_cancels_all_but_finally) { // §9
  plan_builder b;
  b.agent("worker", 3);
  auto bad = b.task("bad");
  auto runs = b.task("runs");
  auto late = b.task("late");
  auto queued = b.task("queued");
  auto sweep = b.task("sweep");
  b[bad].priority = 2;
  b[runs].priority = 1;
  b[sweep].is_finally = true;
  b[late].needs = {on_task(runs)};
  b.get().agents[0].slots = 2;
  b.get().fail_fast = true;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  BOOST_TEST((w.runs(bad) && w.runs(runs)));
  BOOST_TEST((w.state(queued) == ready));
  w.end(bad, attempt_end::failure);
  w.give_back_all();
  BOOST_TEST((w.state(late) == cancelled));
  BOOST_TEST((w.state(queued) == cancelled));
  BOOST_TEST((w.told_to_end.contains({runs, 1})));
  w.end(runs, attempt_end::failure);
  BOOST_TEST((w.state(runs) == cancelled));
  w.begin_all();
  BOOST_TEST(w.runs(sweep));
  w.end(sweep);
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 1);
}

BOOST_AUTO_TEST_CASE(an_allowed_failure_does_not_fail_fast) { // §9
  plan_builder b;
  b.agent("worker", 2);
  auto bad = b.task("bad");
  auto other = b.task("other");
  b[bad].allow_failure = true;
  b.get().fail_fast = true;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(bad, attempt_end::failure);
  BOOST_TEST(w.runs(other));
  w.end(other);
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 0);
}

BOOST_AUTO_TEST_CASE(
    a_success_that_arrives_while_cancelling_is_accepted) { // §26
  plan_builder b;
  auto t = b.task("t");
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.step(engine::cancel_requested{task_id{t}});
  w.end(t);
  BOOST_TEST((w.state(t) == succeeded));
}

BOOST_AUTO_TEST_SUITE_END()
