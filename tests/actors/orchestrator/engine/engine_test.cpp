// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of docs/semantics.md; the world checks the invariants after
// every step.
#include "tests/support/engine_world.hpp"
#include "tests/support/plan_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

namespace {

outputs told(std::string name, std::string text) {
  return {{std::move(name), make_text(std::move(text))}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_engine)

BOOST_AUTO_TEST_CASE(independent_tasks_all_start_and_needs_hold_the_rest) {
  plan_builder b;
  b.agent("worker", 4);
  auto x = b.task("x");
  auto y = b.task("y");
  auto z = b.task("z", {x, y});
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  BOOST_TEST((w.runs(x) && w.runs(y)));
  BOOST_TEST((w.state(z) == waiting));
  w.end(x);
  BOOST_TEST((w.state(z) == waiting));
  w.end(y);
  BOOST_TEST((w.state(z) == ready));
  w.begin_all();
  w.end(z);
  BOOST_TEST(w.get().over());
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 0);
  BOOST_TEST((w.delivered.contains({x, z}) && w.delivered.contains({y, z})));
}

BOOST_AUTO_TEST_CASE(a_failure_skips_what_needs_it_and_spares_the_rest) { // §6
  plan_builder b;
  b.agent("worker", 4);
  auto bad = b.task("bad");
  auto next = b.task("next", {bad});
  auto far = b.task("far", {next});
  auto other = b.task("other");
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(bad, attempt_end::failure);
  BOOST_TEST((w.state(bad) == failed));
  BOOST_TEST((w.state(next) == skipped));
  BOOST_TEST((w.state(far) == skipped));
  BOOST_TEST(!w.get().over());
  w.end(other);
  BOOST_TEST((w.state(other) == succeeded));
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 1);
  const auto* why = w.last(fact_kind::task_skipped);
  BOOST_TEST(why->cause == next);
}

BOOST_AUTO_TEST_CASE(conditions_ask_what_section_6_says) {
  struct row {
    need_condition condition;
    attempt_end end;
    bool allowed;
    task_state expected;
  };
  using enum need_condition;
  const row rows[] = {
      {need_condition::succeeded, attempt_end::success, false, ready},
      {need_condition::succeeded, attempt_end::failure, false, skipped},
      {need_condition::succeeded, attempt_end::failure, true, ready},
      {need_condition::succeeded, attempt_end::system_error, true, ready},
      {need_condition::failed, attempt_end::success, false, skipped},
      {need_condition::failed, attempt_end::failure, false, ready},
      {need_condition::failed, attempt_end::failure, true, ready},
      {need_condition::failed, attempt_end::timed_out, false, ready},
      {need_condition::failed, attempt_end::system_error, false, ready},
      {need_condition::completed, attempt_end::success, false, ready},
      {need_condition::completed, attempt_end::failure, false, ready},
      {started, attempt_end::failure, false, ready},
  };
  for (const auto& r : rows) {
    plan_builder b;
    b.agent("worker", 2);
    auto p = b.task("p");
    auto c = b.task("c");
    b[p].allow_failure = r.allowed;
    b[c].needs = {on_task(p, r.condition)};
    engine_world w{b.get()};
    w.begin_run();
    w.begin_next(0);
    BOOST_TEST((w.state(c) == (r.condition == started ? ready : waiting)));
    w.end(p, r.end);
    BOOST_TEST((w.state(c) == r.expected),
               to_string(r.condition) << " after " << to_string(w.state(p)));
  }
}

BOOST_AUTO_TEST_CASE(started_cannot_be_met_by_a_task_that_never_starts) {
  plan_builder b;
  auto bad = b.task("bad");
  auto never = b.task("never", {bad});
  auto c = b.task("c");
  b[c].needs = {on_task(never, need_condition::started)};
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(bad, attempt_end::failure);
  BOOST_TEST((w.state(c) == skipped));
}

BOOST_AUTO_TEST_CASE(a_phase_is_met_failed_and_started_as_a_whole) {
  using enum need_condition;
  plan_builder b;
  b.agent("worker", 8);
  auto x = b.task("x");
  auto y = b.task("y");
  auto p = b.phase("p", {x, y});
  auto on_start = b.task("on-start");
  auto on_fail = b.task("on-fail");
  auto on_success = b.task("on-success");
  auto on_end = b.task("on-end");
  b[on_start].needs = {on_phase(p, started)};
  b[on_fail].needs = {on_phase(p, need_condition::failed)};
  b[on_success].needs = {on_phase(p)};
  b[on_end].needs = {on_phase(p, completed)};
  engine_world w{b.get()};
  w.begin_run();
  w.begin_next(0);
  BOOST_TEST((w.state(on_start) == ready));
  w.begin_next(0);
  w.end(x, attempt_end::failure);
  BOOST_TEST((w.state(on_fail) == ready));
  BOOST_TEST((w.state(on_success) == skipped));
  BOOST_TEST((w.state(on_end) == waiting));
  w.end(y);
  BOOST_TEST((w.state(on_end) == ready));
}

