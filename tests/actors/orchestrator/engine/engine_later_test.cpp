// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of docs/semantics.md about the two phases of a task and what
// it needs later; the world checks the invariants after every step.
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

namespace {

/// `page` needs `crud` later, and integrates it.
struct page_and_crud : team_builder {
  std::uint32_t crud = lane("crud");
  std::uint32_t page = lane("page");

  page_and_crud() {
    integrate(page, {crud});
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(engine_later)

// -- §2: two phases -----------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_task_starts_without_what_it_needs_later) { // §2, §10
  page_and_crud b;
  team_world w{b.get()};
  BOOST_TEST((w.runs(b.page) && w.runs(b.crud)));
  w.done(b.page);
  BOOST_TEST((w.state(b.page) == waiting_to_integrate));
  BOOST_TEST(w.handoffs(b.crud, b.page) == 0u);
  w.done(b.crud); // the handoff leaves at done, and is integrated at once
  BOOST_TEST(w.handoffs(b.crud, b.page) == 1u);
  BOOST_TEST((w.state(b.page) == integrating));
  w.done(b.page);
  BOOST_TEST((w.state(b.page) == succeeded));
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(nobody_goes_on_before_it_has_integrated) { // rule 1
  page_and_crud b;
  auto reader = b.lane("reader", {b.page});
  auto waits = b.gate("released", {b.page}, {});
  team_world w{b.get()};
  w.done({b.page, b.crud});
  BOOST_TEST((w.state(b.page) == integrating));
  BOOST_TEST((w.state(reader) == waiting));
  BOOST_TEST((w.gate(waits) == gate_state::waiting));
  w.done(b.page);
  BOOST_TEST(w.runs(reader));
  BOOST_TEST((w.gate(waits) == gate_state::open));
}

BOOST_AUTO_TEST_CASE(it_integrates_once_after_the_last_handoff) { // §2
  team_builder b;
  auto first = b.lane("first");
  auto last = b.lane("last");
  auto page = b.lane("page");
  b.integrate(page, {first, last});
  team_world w{b.get()};
  w.done({page, first});
  BOOST_TEST((w.state(page) == waiting_to_integrate));
  w.done(last);
  w.done(page);
  BOOST_TEST((w.state(page) == succeeded));
  BOOST_TEST(w.begun(page, work_phase::integrate) == 1u);
}

BOOST_AUTO_TEST_CASE(what_came_before_it_ended_is_integrated_too) { // §2
  page_and_crud b;
  team_world w{b.get()};
  w.done({b.crud, b.page});
  BOOST_TEST((w.state(b.page) == integrating));
  BOOST_TEST(w.handoffs(b.crud, b.page) == 1u);
}

BOOST_AUTO_TEST_CASE(what_was_done_before_it_started_is_integrated_too) { // §2
  page_and_crud b;
  b[b.page].needs = {on_task(b.crud)};
  team_world w{b.get()};
  w.done({b.crud, b.page});
  BOOST_TEST((w.state(b.page) == integrating));
}

BOOST_AUTO_TEST_CASE(with_nothing_to_come_integrate_does_not_run) { // §2
  team_builder b;
  auto page = b.lane("page");
  b[page].integrate.present = true;
  team_world w{b.get()};
  w.done(page);
  BOOST_TEST((w.state(page) == succeeded));
  BOOST_TEST(w.begun(page, work_phase::integrate) == 0u);
}

BOOST_AUTO_TEST_CASE(between_the_phases_slot_pools_and_jobs_are_free) { // §2
  team_builder b;
  auto crud = b.lane("crud");
  auto page = b.lane("page");
  auto other = b.beside(page, "other");
  b.integrate(page, {crud});
  auto screen = b.pool("screen", 1);
  for (auto t : {page, other})
    b[t].pools = {{screen, 1}};
  b[page].priority = 1;
  team_world w{b.get(), {2, 1}};
  BOOST_TEST((w.runs(crud) && w.runs(page) && !w.runs(other)));
  w.done(page);
  BOOST_TEST(w.runs(other));
  BOOST_TEST(w.get().pool(0).used == 1u);
  BOOST_TEST(w.get().jobs().used == 2u);
}

BOOST_AUTO_TEST_CASE(each_phase_has_the_whole_timeout) { // §2
  page_and_crud b;
  b[b.page].timeout = 30s;
  team_world w{b.get()};
  w.wait_until(20s);
  w.done(b.page);
  w.wait_until(10min); // no clock runs while it waits
  BOOST_TEST((w.state(b.page) == waiting_to_integrate));
  w.done(b.crud);
  w.wait_until(10min + 29s);
  BOOST_TEST(w.told_to_end.empty());
  w.wait_until(10min + 30s);
  BOOST_TEST(w.told_to_end.contains({b.page, 2}));
  w.fails(b.page);
  BOOST_TEST((w.state(b.page) == timed_out));
}

BOOST_AUTO_TEST_CASE(the_deadline_includes_the_wait_between_the_phases) { // §2
  page_and_crud b;
  b[b.page].deadline = 1min;
  team_world w{b.get()};
  w.wait_until(1s);
  w.done(b.page);
  w.wait_until(1min);
  BOOST_TEST((w.state(b.page) == timed_out));
  w.done(b.crud);
  BOOST_TEST(w.exit_code() == 5); // §27
}

BOOST_AUTO_TEST_CASE(a_retry_repeats_the_failed_phase_only) { // §2
  page_and_crud b;
  b[b.page].retries.max = 2;
  team_world w{b.get()};
  w.fails(b.page);
  BOOST_TEST(w.runs(b.page)); // its run phase, once more
  w.done(b.page);
  w.done(b.crud);
  w.fails(b.page);
  BOOST_TEST((w.state(b.page) == integrating));
  w.done(b.page);
  BOOST_TEST((w.state(b.page) == succeeded));
  BOOST_TEST(w.begun(b.page) == 2u);
  BOOST_TEST(w.begun(b.page, work_phase::integrate) == 2u);
}

BOOST_AUTO_TEST_CASE(a_retried_integrate_phase_waits_for_its_time) { // §2
  page_and_crud b;
  b[b.page].retries = {1, 10s, 2.0, 1min};
  team_world w{b.get()};
  w.done({b.page, b.crud});
  w.fails(b.page);
  BOOST_TEST((w.state(b.page) == waiting_to_integrate));
  w.wait_until(9s);
  BOOST_TEST((w.state(b.page) == waiting_to_integrate));
  w.wait_until(10s);
  BOOST_TEST((w.state(b.page) == integrating));
}

BOOST_AUTO_TEST_CASE(an_integrate_phase_that_fails_for_good_fails_the_task) {
  page_and_crud b; // §2
  auto reader = b.lane("reader", {b.page});
  team_world w{b.get()};
  w.done({b.page, b.crud});
  w.fails(b.page);
  BOOST_TEST((w.state(b.page) == failed));
  BOOST_TEST((w.state(reader) == skipped));
}

BOOST_AUTO_TEST_CASE(the_integrate_phase_gets_what_the_run_phase_left) { // §2
  page_and_crud b;
  team_world w{b.get()};
  w.done(b.page, told("url", "/users"));
  w.end(b.crud); // assigned, not begun
  auto given = w.get().assignment_of(b.page);
  BOOST_REQUIRE(given != nullptr);
  BOOST_REQUIRE(given->earlier != nullptr);
  BOOST_TEST((given->earlier->outputs == told("url", "/users")));
}

BOOST_AUTO_TEST_CASE(it_integrates_where_it_ran) { // §2
  team_builder b;
  auto crud = b.lane("crud");
  auto left = b.lane("left");
  auto right = b.lane("right");
  auto page = b.beside(right, "page");
  b[page].agents = {b[left].agents[0], b[right].agents[0]};
  b[left].priority = 1;
  b.integrate(page, {crud});
  team_world w{b.get()}; // the agent of `left` is busy, and so `right` waits
  BOOST_TEST(w.runs(page));
  auto at = w.get().task(page).agent;
  auto there = at == b[left].agents[0].value ? left : right;
  auto elsewhere = there == left ? right : left;
  w.done(page);
  BOOST_TEST(w.runs(there));
  w.done(elsewhere);
  w.done(crud); // the other agent is free, but its own is not
  BOOST_TEST((w.state(page) == waiting_to_integrate));
  w.done(there);
  BOOST_TEST((w.state(page) == integrating));
  BOOST_TEST(w.get().task(page).agent == at);
}

BOOST_AUTO_TEST_CASE(integrate_wins_ties_and_nothing_more) { // §2, §4
  team_builder b;
  auto crud = b.lane("crud");
  auto holds = b.lane("holds");
  auto equal = b.beside(holds, "equal"); // one minute, as what page integrates
  auto page = b.beside(holds, "page");
  auto urgent = b.beside(holds, "urgent");
  b.integrate(page, {crud});
  b.lane("reader", {urgent}); // two minutes
  b[holds].needs = {on_task(page, need_condition::started)};
  for (auto t : {equal, urgent})
    b[t].needs = {on_task(holds, need_condition::started)};
  team_world w{b.get()};
  BOOST_TEST(w.runs(page));
  w.done(page);
  BOOST_TEST(w.runs(holds));
  w.done(crud);
  w.done(holds);
  BOOST_TEST(w.runs(urgent)); // a longer path goes before
  w.done(urgent);
  BOOST_TEST((w.state(page) == integrating));
  BOOST_TEST(!w.runs(equal));
}

// -- §10: how handoffs arrive -------------------------------------------------

BOOST_AUTO_TEST_CASE(without_integrate_it_only_delays_the_end) { // §10
  team_builder b;
  auto crud = b.lane("crud");
  auto page = b.lane("page");
  auto other = b.beside(page, "other", {page});
  b.needs_later(page, {crud});
  team_world w{b.get()};
  w.done(page);
  BOOST_TEST((w.state(page) == waiting_to_integrate));
  BOOST_TEST((w.state(other) == waiting));
  w.done(crud);
  BOOST_TEST((w.state(page) == succeeded));
  BOOST_TEST(w.begun(page, work_phase::integrate) == 0u);
  BOOST_TEST(w.runs(other));
}

BOOST_AUTO_TEST_CASE(integrate_each_integrates_once_per_arrival) { // §10
  team_builder b;
  auto first = b.lane("first");
  auto last = b.lane("last");
  auto page = b.lane("page");
  b.integrate(page, {first, last});
  b[page].integrate_each = true;
  team_world w{b.get()};
  w.done({page, first});
  BOOST_TEST((w.state(page) == integrating));
  w.done(page);
  BOOST_TEST((w.state(page) == waiting_to_integrate)); // for the last one
  w.done(last);
  BOOST_TEST((w.state(page) == integrating));
  w.done(page);
  BOOST_TEST((w.state(page) == succeeded));
  BOOST_TEST(w.begun(page, work_phase::integrate) == 2u);
}

BOOST_AUTO_TEST_CASE(what_arrives_while_it_integrates_is_integrated_next) {
  team_builder b; // §10
  auto first = b.lane("first");
  auto last = b.lane("last");
  auto page = b.lane("page");
  b.integrate(page, {first, last});
  b[page].integrate_each = true;
  team_world w{b.get()};
  w.done({page, first});
  w.done(last);
  BOOST_TEST((w.state(page) == integrating));
  w.done(page);
  BOOST_TEST((w.state(page) == integrating));
  w.done(page);
  BOOST_TEST((w.state(page) == succeeded));
}

BOOST_AUTO_TEST_CASE(a_phase_is_needed_later_with_each_of_its_tasks) { // §10
  team_builder b;
  auto x = b.lane("x");
  auto y = b.lane("y");
  auto page = b.lane("page");
  auto backend = b.phase("backend", {x, y});
  b[page].needs_later = {on_phase(backend)};
  b[page].integrate.present = true;
  team_world w{b.get()};
  w.done({page, x});
  BOOST_TEST((w.state(page) == waiting_to_integrate));
  w.done(y);
  BOOST_TEST((w.state(page) == integrating));
  BOOST_TEST((w.handoffs(x, page) == 1u && w.handoffs(y, page) == 1u));
}

// -- §11: what does not come --------------------------------------------------

BOOST_AUTO_TEST_CASE(an_unstarted_task_is_skipped) { // §11
  page_and_crud b;
  auto before = b.lane("before");
  b[b.page].needs = {on_task(before)};
  team_world w{b.get()};
  w.fails(b.crud);
  BOOST_TEST((w.state(b.page) == skipped));
  BOOST_TEST(w.last(fact_kind::task_skipped)->cause == b.crud);
}

BOOST_AUTO_TEST_CASE(a_started_task_ends_its_run_phase_and_has_failed) { // §11
  page_and_crud b;
  b[b.page].retries.max = 2;
  team_world w{b.get()};
  w.fails(b.crud);
  BOOST_TEST(w.runs(b.page)); // and is not disturbed
  BOOST_TEST(w.told_to_end.empty());
  w.done(b.page, told("url", "/users"));
  BOOST_TEST((w.state(b.page) == failed));
  BOOST_TEST(w.last(fact_kind::attempt_finished)->cause == b.crud);
  BOOST_TEST(w.get().task(b.page).attempt == 1u); // no retry
  // Its run phase was good: only the integrate phase is to be repeated.
  BOOST_REQUIRE(w.get().details_of(b.page) != nullptr);
  BOOST_TEST((w.get().details_of(b.page)->outputs == told("url", "/users")));
}

BOOST_AUTO_TEST_CASE(a_task_between_its_phases_fails_at_once) { // §11
  page_and_crud b;
  b[b.page].retries.max = 2;
  team_world w{b.get()};
  w.done(b.page);
  w.fails(b.crud);
  BOOST_TEST((w.state(b.page) == failed));
  BOOST_TEST(w.last(fact_kind::later_failed)->cause == b.crud);
  BOOST_TEST(w.exit_code() == 1);
}

BOOST_AUTO_TEST_CASE(whatever_ends_otherwise_than_well_does_not_come) { // §11
  for (auto how : {attempt_end::failure, attempt_end::timed_out,
                   attempt_end::system_error, attempt_end::unkillable}) {
    page_and_crud b;
    team_world w{b.get()};
    w.done(b.page);
    w.ends(b.crud, how);
    BOOST_TEST((w.state(b.page) == failed));
  }
  page_and_crud b; // and what is skipped itself
  auto bad = b.lane("bad");
  b[b.crud].needs = {on_task(bad)};
  team_world w{b.get()};
  w.done(b.page);
  w.fails(bad);
  BOOST_TEST((w.state(b.page) == failed));
}

BOOST_AUTO_TEST_CASE(left_out_counts_as_there) { // §7
  page_and_crud b;
  auto decides = b.lane("decides");
  b[b.crud].needs = {on_task(decides)};
  b[b.crud].condition = output_is_true(decides, "go");
  team_world w{b.get()};
  w.done({b.page, decides});
  BOOST_TEST((w.state(b.crud) == left_out));
  BOOST_TEST((w.state(b.page) == integrating));
  BOOST_TEST(w.handoffs(b.crud, b.page) == 0u);
}

BOOST_AUTO_TEST_CASE(an_allowed_failure_counts_as_there) { // §6
  page_and_crud b;
  b[b.crud].allow_failure = true;
  team_world w{b.get()};
  w.done(b.page);
  w.fails(b.crud);
  BOOST_TEST((w.state(b.page) == integrating));
}

BOOST_AUTO_TEST_SUITE_END()
