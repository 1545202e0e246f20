// SPDX-License-Identifier: BSD-3-Clause
// `tutti explain` (rule 7): one paragraph that says for whom a task or gate
// waits, since when, and what would release it; the whole text for each reason.
#include "actors/orchestrator/engine/explain.hpp"
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

namespace {

/// `crud` of Morgan, `page` of Sam, 90 s into the run.
struct team : team_builder {
  std::uint32_t crud = lane("morgan");
  std::uint32_t page = lane("sam");

  team() {
    (*this)[crud].name = "crud";
    (*this)[page].name = "page";
  }
};

class told_world : public team_world {
public:
  explicit told_world(team_builder& b, engine::graph_options options = {})
    : team_world(b.get(), options), plan_(b.get()) {
  }

  [[nodiscard]] std::string why(std::uint32_t task) const {
    return explain(plan_, get(), {node_kind::task, task}, now);
  }
  [[nodiscard]] std::string why_gate(std::uint32_t gate) const {
    return explain(plan_, get(), {node_kind::gate, gate}, now);
  }
  [[nodiscard]] std::string why_service(std::uint32_t service) const {
    return explain(plan_, get(), {node_kind::service, service}, now);
  }

private:
  const plan& plan_;
};

void check(const std::string& told, const std::string& expected) {
  BOOST_CHECK_EQUAL(told, expected);
}

} // namespace

BOOST_AUTO_TEST_SUITE(engine_explain)

// -- before its start ---------------------------------------------------------

BOOST_AUTO_TEST_CASE(it_waits_for_what_it_needs) {
  team b;
  auto lint = b.lane("lint");
  b[b.page].needs = {on_task(b.crud), on_task(lint, need_condition::completed)};
  told_world w{b};
  w.wait_until(90s);
  check(w.why(b.page),
        "Task 'page' is waiting (for 90 s). It starts once 'crud' (running at "
        "'morgan' for 90 s) has succeeded and 'lint' (running at 'lint' for 90 "
        "s) has ended.");
}

BOOST_AUTO_TEST_CASE(it_waits_for_a_phase) {
  team b;
  auto api = b.lane("api");
  auto backend = b.phase("backend", {b.crud, api});
  b[b.page].needs = {on_phase(backend)};
  told_world w{b};
  w.done(api);
  w.wait_until(3min);
  check(w.why(b.page),
        "Task 'page' is waiting (for 3 min). It starts once phase 'backend' (1 "
        "of its 2 tasks has not ended: 'crud' (running at 'morgan' for 3 min)) "
        "has succeeded.");
}

BOOST_AUTO_TEST_CASE(it_waits_for_a_gate_and_says_for_whom_that_waits) {
  team b;
  b.gate("go", {b.crud}, {b.page});
  told_world w{b};
  w.wait_until(5s);
  check(
      w.why(b.page),
      "Task 'page' is waiting (for 5 s). It starts once gate 'go' has opened, "
      "which waits until 'crud' (running at 'morgan' for 5 s) has succeeded.");
}

BOOST_AUTO_TEST_CASE(it_waits_for_an_approval_and_says_whose) {
  team b;
  auto go = b.gate("go", {b.crud}, {b.page});
  b.ask_person(go);
  told_world w{b};
  w.wait_until(5s);
  w.done(b.crud);
  w.wait_until(65s);
  check(w.why(b.page),
        "Task 'page' is waiting (for 65 s). It starts once gate 'go' has "
        "opened, which for 60 s has waited for the approval of a person "
        "('tutti approve go').");
}

BOOST_AUTO_TEST_CASE(it_waits_for_a_service) {
  team b;
  auto db = b.service("db");
  b[b.page].needs = {on_service(db)};
  told_world w{b};
  check(w.why(b.page), "Task 'page' is waiting (for 0 s). It starts once "
                       "service 'db' (starting) is ready.");
  check(w.why_service(db),
        "Service 'db' is starting. Who needs it starts once it is ready.");
}

BOOST_AUTO_TEST_CASE(its_agent_is_busy_with_another) {
  team b;
  auto layouts = b.beside(b.page, "layouts");
  auto menu = b.beside(b.page, "menu");
  b[layouts].priority = 2;
  b[menu].priority = 1;
  told_world w{b};
  w.wait_until(2min);
  check(w.why(b.page),
        "Task 'page' is ready (for 2 min). It is in the queue: 'sam' is busy "
        "with 'layouts' (running at 'sam' for 2 min), and 'menu' goes before "
        "it.");
}