BOOST_AUTO_TEST_CASE(a_needed_phase_hands_over_each_of_its_tasks) {
  plan_builder b;
  b.agent("worker", 2);
  auto x = b.task("x");
  auto y = b.task("y");
  auto p = b.phase("p", {x, y});
  auto c = b.task("c");
  b[c].needs = {on_phase(p)};
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(x);
  w.end(y);
  BOOST_TEST((w.delivered.contains({x, c}) && w.delivered.contains({y, c})));
}

BOOST_AUTO_TEST_CASE(if_false_leaves_out_the_task_and_what_needs_it) { // §7
  plan_builder b;
  b.agent("worker", 4);
  auto prd = b.task("prd");
  auto stripe = b.task("stripe", {prd});
  auto pay = b.task("pay", {stripe});
  auto after = b.task("after");
  b[stripe].condition = output_is_true(prd, "stripe");
  b[after].after = {{node_kind::task, stripe}};
  auto gate = b.gate("g", {stripe}, {});
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(prd, attempt_end::success, told("stripe", "false"));
  BOOST_TEST((w.state(stripe) == left_out));
  BOOST_TEST((w.state(pay) == left_out));
  BOOST_TEST((w.state(after) == ready));
  BOOST_TEST((w.gate(gate) == gate_state::open));
  w.begin_all();
  w.end(after);
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 0);
}

BOOST_AUTO_TEST_CASE(if_true_releases_and_a_missing_output_is_false) { // §7
  for (bool yes : {true, false}) {
    plan_builder b;
    auto prd = b.task("prd");
    auto stripe = b.task("stripe", {prd});
    b[stripe].condition = output_is_true(prd, "stripe");
    engine_world w{b.get()};
    w.begin_run();
    w.begin_all();
    w.end(prd, attempt_end::success,
          yes ? told("stripe", "true") : told("other", "true"));
    BOOST_TEST((w.state(stripe) == (yes ? ready : left_out)));
  }
}

BOOST_AUTO_TEST_CASE(
    after_orders_whatever_the_result_and_carries_nothing) { // §8
  plan_builder b;
  auto x = b.task("x");
  auto y = b.task("y");
  b[y].after = {{node_kind::task, x}};
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  BOOST_TEST((w.state(y) == waiting));
  w.end(x, attempt_end::failure);
  BOOST_TEST((w.state(y) == ready));
  BOOST_TEST(w.delivered.empty());
}

BOOST_AUTO_TEST_CASE(finally_runs_last_whatever_happened) { // §8
  plan_builder b;
  b.agent("worker", 4);
  auto x = b.task("x");
  auto y = b.task("y", {x});
  auto sweep = b.task("sweep");
  b[sweep].is_finally = true;
  b.gate("closed", {y}, {sweep}, true);
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  BOOST_TEST((w.state(sweep) == waiting));
  w.end(x, attempt_end::failure);
  BOOST_TEST((w.state(y) == skipped));
  BOOST_TEST((w.state(sweep) == ready));
  w.begin_all();
  w.end(sweep);
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 1);
}

BOOST_AUTO_TEST_CASE(unopened_gate_holds_ready_tasks) { // §15
  plan_builder b;
  b.agent("worker", 4);
  auto verify = b.task("verify");
  auto work = b.task("work");
  auto gate = b.gate("go", {verify}, {}, true);
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  BOOST_TEST(w.runs(verify));
  BOOST_TEST((w.state(work) == waiting));
  w.end(verify);
  BOOST_TEST((w.gate(gate) == gate_state::open));
  BOOST_TEST((w.state(work) == ready));
}

BOOST_AUTO_TEST_CASE(a_gate_that_cannot_open_closes_and_skips_what_it_blocks) {
  plan_builder b;
  b.agent("worker", 4);
  auto verify = b.task("verify");
  auto work = b.task("work");
  auto rescue = b.task("rescue");
  auto gate = b.gate("go", {verify}, {work});
  b[rescue].needs = {on_gate(gate, need_condition::failed)};
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(verify, attempt_end::failure);
  BOOST_TEST((w.gate(gate) == gate_state::closed));
  BOOST_TEST((w.state(work) == skipped));
  BOOST_TEST((w.state(rescue) == ready));
  const auto* why = w.last(fact_kind::task_skipped);
  BOOST_TEST((why->cause_kind == node_kind::gate && why->cause == gate));
}

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

