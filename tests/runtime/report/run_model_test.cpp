// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/run_model.hpp"

#include "tests/support/run_script.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using report::run_model;

namespace {

// schema (taylor) -> crud (morgan) -> page (sam); page needs design (drew) too.
struct team : plan_sketch {
  std::uint32_t taylor = agent("taylor");
  std::uint32_t morgan = agent("morgan");
  std::uint32_t sam = agent("sam");
  std::uint32_t drew = agent("drew");
  std::uint32_t schema = task("schema", {taylor});
  std::uint32_t crud = task("crud", {morgan}, {schema});
  std::uint32_t design = task("design", {drew});
  std::uint32_t page = task("page", {sam}, {crud, design});

  run_model model() const {
    return run_model(value, slots());
  }
};

std::vector<std::string> names(const plan& p, const std::vector<task_id>& xs) {
  std::vector<std::string> result;
  for (auto x : xs)
    result.push_back(p.tasks[x.value].name);
  return result;
}

using strings = std::vector<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_report_run_model)

BOOST_AUTO_TEST_CASE(a_task_keeps_its_first_ready_and_start_and_its_last_end) {
  team t;
  auto m = t.model();
  apply_all(m, {ready(1s, t.schema), started(2s, t.schema, t.taylor),
                finished(3s, t.schema, t.taylor, task_state::ready, 7),
                started(5s, t.schema, t.taylor, 2),
                finished(9s, t.schema, t.taylor, task_state::succeeded, 0, 2)});
  const auto& x = m.task(t.schema);
  BOOST_CHECK(x.state == task_state::succeeded);
  BOOST_CHECK(x.ready_at == 1s);
  BOOST_CHECK(x.started_at == 2s);
  BOOST_CHECK(x.finished_at == 9s);
  BOOST_CHECK_EQUAL(x.attempts, 2u);
  BOOST_CHECK_EQUAL(x.exit_code, 0);
  BOOST_CHECK(x.busy == 5s);
  BOOST_CHECK(m.agent(t.taylor).busy == 5s);
  BOOST_CHECK_EQUAL(m.agent(t.taylor).tasks, 1u);
  BOOST_CHECK_EQUAL(m.intervals().size(), 2u);
}

BOOST_AUTO_TEST_CASE(a_command_that_could_not_be_started_counts_as_an_attempt) {
  team t;
  auto m = t.model();
  apply_all(m, {ready(0s, t.schema),
                finished(1s, t.schema, t.taylor, task_state::failed, 127)});
  BOOST_CHECK_EQUAL(m.task(t.schema).attempts, 1u);
  BOOST_CHECK(!m.task(t.schema).started_at);
  BOOST_CHECK(m.task(t.schema).busy == 0s);
  BOOST_CHECK_EQUAL(m.failures().size(), 1u);
}

BOOST_AUTO_TEST_CASE(lists_show_who_works_and_who_waits_for_whom_since_when) {
  team t;
  auto m = t.model();
  apply_all(m,
            {ready(0s, t.schema), ready(0s, t.design),
             started(1s, t.schema, t.taylor), started(1s, t.design, t.drew)});
  BOOST_CHECK(names(t.value, m.in_progress(9))
              == (strings{"schema", "design"}));
  auto waits = m.pending(9);
  BOOST_REQUIRE_EQUAL(waits.size(), 2u);
  BOOST_CHECK_EQUAL(waits[0].waiter.index, t.crud);
  BOOST_CHECK_EQUAL(waits[1].waiter.index, t.page);
  BOOST_CHECK_EQUAL(waits[1].on_count, 2u);
  BOOST_CHECK_EQUAL(waits[1].on[0].of.index, t.design); // the active one first

  apply_all(m, {finished(4s, t.design, t.drew)});
  auto x = m.wait_of({node_kind::task, t.page});
  BOOST_CHECK_EQUAL(x.on_count, 1u);
  BOOST_CHECK_EQUAL(x.on[0].of.index, t.crud);
  BOOST_CHECK_EQUAL(x.on[0].agent.value, t.morgan);
  BOOST_CHECK(!x.on[0].active);
  BOOST_CHECK(x.since == 4s);
  BOOST_CHECK_EQUAL(m.pending_count(), 1u); // crud; nobody works for page

  apply_all(m, {finished(5s, t.schema, t.taylor), ready(5s, t.crud),
                started(5s, t.crud, t.morgan)});
  BOOST_REQUIRE_EQUAL(m.pending_count(), 1u);
  BOOST_CHECK_EQUAL(m.pending(1)[0].waiter.index, t.page);
  BOOST_CHECK(m.next_of(t.sam) == task_id{t.page});
  BOOST_CHECK(names(t.value, m.completed(9)) == (strings{"schema", "design"}));
  BOOST_CHECK(names(t.value, m.completed(1)) == (strings{"schema"}));
}