BOOST_AUTO_TEST_CASE(the_tokens_of_its_pool_are_in_use) {
  team b;
  auto cores = b.pool("cores", 4);
  b[b.crud].pools = {{cores, 3}};
  b[b.page].pools = {{cores, 2}};
  b[b.crud].priority = 1;
  told_world w{b};
  check(
      w.why(b.page),
      "Task 'page' is ready (for 0 s). It needs 2 of pool 'cores', of which 1 "
      "of 4 are free: the rest is in use by 'crud' (running at 'morgan' for 0 "
      "s).");
}

BOOST_AUTO_TEST_CASE(jobs_allows_no_more) {
  team b;
  b[b.crud].priority = 1;
  told_world w{b, {1, 1}};
  check(w.why(b.page),
        "Task 'page' is ready (for 0 s). --jobs allows 1 attempt at once: it "
        "waits for the end of 'crud' (running at 'morgan' for 0 s).");
}

BOOST_AUTO_TEST_CASE(its_choice_of_agents_is_busy) {
  team b;
  auto any = b.lane("any");
  b[any].agents = {b[b.crud].agents[0], b[b.page].agents[0]};
  b[any].priority = -1;
  told_world w{b};
  check(w.why(any),
        "Task 'any' is ready (for 0 s). It starts as soon as there is a free "
        "slot: 'morgan' is busy with 'crud' (running at 'morgan' for 0 s) and "
        "'sam' is busy with 'page' (running at 'sam' for 0 s).");
}

BOOST_AUTO_TEST_CASE(its_retry_has_to_wait) {
  team b;
  b[b.page].retries = {3, 30s, 2.0, 5min};
  told_world w{b};
  w.fails(b.page);
  w.wait_until(30s);
  w.fails(b.page); // now a minute
  w.wait_until(40s);
  check(w.why(b.page), "Task 'page' is ready (for 10 s). Its attempt 2 failed; "
                       "the next one starts in 50 s.");
  w.crash(); // it waits anew (§24)
  check(w.why(b.page), "Task 'page' is ready (for 0 s). Its attempt 2 failed; "
                       "the next one starts in 60 s.");
}

BOOST_AUTO_TEST_CASE(it_is_paused) {
  team b;
  b[b.page].needs = {on_task(b.crud)};
  told_world w{b};
  w.event(engine::pause_requested{task_id{b.page}});
  check(
      w.why(b.page),
      "Task 'page' is waiting (for 0 s). It starts once 'crud' (running at "
      "'morgan' for 0 s) has succeeded. It is paused, too: 'tutti resume page' "
      "lets it go on.");
  w.done(b.crud);
  check(
      w.why(b.page),
      "Task 'page' is ready (for 0 s). It is paused: 'tutti resume page' lets "
      "it go on.");
}

BOOST_AUTO_TEST_CASE(the_run_is_stopping) {
  team b;
  auto queued = b.beside(b.page, "queued");
  b[b.page].priority = 1;
  told_world w{b};
  w.stop();
  w.give_back_all();
  check(w.why(queued), "Task 'queued' is ready (for 0 s). The run is stopping, "
                       "so it does not start any more.");
  check(w.why(b.page),
        "Task 'page' is running (for 0 s). 'sam' works on attempt "
        "1; it was told to end.");
}

BOOST_AUTO_TEST_CASE(its_slot_is_lost) {
  team b;
  auto queued = b.beside(b.page, "queued");
  b[b.page].priority = 1;
  told_world w{b};
  w.ends(b.page, attempt_end::unkillable);
  check(w.why(queued),
        "Task 'queued' is ready (for 0 s). It starts as soon as "
        "there is a free slot: 'sam' has no slot left: what could "
        "not be ended holds it.");
}

// -- work that comes as it comes ----------------------------------------------

BOOST_AUTO_TEST_CASE(it_runs_after_each_result) {
  team b;
  auto tests = b.after_each("tests", {b.crud, b.page});
  told_world w{b};
  check(
      w.why(tests),
      "Task 'tests' is waiting (for 0 s). It runs again after the next result "
      "of 'crud' (running at 'morgan' for 0 s) or 'page' (running at 'sam' for "
      "0 s).");
}

BOOST_AUTO_TEST_CASE(it_gathers_a_batch) {
  team b;
  auto tests = b.after_each("tests", {b.crud, b.page});
  b[tests].batch = {0, 1min};
  told_world w{b};
  w.done(b.crud);
  w.wait_until(20s);
  check(w.why(tests),
        "Task 'tests' is waiting (for 20 s). It gathers what comes "
        "together, 1 so far, and starts in 40 s at the latest.");
}

BOOST_AUTO_TEST_CASE(nobody_has_asked_anything) {
  team b;
  auto server = b.answers(b.crud);
  told_world w{b};
  check(w.why(server),
        "Task 'requests/morgan' is waiting (for 0 s). It answers "
        "requests, and nobody has asked anything.");
}

