// SPDX-License-Identifier: BSD-3-Clause
// What random teams and users broke once: one case a root cause. The world
// checks the invariants after every step.
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

BOOST_AUTO_TEST_SUITE(engine_rework_regressions)

// -- results in question (§18) ------------------------------------------------

namespace {

/// crud ─▶ tests ─▶ gate `deploy`, that may send crud back.
struct chain : team_builder {
  std::uint32_t crud = lane("crud");
  std::uint32_t tests = lane("tests", {crud});
  std::uint32_t deploy = gate("deploy", {}, {});

  chain() {
    get().gates[deploy].needs = {on_task(crud),
                                 on_task(tests, need_condition::completed)};
    ask_person(deploy);
    rework(deploy, {crud}, 9);
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_retry_ends_the_doubt_and_waits_for_the_new_version) {
  chain b;
  team_world w{b.get()};
  w.done(b.crud);
  w.fails(b.tests);
  w.request_changes(b.deploy, {b.crud});
  BOOST_TEST(w.get().task(b.tests).doubted);
  BOOST_TEST(w.event(engine::retry_requested{task_id{b.tests}}) == "");
  BOOST_TEST((w.state(b.tests) == waiting));
  w.done(b.crud, told("users", "2"));
  w.done(b.tests);
  BOOST_TEST((w.gate(b.deploy) == gate_state::asked));
}

// Found by `tutti play --explore`: it ran without what it runs after.
BOOST_AUTO_TEST_CASE(after_each_work_is_handed_what_is_in_question) { // §13
  chain b;
  auto each = b.after_each("each", {b.tests});
  b[each].batch = {0, 1s};
  team_world w{b.get()};
  w.done({b.crud, b.tests});
  w.request_changes(b.deploy, {b.crud}); // before it runs
  BOOST_TEST(w.get().task(b.tests).doubted);
  w.wait_until(1s);
  BOOST_TEST(w.runs(each));
  BOOST_TEST(w.handoffs(b.tests, each) == 1u);
}

BOOST_AUTO_TEST_CASE(what_is_in_question_and_fails_is_tried_with_the_new) {
  chain b;
  b[b.tests].retries.max = 1;
  b.get().gates[b.deploy].needs = {on_task(b.crud),
                                   on_task(b.tests, need_condition::started)};
  team_world w{b.get()};
  w.done(b.crud);
  w.request_changes(b.deploy, {b.crud}); // while tests run
  BOOST_TEST(w.get().task(b.tests).doubted);
  w.fails(b.tests); // its retry waits for the new one
  BOOST_TEST((w.state(b.tests) == waiting));
  w.done(b.crud, told("users", "2"));
  BOOST_TEST((w.state(b.tests) == running));
  BOOST_TEST(w.handoffs(b.crud, b.tests) == 2u);
}

BOOST_AUTO_TEST_CASE(a_success_without_outputs_after_a_failure_is_new) { // §18
  chain b;
  b.get().gates[b.deploy].needs = {on_task(b.crud, need_condition::completed),
                                   on_task(b.tests, need_condition::completed)};
  team_world w{b.get()};
  w.fails(b.crud);
  BOOST_TEST((w.state(b.tests) == skipped));
  w.request_changes(b.deploy, {b.crud});
  w.done(b.crud);
  BOOST_TEST((w.state(b.tests) == running));
}

BOOST_AUTO_TEST_CASE(what_was_cancelled_is_not_made_again) { // §26
  chain b;
  team_world w{b.get()};
  w.done(b.crud);
  w.event(engine::cancel_requested{task_id{b.tests}});
  w.ends(b.tests, attempt_end::failure);
  w.request_changes(b.deploy, {b.crud});
  w.done(b.crud, told("users", "2"));
  BOOST_TEST((w.state(b.tests) == cancelled));
}

// -- needs-later and rework (§11, §18) ----------------------------------------

namespace {

/// page needs crud later; both lead to `deploy`, that may send crud back.
struct pair : team_builder {
  std::uint32_t crud = lane("crud");
  std::uint32_t page = lane("page");
  std::uint32_t release = lane("release");
  std::uint32_t deploy = gate("deploy", {}, {release});