BOOST_AUTO_TEST_CASE(a_phase_counts_the_tasks_of_those_within_it) {
  plan_sketch b;
  auto ada = b.agent("ada", 2);
  auto x = b.task("x", {ada});
  auto y = b.task("y", {ada});
  b.phase("inner", {y});
  b.phase("outer", {x, y}); // the one that its tasks name
  run_model m{b.value, b.slots()};
  apply_all(m,
            {ready(0s, x), ready(0s, y), started(0s, x, ada),
             started(0s, y, ada), finished(1s, y, ada, task_state::failed, 1)});
  BOOST_CHECK_EQUAL(m.phase(1).done, 1u);
  BOOST_CHECK_EQUAL(m.phase(1).failed, 1u);
  BOOST_CHECK_EQUAL(m.phase(1).running, 1u);
  BOOST_CHECK_EQUAL(m.phase(0).done, 1u);
  BOOST_CHECK_EQUAL(m.phase(0).running, 0u);
}

BOOST_AUTO_TEST_CASE(a_phase_is_waited_for_as_long_as_one_of_its_tasks_runs) {
  plan_sketch b;
  auto a = b.agent("a", 2);
  auto x = b.task("x", {a});
  auto y = b.task("y", {a});
  auto z = b.task("z", {a});
  b.phase("first", {x, y});
  b.value.tasks[z].needs.push_back({{node_kind::phase, 0}, {}});
  run_model m(b.value, b.slots());
  apply_all(m, {ready(0s, x), ready(0s, y), started(0s, x, a)});
  BOOST_REQUIRE_EQUAL(m.pending_count(), 1u);
  BOOST_CHECK(m.pending(1)[0].on[0].of == (node_ref{node_kind::phase, 0}));
  apply_all(m, {finished(1s, x, a)});
  BOOST_CHECK_EQUAL(m.pending_count(), 1u);
  BOOST_CHECK_EQUAL(m.phase(0).done, 1u);
  apply_all(m, {started(1s, y, a), finished(2s, y, a, task_state::failed, 1),
                skipped(2s, z, y)});
  BOOST_CHECK_EQUAL(m.pending_count(), 0u);
  BOOST_CHECK_EQUAL(m.phase(0).done, 2u);
  BOOST_CHECK_EQUAL(m.phase(0).failed, 1u);
  BOOST_CHECK_EQUAL(m.terminal_count(), 3u);
}

BOOST_AUTO_TEST_CASE(a_gate_counts_whom_it_holds_and_what_it_waits_for) {
  plan_sketch b;
  auto a = b.agent("a", 2);
  auto verify = b.task("verify", {a});
  auto x = b.task("x", {a});
  auto y = b.task("y", {a}, {x});
  auto go = b.gate("go", {verify}, {}, true);
  run_model m(b.value, b.slots());
  apply_all(m, {ready(0s, verify), started(0s, verify, a)});
  BOOST_CHECK_EQUAL(m.gate(go).blocked, 2u);
  auto gates = m.waiting_gates(9);
  BOOST_REQUIRE_EQUAL(gates.size(), 1u);
  BOOST_CHECK(gates[0].on[0].active);
  auto w = m.wait_of({node_kind::task, y});
  BOOST_CHECK_EQUAL(w.on_count, 2u); // the gate and x
  apply_all(m, {finished(3s, verify, a),
                make_fact(fact_kind::gate_opened, 3s, go), ready(3s, x)});
  BOOST_CHECK(m.gate(go).opened_at == 3s);
  BOOST_CHECK(m.waiting_gates(9).empty());
  BOOST_CHECK_EQUAL(m.wait_of({node_kind::task, y}).on_count, 1u);
}

BOOST_AUTO_TEST_CASE(waiting_for_a_start_ends_with_the_start) {
  plan_sketch b;
  auto a = b.agent("a", 2);
  auto x = b.task("x", {a});
  auto y = b.task("y", {a});
  b.value.tasks[y].needs.push_back(
      {{node_kind::task, x}, need_condition::started});
  run_model m(b.value, b.slots());
  apply_all(m, {ready(0s, x)});
  BOOST_CHECK_EQUAL(m.pending_count(), 1u);
  apply_all(m, {started(2s, x, a)});
  BOOST_CHECK_EQUAL(m.pending_count(), 0u);
  BOOST_CHECK(m.wait_of({node_kind::task, y}).since == 2s);
  BOOST_CHECK_EQUAL(m.wait_of({node_kind::task, y}).on_count, 0u);
}

BOOST_AUTO_TEST_CASE(handoffs_are_kept_once_with_both_moments) {
  team t;
  auto m = t.model();
  auto sent = make_fact(fact_kind::handoff_sent, 2s, t.crud);
  sent.cause = t.schema;
  auto accepted = sent;
  accepted.kind = fact_kind::handoff_accepted;
  accepted.at = 3s;
  apply_all(m, {sent, accepted, accepted});
  BOOST_REQUIRE_EQUAL(m.handoffs().size(), 1u);
  BOOST_CHECK(m.handoffs()[0].sent_at == 2s);
  BOOST_CHECK(m.handoffs()[0].received_at == 3s);
}