// -- after its start ----------------------------------------------------------

BOOST_AUTO_TEST_CASE(it_waits_to_integrate) {
  team b;
  b.integrate(b.page, {b.crud});
  told_world w{b};
  w.wait_until(10s);
  w.done(b.page);
  w.wait_until(130s);
  check(w.why(b.page),
        "Task 'page' waits to integrate (for 2 min). Its run phase is done; it "
        "goes on once 'crud' (running at 'morgan' for 2 min) has succeeded. "
        "'sam' is free for other work meanwhile.");
}

BOOST_AUTO_TEST_CASE(it_waits_to_integrate_for_its_agent) {
  team b;
  b.integrate(b.page, {b.crud});
  auto layouts = b.beside(b.page, "layouts");
  b[b.page].priority = 1;
  told_world w{b};
  w.done({b.page, b.crud});
  BOOST_TEST(w.runs(layouts));
  check(w.why(b.page),
        "Task 'page' waits to integrate (for 0 s). All that it needs later is "
        "there. It is in the queue: 'sam' is busy with 'layouts' (running at "
        "'sam' for 0 s).");
}

BOOST_AUTO_TEST_CASE(it_waits_inside_for_an_answer) {
  team b;
  b.integrate(b.page, {b.crud});
  auto server = b.answers(b.crud);
  told_world w{b};
  engine::requests_arrive e;
  e.task = task_id{b.page};
  e.attempt = 1;
  e.to = "morgan";
  e.texts = {"createUser"};
  w.event(e);
  w.event(engine::wait_begins{task_id{b.page}, 1});
  w.wait_until(30s);
  check(
      w.why(b.page),
      "Task 'page' is running (for 30 s). 'sam' works on attempt 1, which "
      "waits inside until 'crud' (running at 'morgan' for 30 s) has succeeded "
      "and 'morgan' has answered request/1 (createUser); its slot is free "
      "meanwhile.");
  check(
      w.why(server),
      "Task 'requests/morgan' is ready (for 30 s). It starts as soon as there "
      "is a free slot: 'morgan' is busy with 'crud' (running at 'morgan' for "
      "30 s).");
}

BOOST_AUTO_TEST_CASE(its_result_is_in_question) { // §18
  team b;
  b[b.page].needs = {on_task(b.crud)};
  auto deploy = b.gate("deploy", {b.page}, {});
  b.ask_person(deploy);
  b.rework(deploy, {b.crud});
  told_world w{b};
  w.done({b.crud, b.page});
  w.request_changes(deploy);
  check(
      w.why(b.page),
      "Task 'page' has succeeded (0 s ago). It took 1 attempt. What it was "
      "made of is being made again, so its result is in question until 'crud' "
      "(running at 'morgan' for 0 s) has come out.");
  check(w.why_gate(deploy),
        "Gate 'deploy' is waiting. It opens once 'page' (succeeded 0 s ago, in "
        "question) has succeeded, and it is approved.");
}

// -- how it ended -------------------------------------------------------------

BOOST_AUTO_TEST_CASE(it_was_skipped_and_why_goes_back_to_the_first_cause) {
  team b;
  b[b.page].needs = {on_task(b.crud)};
  auto docs = b.lane("docs", {b.page});
  b.lane("goes-on");
  told_world w{b};
  w.wait_until(10s);
  w.fails(b.crud);
  w.wait_until(13s);
  check(
      w.why(docs),
      "Task 'docs' was skipped (3 s ago). What it needs cannot come any more: "
      "'page' (skipped 3 s ago) because of 'crud' (failed 3 s ago).");
  check(w.why(b.crud), "Task 'crud' has failed (3 s ago). It took 1 attempt. "
                       "'tutti retry crud' tries it again.");
}

BOOST_AUTO_TEST_CASE(it_failed_for_what_it_needs_later) { // §11
  team b;
  b.integrate(b.page, {b.crud});
  told_world w{b};
  w.done(b.page);
  w.fails(b.crud);
  check(w.why(b.page), "Task 'page' has failed (0 s ago). What it needs later "
                       "did not come: 'crud' (failed 0 s ago).");
}

BOOST_AUTO_TEST_CASE(it_was_left_out) { // §7
  team b;
  b[b.page].needs = {on_task(b.crud)};
  b[b.page].condition = output_is_true(b.crud, "go");
  auto docs = b.lane("docs", {b.page});
  told_world w{b};
  w.done(b.crud);
  check(w.why(b.page),
        "Task 'page' was left out (0 s ago). Its 'if' was false, "
        "or it was not wanted.");
  check(w.why(docs), "Task 'docs' was left out (0 s ago). What it needs was "
                     "left out, too: 'page' (left-out 0 s ago).");
}

