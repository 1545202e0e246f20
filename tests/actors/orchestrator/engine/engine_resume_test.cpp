// SPDX-License-Identifier: BSD-3-Clause
// Going on after the program was gone (semantics §31), case by case; random
// teams with crashes are in engine_handoffs_property_test.cpp.
#include "tests/support/engine_world.hpp"
#include "tests/support/team_builder.hpp"

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(engine_resume)

BOOST_AUTO_TEST_CASE(what_ran_runs_again_without_a_retry) { // §31
  team_builder b;
  auto x = b.lane("x");
  b[x].retries.max = 1;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.crash();
  BOOST_TEST(w.get().task(x).failures == 0u);
  BOOST_TEST(w.is_queued(x));
  w.begin_all();
  BOOST_TEST(w.get().task(x).attempt == 2u);
  w.end(x, attempt_end::failure); // and it still has its retry
  w.begin_all();
  w.end(x);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(a_cancelled_task_stays_cancelled) { // §26
  team_builder b;
  auto x = b.lane("x");
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.step(engine::cancel_requested{task_id{x}});
  w.crash();
  BOOST_TEST((w.state(x) == task_state::cancelled));
  BOOST_TEST(w.get().over());
}

BOOST_AUTO_TEST_CASE(a_timeout_that_had_struck_uses_its_retry) {
  team_builder b;
  auto x = b.lane("x");
  b[x].timeout = 1min;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  BOOST_REQUIRE(w.fire_next_timer());
  w.crash();
  BOOST_TEST((w.state(x) == task_state::timed_out));
}

BOOST_AUTO_TEST_CASE(a_deadline_runs_on_a_backoff_starts_again) { // §24
  team_builder b;
  auto x = b.lane("x");
  b[x].deadline = 1h;
  b[x].retries = {3, 10min, 1.0, 10min};
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.now = 5min;
  w.end(x, attempt_end::failure);
  w.now = 40min;
  w.crash();
  std::vector<std::pair<engine::timer_kind, duration>> armed;
  for (const auto& [at, timer] : w.timers)
    armed.emplace_back(timer.kind, at);
  BOOST_REQUIRE_EQUAL(armed.size(), 2u);
  BOOST_TEST(
      (armed[0] == std::pair{engine::timer_kind::retry, duration{50min}}));
  BOOST_TEST(
      (armed[1] == std::pair{engine::timer_kind::deadline, duration{1h}}));
}

/// 60 tasks of six slots fail once, wait, and the program is gone meanwhile.
engine_world after_a_crash_of_all(double jitter) {
  plan_builder b;
  for (std::uint32_t i = 0; i < 3; ++i)
    b.agent("a" + std::to_string(i), 2);
  for (std::uint32_t i = 0; i < 60; ++i) {
    auto t = b.task("t" + std::to_string(i));
    b[t].agents = {agent_id{i % 3}};
    b[t].retries = {3, 10s, 2.0, 5min, jitter};
  }
  engine_world w{b.get()};
  w.begin_run();
  for (std::uint32_t i = 0; i < 60; ++i) {
    w.begin_all();
    w.end(w.running.begin()->first.task, attempt_end::failure);
  }
  w.crash();
  return w;
}

/// How many retries are due in the tenth of the wait that has most.
std::size_t largest_herd(const engine_world& w) {
  std::size_t result = 0;
  for (const auto& [at, timer] : w.timers)
    result = std::max(
        result, static_cast<std::size_t>(std::distance(
                    w.timers.lower_bound(at), w.timers.upper_bound(at + 1s))));
  return result;
}

BOOST_AUTO_TEST_CASE(
    retries_after_a_resume_start_no_more_than_there_are_slots) {
  // row 24: retry storm after recovery
  auto w = after_a_crash_of_all(0);
  BOOST_TEST(w.running.empty());
  BOOST_TEST(w.timers.size() == 60u);
  BOOST_TEST(largest_herd(w) == 60u); // all at once, and yet:
  std::size_t rounds = 0;
  while (w.fire_next_timer()) {
  }
  for (; !w.get().over(); ++rounds) {
    w.begin_all();
    BOOST_REQUIRE(!w.running.empty());
    BOOST_REQUIRE(w.running.size() <= 6u);
    while (!w.running.empty())
      w.end(w.running.begin()->first.task);
  }
  BOOST_TEST(rounds == 10u);
  BOOST_TEST(w.count(fact_kind::attempt_started) == 120u);
}

BOOST_AUTO_TEST_CASE(jitter_spreads_retries_after_a_resume) { // row 24
  auto w = after_a_crash_of_all(1);
  BOOST_TEST(w.timers.size() == 60u);
  BOOST_TEST(largest_herd(w) <= 12u); // six a second on average
  for (const auto& [at, timer] : w.timers)
    BOOST_TEST((at > w.now && at <= w.now + 10s));
  BOOST_TEST((after_a_crash_of_all(1).timers.begin()->first
              == w.timers.begin()->first)); // drawn, and each time the same
}

BOOST_AUTO_TEST_CASE(an_approval_is_asked_on_and_its_time_runs_on) { // §24, I5
  team_builder b;
  auto x = b.lane("x");
  auto y = b.lane("y");
  auto gate = b.gate("go", {x}, {y});
  b.ask_person(gate);
  b.approval(gate).timeout = 2h;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.now = 1h;
  w.end(x);
  w.now = 2h;
  w.crash();
  BOOST_TEST((w.gate(gate) == gate_state::asked));
  BOOST_REQUIRE_EQUAL(w.timers.size(), 1u);
  BOOST_TEST((w.timers.begin()->first == 3h));
  engine::verdict_arrives yes;
  yes.gate = gate_id{gate};
  yes.who = "ada";
  w.step(yes);
  BOOST_TEST((w.gate(gate) == gate_state::open));
  w.crash();
  BOOST_TEST((w.gate(gate) == gate_state::open)); // never un-approved
}

BOOST_AUTO_TEST_CASE(a_stopped_run_goes_on_and_its_finally_runs_again) {
  // §8, §26, §31
  team_builder b;
  auto x = b.lane("x");
  auto tidy = b.lane("tidy");
  b[tidy].is_finally = true;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.stop();
  w.end(x, attempt_end::failure);
  w.begin_all();
  w.end(tidy); // the stop let it run
  BOOST_REQUIRE(w.get().over());
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::stopped));
  w.crash();
  BOOST_TEST(!w.get().over());
  BOOST_TEST((w.state(tidy) == task_state::waiting));
  w.begin_all();
  w.end(x);
  w.begin_all();
  w.end(tidy);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(only_what_was_not_integrated_is_integrated) { // §2, §31
  team_builder b;
  auto crud = b.lane("crud");
  auto page = b.lane("page");
  b.integrate(page, {crud});
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(page);
  w.end(crud);
  w.begin_all();
  BOOST_REQUIRE((w.state(page) == task_state::integrating));
  w.crash();
  BOOST_TEST((w.state(page) == task_state::waiting_to_integrate));
  BOOST_TEST((w.delivered.contains({crud, page}))); // announced again
  w.begin_all();
  BOOST_TEST((w.state(page) == task_state::integrating));
  w.end(page);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
}