  pair() {
    integrate(page, {crud});
    get().gates[deploy].needs = {on_task(crud),
                                 on_task(page, need_condition::completed)};
    ask_person(deploy);
    rework(deploy, {crud}, 9);
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_version_that_fails_fails_what_needs_it_later) { // §11
  pair b;
  team_world w{b.get()};
  w.done({b.crud, b.page, b.page});
  BOOST_TEST((w.state(b.page) == succeeded));
  w.request_changes(b.deploy, {b.crud});
  w.fails(b.crud);
  BOOST_TEST((w.state(b.page) == failed));
  BOOST_TEST(w.get().later_cause(b.page) == b.crud);
  BOOST_TEST((w.gate(b.deploy) == gate_state::closed));
  BOOST_TEST(w.exit_code() == 1);
}

BOOST_AUTO_TEST_CASE(only_what_has_run_integrates_after_a_rework) { // §2
  pair b;
  team_world w{b.get()};
  w.done(b.crud);
  w.fails(b.page); // in its run phase
  w.request_changes(b.deploy, {b.crud});
  w.done(b.crud, told("users", "2"));
  BOOST_TEST((w.state(b.page) == failed));
  BOOST_TEST(w.begun(b.page, work_phase::integrate) == 0u);
}

BOOST_AUTO_TEST_CASE(a_retry_of_what_never_ran_runs) { // §26
  team_builder b;
  auto crud = b.lane("crud");
  auto first = b.lane("first");
  auto page = b.lane("page", {first});
  b.integrate(page, {crud});
  team_world w{b.get()};
  w.event(engine::cancel_requested{task_id{page}});
  w.fails(crud);
  w.event(engine::retry_requested{task_id{crud}});
  w.done(first);
  w.event(engine::retry_requested{task_id{page}});
  BOOST_TEST((w.state(page) == running));
  w.done({crud, page});
  BOOST_TEST((w.state(page) == integrating));
}

BOOST_AUTO_TEST_CASE(who_failed_by_itself_is_not_retried_with_what_it_needs) {
  team_builder b;
  auto crud = b.lane("crud");
  auto page = b.lane("page");
  b.integrate(page, {crud});
  auto more = b.lane("more");
  team_world w{b.get()};
  w.fails(page);
  w.fails(crud);
  w.event(engine::retry_requested{task_id{crud}});
  w.done({crud, more});
  BOOST_TEST((w.state(page) == failed));
  BOOST_TEST(w.exit_code() == 1);
}

BOOST_AUTO_TEST_CASE(what_is_needed_later_and_retried_in_time_is_there) { // §11
  team_builder b;
  auto crud = b.lane("crud");
  auto page = b.lane("page");
  b.integrate(page, {crud});
  team_world w{b.get()};
  w.fails(crud); // page runs
  w.event(engine::retry_requested{task_id{crud}});
  w.done(page);
  BOOST_TEST((w.state(page) == waiting_to_integrate));
  w.done({crud, page});
  BOOST_TEST(w.exit_code() == 0);
}

// -- handoffs (rule 3) --------------------------------------------------------

BOOST_AUTO_TEST_CASE(who_is_chosen_but_has_not_begun_is_handed_what_comes) {
  team_builder b;
  auto crud = b.lane("crud");
  auto other = b.agent("other");
  auto page = b.lane("page");
  b[page].agents.push_back(other);
  b.integrate(page, {crud});
  engine_world w{b.get()};
  w.begin_run(); // page is in the queue of one of the two
  w.begin_next(b[crud].agents[0].value);
  w.end(crud);
  BOOST_TEST(w.delivered.count({crud, page}) == 1u);
}

BOOST_AUTO_TEST_CASE(a_second_review_is_handed_the_new_work) { // §16, §18
  team_builder b;
  auto crud = b.lane("crud");
  auto release = b.lane("release");
  auto deploy = b.gate("deploy", {crud}, {release});
  auto review = b.ask_agent(deploy, "jordan");
  b[review].needs = {on_task(crud)};
  b.rework(deploy, {crud});
  team_world w{b.get()};
  w.done(crud, told("users", "1"));
  w.done(review, review_says("changes-requested"));
  w.done(crud, told("users", "2"));
  BOOST_TEST((w.state(review) == running));
  BOOST_TEST(w.handoffs(crud, review) == 2u);
}

BOOST_AUTO_TEST_CASE(a_failure_that_was_handed_on_and_is_retried_is_v2) { // §18
  team_builder b;
  auto crud = b.lane("crud");
  auto mend = b.lane("mend");
  b[mend].needs = {on_task(crud, need_condition::completed)};
  auto plain = b.lane("plain");
  team_world w{b.get()};
  w.fails(crud);
  w.fails(plain);
  w.event(engine::retry_requested{task_id{crud}});
  w.event(engine::retry_requested{task_id{plain}});
  BOOST_TEST(w.version(crud) == 2u);
  BOOST_TEST(w.version(plain) == 1u); // nobody has seen it
}

// -- feedback (§17) -----------------------------------------------------------

BOOST_AUTO_TEST_CASE(feedback_is_for_one_version) {
  team_builder b;
  auto design = b.lane("design");
  auto crud = b.lane("crud", {design});
  auto release = b.lane("release");
  auto deploy = b.gate("deploy", {crud}, {release});
  b.ask_person(deploy);
  b.rework(deploy, {design, crud}, 9);
  team_world w{b.get()};
  auto feedback = [&w](std::uint32_t x) {
    auto told = w.get().assignment_of(x);
    return told ? told->feedback : std::string{};
  };
  w.done({design, crud});
  w.request_changes(deploy, {crud}, "mend crud");
  BOOST_TEST(feedback(crud) == "mend crud");
  w.done(crud);
  w.request_changes(deploy, {design}, "mend design");
  BOOST_TEST(feedback(design) == "mend design");
  w.done(design, told("api", "2"));
  BOOST_TEST((w.state(crud) == running));
  BOOST_TEST(feedback(crud) == "");
}

BOOST_AUTO_TEST_CASE(who_can_be_sent_back_is_named) {
  team_builder b;
  auto one = b.lane("one");
  auto two = b.lane("two");
  auto three = b.lane("three");
  auto release = b.lane("release");
  auto deploy = b.gate("deploy", {one, two, three}, {release});
  b.ask_person(deploy);
  b.rework(deploy, {one, two});
  b.get().gates[deploy].rework.max_rounds = 9;
  team_world w{b.get()};
  w.done({one, two, three});
  BOOST_TEST(w.request_changes(deploy)
             == "say which task is to be done again: --to one or --to two");
  BOOST_TEST(w.request_changes(deploy, {three})
             == "the gate's 'rework' does not send that task back, only one "
                "and two");
}

// -- assignments --------------------------------------------------------------

BOOST_AUTO_TEST_CASE(what_was_given_back_is_still_the_first_attempt) { // §26
  plan_builder b;
  b.task("first");
  auto second = b.task("second");
  engine_world w{b.get()};
  w.begin_run();
  w.begin_all();
  w.step(engine::pause_requested{task_id{second}});
  w.give_back_all();
  w.step(engine::resume_requested{task_id{second}});
  w.end(0);
  w.begin_all();
  BOOST_TEST((w.running.contains({second, 1})));
}

BOOST_AUTO_TEST_CASE(a_finally_task_that_was_asked_back_too_late_goes_on) {
  team_builder b;
  auto work = b.lane("work");
  auto other = b.lane("other");
  auto cleanup = b.lane("cleanup");
  b[cleanup].is_finally = true;
  b[cleanup].after = {{node_kind::task, work}};
  engine_world w{b.get()};
  w.begin_run();
  for (auto x : {work, other})
    w.begin_next(b[x].agents[0].value);
  w.end(work, attempt_end::failure);
  w.step(engine::retry_requested{task_id{work}}); // cleanup is to come back
  w.stop();
  w.begin_next(b[cleanup].agents[0].value); // but it begins
  BOOST_TEST((w.told_to_end.count({cleanup, 1}) == 0u));
  w.end(cleanup);
  BOOST_TEST((w.state(cleanup) == succeeded));
}

BOOST_AUTO_TEST_CASE(nobody_starts_while_its_service_is_down) { // §23
  team_builder b;
  auto db = b.service("db");
  auto first = b.lane("first");
  auto second = b.lane("second", {first});
  b[second].needs.push_back(on_service(db));
  team_world w{b.get()};
  w.event(engine::service_changes{service_id{db}, service_state::ready, {}});
  w.event(engine::service_changes{service_id{db}, service_state::starting, {}});
  w.done(first);
  BOOST_TEST((w.state(second) == waiting));
  w.event(engine::service_changes{service_id{db}, service_state::ready, {}});
  BOOST_TEST((w.state(second) == running));
}

BOOST_AUTO_TEST_CASE(a_retried_after_each_task_works_off_what_failed) { // §26
  team_builder b;
  auto crud = b.lane("crud");
  auto tests = b.after_each("tests", {crud});
  auto more = b.lane("more"); // that the run goes on
  team_world w{b.get()};
  w.done(crud);
  w.fails(tests);
  BOOST_TEST((w.state(tests) == failed));
  BOOST_TEST(w.event(engine::retry_requested{task_id{tests}}) == "");
  BOOST_TEST((w.state(tests) == running));
  w.done({tests, more});
  BOOST_TEST(w.exit_code() == 0);
}

// -- requests (§19) -----------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_key_alone_names_a_request) {
  team_builder b;
  auto answerer = b.lane("answerer");
  b.answers(answerer);
  auto crud = b.lane("crud");
  b[crud].retries.max = 1;
  team_world w{b.get()};
  auto ask = [&](std::string key, std::string text) {
    engine::requests_arrive e;
    e.task = task_id{crud};
    e.attempt = w.attempt(crud);
    e.to = "answerer";
    e.texts = {std::move(text)};
    e.key = std::move(key);
    w.step(e);
    return w.out.numbers.at(0);
  };
  auto first = ask("k", "is it so?");
  auto parts = ask("a/1", "b");
  BOOST_TEST(ask("a", "1/b") != parts);
  w.fails(crud);
  BOOST_TEST(ask("k", "is it really so?") == first);
}

BOOST_AUTO_TEST_SUITE_END()