BOOST_AUTO_TEST_CASE(stop_returns_tasks_to_ready_and_uses_no_retry) { // §26
  plan_builder b;
  b.agent("worker", 1);
  auto x = b.task("x");
  auto y = b.task("y");
  auto sweep = b.task("sweep");
  b[x].retries.max = 1;
  b[sweep].is_finally = true;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  BOOST_TEST(w.runs(x));
  w.stop();
  w.give_back_all();
  BOOST_TEST((w.told_to_end.contains({x, 1})));
  w.end(x, attempt_end::failure);
  BOOST_TEST((w.state(x) == ready));
  BOOST_TEST(w.get().task(x).failures == 0u);
  BOOST_TEST((w.state(y) == ready));
  w.begin_all();
  BOOST_TEST(w.runs(sweep)); // only `finally` starts
  BOOST_TEST(w.running.size() == 1u);
  w.end(sweep);
  const auto* end = w.last(fact_kind::run_ended);
  BOOST_REQUIRE(end != nullptr);
  BOOST_TEST((end->status == run_status::stopped));
  BOOST_TEST(end->exit_code == 130);
}

BOOST_AUTO_TEST_CASE(a_second_stop_kills_and_starts_nothing_more) { // §26
  plan_builder b;
  b.agent("worker", 2);
  auto x = b.task("x");
  auto sweep = b.task("sweep");
  b[sweep].is_finally = true;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.stop();
  w.stop(true);
  BOOST_TEST((w.told_to_end == std::map<attempt_key, bool>{{{x, 1}, true}}));
  w.end(x, attempt_end::failure);
  BOOST_TEST(w.get().over());
  BOOST_TEST((w.state(sweep) == waiting));
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::stopped));
}

BOOST_AUTO_TEST_CASE(stop_catches_an_attempt_that_begins_meanwhile) {
  plan_builder b;
  auto x = b.task("x");
  engine_world w{b.get()};
  w.begin_run();
  w.stop();        // revoked …
  w.begin_next(0); // … but it has begun
  BOOST_TEST((w.told_to_end.contains({x, 1})));
  w.give_back_all(); // finds nothing in the queue
  w.end(x, attempt_end::failure);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::stopped));
}

BOOST_AUTO_TEST_CASE(all_done_in_spite_of_a_stop_is_a_success) { // §26, §27
  plan_builder b;
  auto x = b.task("x");
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.stop();
  w.end(x);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(an_unkillable_attempt_quarantines_its_slot) { // §26, §27
  plan_builder b;
  auto x = b.task("x");
  auto y = b.task("y");
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(x, attempt_end::unkillable);
  BOOST_TEST((w.state(x) == error));
  w.give_back_all();
  // No slot is left and none can come: the run says so and ends.
  BOOST_TEST((w.state(y) == ready));
  const auto* end = w.last(fact_kind::run_ended);
  BOOST_REQUIRE(end != nullptr);
  BOOST_TEST((end->status == run_status::waiting));
  BOOST_TEST(end->exit_code == 6);
}

BOOST_AUTO_TEST_CASE(skipped_by_the_user_leaves_out_and_closes_gates) { // §28
  plan_builder b;
  b.agent("worker", 3);
  auto x = b.task("x");
  auto y = b.task("y", {x});
  auto z = b.task("z");
  auto gate = b.gate("g", {y}, {z});
  b.get().skipped = {task_id{x}, task_id{y}};
  b.get().gates[gate].closed_by_skip = true;
  auto other = b.task("other");
  engine_world w{b.get()};
  w.begin_run();
  BOOST_TEST((w.state(x) == left_out));
  BOOST_TEST((w.state(y) == left_out));
  BOOST_TEST((w.gate(gate) == gate_state::closed));
  BOOST_TEST((w.state(z) == skipped));
  w.begin_all();
  w.end(other);
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 0);
}

BOOST_AUTO_TEST_CASE(an_empty_plan_is_over_at_once) {
  plan_builder b;
  engine_world w{b.get()};
  w.begin_run();
  BOOST_TEST(w.get().over());
}

BOOST_AUTO_TEST_CASE(events_after_the_end_are_rejected) {
  plan_builder b;
  auto x = b.task("x");
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(x);
  w.stop();
  BOOST_REQUIRE(!w.rejects.empty());
  BOOST_TEST((w.rejects.back() == engine::reject_reason::run_is_over));
}

BOOST_AUTO_TEST_CASE(unknown_tasks_are_rejected) {
  plan_builder b;
  b.task("x");
  engine_world w{b.get()};
  w.begin_run();
  w.step(engine::attempt_begins{task_id{7}, 1});
  w.step(engine_world::finished({7, 1}, attempt_end::success));
  w.step(engine::attempt_given_back{task_id{7}, 1});
  w.step(engine::cancel_requested{task_id{7}});
  w.step(engine::handoff_arrives{task_id{7}, task_id{0}});
  w.step(engine::timer_fires{engine::timer_kind::timeout, 7, 1});
  w.step(engine::timer_fires{engine::timer_kind::retry, 7, 1});
  w.step(engine::timer_fires{engine::timer_kind::reserve, 7, 1});
  BOOST_TEST(w.rejects.size() == 8u);
}

BOOST_AUTO_TEST_SUITE_END()