// Found by tests/crash/: killed between the sending of a draft and its
// acceptance by who also waits for a gate, the draft was not sent again, and
// the next version came in its place.
BOOST_AUTO_TEST_CASE(
    who_waits_is_handed_again_what_it_has_not_accepted) { // §31
  team_builder b;
  auto draft = b.lane("draft");
  auto other = b.lane("other");
  auto use = b.lane("use", {draft, other});
  auto gate = b.gate("reviewed", {draft}, {});
  b.ask_person(gate);
  b.rework(gate, {draft});
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.end(draft);
  w.crash();
  BOOST_TEST((w.delivered.contains({draft, use})));
  w.step(engine::handoff_arrives{task_id{draft}, task_id{use}, 1});
  w.crash();
  BOOST_TEST((!w.delivered.contains({draft, use}))); // it comes with the work
  w.begin_all();
  w.end(other);
  BOOST_TEST((w.delivered.contains({draft, use})));
}

BOOST_AUTO_TEST_CASE(rerun_tries_again_what_failed_and_what_that_skipped) {
  team_builder b;
  auto good = b.lane("good");
  auto bad = b.lane("bad");
  auto next = b.lane("next", {bad});
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  while (!w.get().over()) {
    w.runs(bad) ? w.end(bad, attempt_end::failure) : w.end(good);
    w.begin_all();
  }
  BOOST_TEST((w.state(next) == task_state::skipped));
  w.step(engine::run_resumes{2, true});
  BOOST_TEST(!w.get().over());
  BOOST_TEST((w.state(good) == task_state::succeeded)); // rule 4
  w.begin_all();
  w.end(bad);
  w.begin_all();
  w.end(next);
  BOOST_TEST((w.last(fact_kind::run_ended)->status == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(a_retried_task_has_its_whole_deadline_again) { // §24, §26
  team_builder b;
  auto x = b.lane("x");
  b[x].deadline = 1h;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.now = 50min;
  w.end(x, attempt_end::failure);
  w.now = 2h;
  w.step(engine::run_resumes{2, true});
  BOOST_TEST((w.state(x) == task_state::ready));
  w.now = 150min;
  w.crash();
  BOOST_TEST((w.state(x) == task_state::ready));
}

BOOST_AUTO_TEST_CASE(what_is_overdue_does_not_start_again) { // §24
  team_builder b;
  auto x = b.lane("x");
  b[x].deadline = 1h;
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.now = 2h; // the program was gone meanwhile
  w.crash();
  BOOST_TEST((w.state(x) == task_state::timed_out));
  BOOST_TEST(!w.is_queued(x));
  BOOST_TEST(w.last(fact_kind::run_ended)->exit_code == 5);
}

BOOST_AUTO_TEST_CASE(a_fact_from_nowhere_does_not_follow) {
  team_builder b;
  auto x = b.lane("x");
  engine::engine e{engine::compile(b.get(), {})};
  fact started;
  BOOST_TEST(e.follows(started));
  fact f;
  f.kind = fact_kind::task_ready;
  f.subject = x;
  BOOST_TEST(!e.follows(f)); // the run has not begun
  e.fold(started);
  BOOST_TEST(!e.follows(started));
  BOOST_TEST(e.follows(f));
  f.subject = 7;
  BOOST_TEST(!e.follows(f));
  f.subject = x;
  f.kind = fact_kind::attempt_finished;
  f.agent = 0;
  f.state = task_state::succeeded;
  BOOST_TEST(!e.follows(f)); // it does not run
}

BOOST_AUTO_TEST_CASE(a_fact_said_twice_or_of_another_attempt_does_not_follow) {
  team_builder b;
  auto x = b.lane("x");
  engine::engine e{engine::compile(b.get(), {})};
  e.fold({});
  fact f;
  f.subject = x;
  f.kind = fact_kind::task_resumed;
  BOOST_TEST(!e.follows(f)); // it is not paused
  f.kind = fact_kind::task_paused;
  BOOST_TEST(e.follows(f));
  e.fold(f);
  BOOST_TEST(!e.follows(f)); // it is
  f.kind = fact_kind::task_resumed;
  BOOST_TEST(e.follows(f));
  e.fold(f);
  f.kind = fact_kind::task_ready;
  e.fold(f);
  f.kind = fact_kind::task_assigned;
  f.agent = 0;
  f.attempt = 0;
  BOOST_TEST(!e.follows(f)); // the first is 1
  f.attempt = 1;
  BOOST_TEST(e.follows(f));
  e.fold(f);
  for (auto kind : {fact_kind::attempt_started, fact_kind::attempt_revoked,
                    fact_kind::attempt_ending}) {
    f.kind = kind;
    f.attempt = 1;
    BOOST_TEST(e.follows(f));
    f.attempt = 2;
    BOOST_TEST(!e.follows(f));
  }
  f.kind = fact_kind::attempt_started;
  f.attempt = 1;
  e.fold(f);
  f.kind = fact_kind::attempt_finished;
  f.state = task_state::succeeded;
  f.attempt = 7;
  BOOST_TEST(!e.follows(f));
  f.attempt = 1;
  BOOST_TEST(e.follows(f));
  f.kind = fact_kind::version_doubted;
  BOOST_TEST(e.follows(f));
  e.fold(f);
  BOOST_TEST(!e.follows(f)); // it is in doubt already
}

BOOST_AUTO_TEST_CASE(work_on_a_request_that_nobody_made_does_not_follow) {
  team_builder b;
  auto one = b.lane("one");
  auto test = b.after_each("test", {one});
  engine::engine e{engine::compile(b.get(), {})};
  e.fold({});
  fact f;
  f.kind = fact_kind::task_ready;
  f.subject = test;
  e.fold(f);
  f.kind = fact_kind::task_assigned;
  f.agent = 0;
  f.attempt = 1;
  BOOST_TEST(!e.follows(f)); // it takes something
  auto takes = [&](std::uint32_t from, std::uint32_t request) {
    fact_extra extra;
    work_item item;
    item.from = task_id{from};
    item.request = request;
    extra.items = {item};
    f.extra = std::make_shared<const fact_extra>(std::move(extra));
    return e.follows(f);
  };
  BOOST_TEST(takes(one, 0));
  BOOST_TEST(!takes(one, 1));
  BOOST_TEST(!takes(7, 0));
}

BOOST_AUTO_TEST_SUITE_END()