BOOST_AUTO_TEST_CASE(progress_lines_end_with_their_attempt) {
  team t;
  auto m = t.model();
  m.apply(task_progress{task_id{t.schema}, 1, "before its start is known"});
  BOOST_CHECK(m.task(t.schema).progress.empty());
  apply_all(m, {started(1s, t.schema, t.taylor)});
  BOOST_CHECK_EQUAL(m.task(t.schema).progress, "before its start is known");
  m.apply(task_progress{task_id{t.schema}, 1, "half"});
  BOOST_CHECK_EQUAL(m.task(t.schema).progress, "half");
  apply_all(m, {finished(2s, t.schema, t.taylor)});
  BOOST_CHECK(m.task(t.schema).progress.empty());
  m.apply(task_progress{task_id{t.schema}, 1, "too late"});
  BOOST_CHECK(m.task(t.schema).progress.empty());
}

BOOST_AUTO_TEST_CASE(the_rest_is_foretold_from_how_long_ended_tasks_took) {
  team t; // every estimate is a guess of one minute
  auto m = t.model();
  apply_all(m, {ready(0s, t.schema), started(0s, t.schema, t.taylor)});
  BOOST_CHECK(!m.remaining(1s)); // nothing to tell it from
  apply_all(m, {finished(30s, t.schema, t.taylor), ready(30s, t.crud),
                ready(30s, t.design), started(30s, t.crud, t.morgan),
                started(30s, t.design, t.drew)});
  // crud and page, each at half its estimate; 10 s of that are over.
  BOOST_REQUIRE(m.remaining(40s));
  BOOST_CHECK(*m.remaining(40s) == 50s);
  BOOST_CHECK_GT(m.progress(40s), 0.25);
  BOOST_CHECK_LT(m.progress(40s), 0.5);
}

BOOST_AUTO_TEST_CASE(with_estimates_the_rest_is_known_from_the_start) {
  team t;
  for (auto& x : t.value.tasks)
    x.has_estimate = true;
  auto m = t.model();
  apply_all(m, {ready(0s, t.schema)});
  BOOST_REQUIRE(m.remaining(0s));
  BOOST_CHECK(*m.remaining(0s) == 3min);
}

BOOST_AUTO_TEST_CASE(tasks_without_an_estimate_take_as_long_as_others_did) {
  plan_sketch b;
  auto a = b.agent("a");
  auto x = b.task("x", {a});
  auto y = b.task("y", {a}, {x});
  auto z = b.task("z", {a}, {y});
  for (auto i : {x, z}) {
    b.value.tasks[i].has_estimate = true;
    b.value.tasks[i].estimate.mode = 10s;
  }
  run_model m(b.value, b.slots());
  BOOST_CHECK(!m.remaining(0s));
  apply_all(
      m, {ready(0s, x), started(0s, x, a), finished(4s, x, a), ready(4s, y)});
  // y as long as x took, z as much shorter than its estimate as x was.
  BOOST_REQUIRE(m.remaining(4s));
  BOOST_CHECK(*m.remaining(4s) == 8s);
  BOOST_CHECK_CLOSE(m.progress(4s), 1.0 / 3, 0.001);
}

// The incremental lists must always be what a search of everything finds.
BOOST_AUTO_TEST_CASE(incremental_lists_agree_with_a_search) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    plan_sketch b;
    for (auto name : {"a", "b", "c"})
      b.agent(name, 1 + random() % 2);
    std::vector<duration> work;
    for (std::uint32_t i = 0; i < 15; ++i) {
      std::vector<std::uint32_t> needs;
      for (std::uint32_t j = 0; j < i; ++j)
        if (random() % 4 == 0)
          needs.push_back(j);
      b.task("t" + std::to_string(i),
             {static_cast<std::uint32_t>(random() % 3)}, needs);
      work.emplace_back(random() % 9 * 1s);
    }
    run_model m(b.value, b.slots());
    for (const auto& x : naive_run(b.value, work).facts()) {
      m.apply(x);
      std::size_t pending = 0;
      std::size_t running = 0;
      for (std::uint32_t i = 0; i < 15; ++i) {
        auto is_active = [&](const need& y) {
          auto s = m.task(y.of.index).state;
          return s == task_state::ready || s == task_state::running;
        };
        const auto& needs = b.value.tasks[i].needs;
        pending += m.task(i).state == task_state::waiting
                && std::any_of(needs.begin(), needs.end(), is_active);
        running += m.task(i).state == task_state::running;
      }
      BOOST_REQUIRE_EQUAL(m.pending_count(), pending);
      BOOST_REQUIRE_EQUAL(m.in_progress_count(), running);
    }
    BOOST_REQUIRE_EQUAL(m.terminal_count(), 15u);
    BOOST_REQUIRE_CLOSE(m.progress(m.now()), 1.0, 0.001);
  }
}

BOOST_AUTO_TEST_SUITE_END()
