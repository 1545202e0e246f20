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

BOOST_AUTO_TEST_SUITE(engine_end)

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
  BOOST_TEST(end->exit_code == 1); // x ended in an error, which goes first
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

BOOST_AUTO_TEST_CASE(fail_fast_leaves_no_retry_to_what_was_timing_out) { // §9
  plan_builder b;
  b.agent("worker", 2);
  auto x = b.task("x");
  auto y = b.task("y");
  b[x].timeout = 30s;
  b[x].retries.max = 1;
  b.get().fail_fast = true;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.fire_next_timer();
  w.end(y, attempt_end::failure);
  w.end(x, attempt_end::failure);
  BOOST_TEST((w.state(x) == cancelled));
  BOOST_TEST(w.get().over());
}

BOOST_AUTO_TEST_CASE(fail_fast_cancels_what_a_lost_slot_gives_back) { // §9
  plan_builder b;
  auto x = b.task("x");
  auto y = b.task("y");
  b.get().fail_fast = true;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(x, attempt_end::unkillable);
  w.give_back_all();
  BOOST_TEST((w.state(y) == cancelled));
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 1);
}

BOOST_AUTO_TEST_CASE(fail_fast_spares_what_a_stop_keeps) { // §26
  plan_builder b;
  auto x = b.task("x");
  auto y = b.task("y", {x});
  auto f = b.task("f");
  b[f].is_finally = true;
  b.get().fail_fast = true;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.stop();
  w.end(x, attempt_end::failure);
  w.begin_all();
  w.end(f, attempt_end::failure);
  BOOST_TEST((w.state(x) == ready));
  BOOST_TEST((w.state(y) == waiting));
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 130);
}

BOOST_AUTO_TEST_CASE(on_a_stop_finally_waits_for_a_phase_of_finally) { // §8
  plan_builder b;
  b.agent("worker", 4);
  auto x = b.task("x");
  auto a = b.task("a");
  auto c = b.task("c");
  b[a].is_finally = true;
  b[c].is_finally = true;
  auto p = b.phase("p", {a});
  b[c].needs = {on_phase(p)};
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.stop();
  w.end(x, attempt_end::failure);
  w.begin_all();
  BOOST_TEST(w.runs(a));
  BOOST_TEST(!w.runs(c));
  w.end(a);
  w.begin_all();
  BOOST_TEST(w.runs(c));
}

BOOST_AUTO_TEST_CASE(what_a_late_success_put_out_is_not_used) { // rule 6
  plan_builder b;
  b.agent("worker", 2);
  auto x = b.task("x");
  auto c = b.task("c");
  b[x].timeout = 30s;
  b[c].needs = {on_task(x, need_condition::completed)};
  b[c].condition = output_is_true(x, "go");
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.fire_next_timer();
  w.end(x, attempt_end::success, told("go", "true"));
  BOOST_TEST((w.state(x) == timed_out));
  BOOST_TEST((w.state(c) == left_out));
  BOOST_TEST(w.get().details_of(x) == nullptr);
}

BOOST_AUTO_TEST_CASE(a_timeout_before_a_stop_keeps_its_retry) { // §26
  plan_builder b;
  auto x = b.task("x");
  b[x].timeout = 30s;
  b[x].retries.max = 1;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.fire_next_timer();
  w.stop();
  w.end(x, attempt_end::failure);
  BOOST_TEST((w.state(x) == ready));
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 130);
}

BOOST_AUTO_TEST_CASE(kill_now_holds_for_what_begins_meanwhile) { // §26
  plan_builder b;
  auto x = b.task("x");
  engine_world w{b.get()};
  w.begin_run();
  w.stop();
  w.stop(true);
  w.begin_next(0);
  BOOST_TEST((w.told_to_end == std::map<attempt_key, bool>{{{x, 1}, true}}));
}

BOOST_AUTO_TEST_CASE(a_failure_goes_before_resumable_and_a_signal_before_both) {
  for (auto code : {6, 130}) { // §27
    plan_builder b;
    b.agent("worker", 2);
    auto bad = b.task("bad");
    auto x = b.task("x");
    engine_world w{b.get()};
    w.begin_run();
    w.begin_all();
    w.end(bad, attempt_end::failure);
    w.step(engine::stop_requested{6, false});
    if (code == 130)
      w.stop();
    w.end(x, attempt_end::failure);
    BOOST_TEST(w.last(fact_kind::run_ended)->exit_code
               == (code == 6 ? 1 : 130));
  }
}

BOOST_AUTO_TEST_CASE(a_full_disk_stops_the_run_resumably) { // §27
  plan_builder b;
  b.agent("worker", 2);
  auto x = b.task("x");
  auto y = b.task("y");
  auto f = b.task("f");
  b[f].is_finally = true;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(x, attempt_end::no_space);
  BOOST_TEST((w.state(x) == ready));
  BOOST_TEST(!w.told_to_end.contains({y, 1})); // what runs comes to its end
  w.end(y);
  BOOST_TEST((w.state(y) == succeeded));
  w.begin_all();
  w.end(f, attempt_end::no_space);
  BOOST_TEST((w.state(f) == error));
  BOOST_TEST(w.get().over());
}

BOOST_AUTO_TEST_CASE(
    a_cancelled_task_gives_back_what_it_had_reserved) { // rule 2
  plan_builder b;
  b.agent("worker", 8);
  auto cores = b.pool("cores", 2);
  auto first = b.task("first");
  auto big = b.task("big");
  b[first].priority = 2;
  b[big].priority = 1;
  b[big].pools = {{cores, 2}};
  b[first].pools = {{cores, 1}};
  for (int i = 0; i < 3; ++i) {
    auto s = b.task("s" + std::to_string(i));
    b[s].pools = {{cores, 1}};
  }
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.fire_next_timer();
  w.end(first);
  w.begin_all();
  BOOST_TEST(w.running.size() == 1u);
  w.step(engine::cancel_requested{task_id{big}});
  w.begin_all();
  BOOST_TEST(w.running.size() == 2u);
}

BOOST_AUTO_TEST_CASE(events_before_the_beginning_are_rejected) {
  plan_builder b;
  b.task("x");
  engine_world w{b.get()};
  w.step(engine::cancel_requested{task_id{0u}});
  w.begin_run();
  w.begin_run();
  BOOST_REQUIRE_EQUAL(w.rejects.size(), 2u);
  BOOST_TEST((w.rejects[0] == engine::reject_reason::not_begun));
  BOOST_TEST((w.rejects[1] == engine::reject_reason::not_begun));
}

// It waits for nodes (§32), and somebody stops it.
BOOST_AUTO_TEST_CASE(a_run_that_is_stopped_before_it_begins_starts_nothing) {
  plan_builder b;
  b.task("x");
  engine_world w{b.get()};
  w.stop();
  BOOST_TEST(w.get().over());
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::stopped));
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 130);
  BOOST_TEST(w.count(fact_kind::task_assigned) == 0u);
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
