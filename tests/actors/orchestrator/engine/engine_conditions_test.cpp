// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of docs/semantics.md; the world checks the invariants after
// every step.
#include "tests/support/engine_world.hpp"
#include "tests/support/plan_builder.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

namespace {

outputs told(std::string name, std::string text) {
  return {{std::move(name), make_text(std::move(text))}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_conditions)

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

// row 21: what is needed fails at once; row 22: what cannot be met passes on
BOOST_AUTO_TEST_CASE(chains_of_all_conditions_end_as_section_6_says) {
  using enum need_condition;
  constexpr std::array conditions{need_condition::succeeded,
                                  need_condition::failed,
                                  need_condition::completed, started};
  auto is_met = [](need_condition c, task_state x) {
    bool ran = x == task_state::succeeded || x == task_state::failed;
    return c == need_condition::succeeded ? x == task_state::succeeded
         : c == need_condition::failed    ? x == task_state::failed
         : c == started                   ? ran
                                          : true;
  };
  for (auto how : {attempt_end::success, attempt_end::failure})
    for (auto first : conditions)
      for (auto second : conditions)
        for (auto third : conditions) {
          plan_builder b;
          b.agent("worker", 4);
          std::array<std::uint32_t, 4> chain{};
          chain[0] = b.task("t0");
          const std::array links{first, second, third};
          for (std::uint32_t i = 1; i < 4; ++i) {
            chain[i] = b.task("t" + std::to_string(i));
            b[chain[i]].needs = {on_task(chain[i - 1], links[i - 1])};
          }
          engine_world w{b.get()};
          w.begin_run();
          for (w.begin_all(); !w.running.empty(); w.begin_all()) {
            auto x = w.running.begin()->first.task;
            w.end(x, x == chain[0] ? how : attempt_end::success);
          }
          BOOST_REQUIRE(w.get().over());
          auto expected = how == attempt_end::success ? task_state::succeeded
                                                      : task_state::failed;
          BOOST_TEST((w.state(chain[0]) == expected));
          for (std::uint32_t i = 1; i < 4; ++i) {
            expected = is_met(links[i - 1], expected) ? task_state::succeeded
                                                      : skipped;
            BOOST_TEST((w.state(chain[i]) == expected));
          }
        }
}

BOOST_AUTO_TEST_CASE(a_shared_need_holds_all_who_need_it) { // row 22: diamonds
  plan_builder b;
  b.agent("worker", 4);
  auto base = b.task("base");
  std::vector<std::uint32_t> sides;
  for (std::uint32_t i = 0; i < 3; ++i)
    sides.push_back(b.task("side" + std::to_string(i), {base}));
  auto end = b.task("end", sides);
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  BOOST_TEST(w.running.size() == 1u);
  w.end(base);
  w.begin_all();
  BOOST_TEST(w.running.size() == 3u);
  for (auto x : sides) {
    BOOST_TEST(!w.is_queued(end));
    w.end(x);
  }
  w.begin_all();
  BOOST_TEST(w.runs(end));
  BOOST_TEST(w.get().task(base).attempt == 1u);
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

BOOST_AUTO_TEST_SUITE_END()