BOOST_AUTO_TEST_CASE(it_was_cancelled_before_its_start) { // §26
  team b;
  b[b.page].needs = {on_task(b.crud)};
  told_world w{b};
  w.event(engine::cancel_requested{task_id{b.page}});
  check(w.why(b.page), "Task 'page' was cancelled (0 s ago). It never started. "
                       "'tutti retry page' tries it again.");
}

BOOST_AUTO_TEST_CASE(its_service_failed) { // §23
  team b;
  auto db = b.service("db");
  b[b.page].needs = {on_service(db)};
  told_world w{b};
  w.event(engine::service_changes{service_id{db}, service_state::failed, ""});
  check(w.why(b.page), "Task 'page' has ended in an error (0 s ago). What it "
                       "needs cannot come any more: service 'db' (failed).");
  check(w.why_service(db), "Service 'db' has failed. Who needs it and had not "
                           "started ends in an error.");
}

// -- gates --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_gate_says_who_may_approve_and_what_comes_without) {
  team b;
  auto deploy = b.gate("deploy", {b.crud}, {b.page});
  b.ask_person(deploy);
  auto review = b.ask_agent(deploy, "riley");
  b[review].name = "review/deploy";
  auto& a = b.approval(deploy);
  a.min = 2;
  a.timeout = 24h;
  a.message = literal_expression("Release it?");
  told_world w{b};
  w.done(b.crud);
  w.wait_until(1h);
  check(
      w.why_gate(deploy),
      "Gate 'deploy' is asked (for 60 min). It waits for the approval of a "
      "person ('tutti approve deploy') and 'riley' in 'review/deploy' (running "
      "at 'riley' for 60 min). The question: Release it? Without a verdict it "
      "is rejected in 23 h.");
  w.approve(deploy);
  check(w.why_gate(deploy),
        "Gate 'deploy' is asked (for 60 min). It waits for the approval of "
        "'riley' in 'review/deploy' (running at 'riley' for 60 min). The "
        "question: Release it? Without a verdict it is rejected in 23 h.");
  w.done(review, review_says("approved"));
  check(w.why_gate(deploy), "Gate 'deploy' is open. It holds nothing back.");
}

BOOST_AUTO_TEST_CASE(a_gate_that_any_of_them_opens) {
  team b;
  auto deploy = b.gate("deploy", {b.crud}, {b.page});
  b.ask_person(deploy);
  auto review = b.ask_agent(deploy, "riley");
  b[review].name = "review/deploy";
  b.approval(deploy).min = 1;
  told_world w{b};
  w.done(b.crud);
  check(w.why_gate(deploy),
        "Gate 'deploy' is asked (for 0 s). It waits for 1 approval of a person "
        "('tutti approve deploy') or 'riley' in 'review/deploy' (running at "
        "'riley' for 0 s).");
}

BOOST_AUTO_TEST_CASE(a_rejected_gate_says_why) {
  team b;
  auto deploy = b.gate("deploy", {b.crud}, {b.page});
  b.ask_person(deploy);
  b.lane("goes-on");
  told_world w{b};
  w.done(b.crud);
  w.person(verdict::rejected, deploy, {}, "not today");
  check(w.why_gate(deploy), "Gate 'deploy' is rejected. The last comment: not "
                            "today. What it blocks is skipped.");
  check(w.why(b.page),
        "Task 'page' was skipped (0 s ago). What it needs cannot "
        "come any more: gate 'deploy' (rejected).");
}

BOOST_AUTO_TEST_CASE(a_closed_gate_says_what_cannot_come) {
  team b;
  auto deploy = b.gate("deploy", {b.crud}, {b.page});
  b.lane("goes-on");
  told_world w{b};
  w.fails(b.crud);
  check(w.why_gate(deploy),
        "Gate 'deploy' is closed. What it needs cannot come any more: 'crud' "
        "(failed 0 s ago). What it blocks is skipped.");
  check(
      w.why(b.page),
      "Task 'page' was skipped (0 s ago). What it needs cannot come any more: "
      "gate 'deploy' (closed) because of 'crud' (failed 0 s ago).");
}

BOOST_AUTO_TEST_CASE(a_phase_tells_of_its_tasks) {
  team b;
  auto backend = b.phase("backend", {b.crud});
  told_world w{b};
  check(
      explain(b.get(), w.get(), {node_kind::phase, backend}, w.now),
      "Phase 'backend':\n  Task 'crud' is running (for 0 s). 'morgan' works on "
      "attempt 1.");
}

BOOST_AUTO_TEST_SUITE_END()
