// SPDX-License-Identifier: BSD-3-Clause
// What the model makes of handoffs in full.
#include "runtime/report/run_model.hpp"
#include "runtime/report/wait_text.hpp"
#include "tests/support/handoff_facts.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using report::run_model;
using report::wait_for;

namespace {

struct fixture : handoff_team {
  run_model m{value, slots()};

  std::string waits(std::uint32_t task) {
    return awaited_text(m, m.wait_of({node_kind::task, task}, 9), 9);
  }
  std::string gate_waits() {
    return awaited_text(m, m.wait_of({node_kind::gate, deploy}, 9), 9);
  }
  void begin() {
    apply_all(m, {service_fact(0s, 0, service_state::starting),
                  service_fact(1s, 0, service_state::ready), ready(0s, page),
                  ready(1s, crud), started(0s, page, sam),
                  started(1s, crud, morgan)});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_report_handoff_model, fixture)

// §2, §3, §10
BOOST_AUTO_TEST_CASE(a_task_waits_to_integrate_for_what_it_needs_later) {
  begin();
  BOOST_CHECK(m.waiting_to_integrate(9).empty());
  apply_all(m, {parked(4s, page, sam), ready(4s, layouts),
                started(4s, layouts, sam)});
  BOOST_CHECK_EQUAL(m.count(task_state::waiting_to_integrate), 1u);
  auto waits_now = m.waiting_to_integrate(9);
  BOOST_REQUIRE_EQUAL(waits_now.size(), 1u);
  BOOST_CHECK_EQUAL(waits_now[0].on_count, 1u);
  BOOST_CHECK_EQUAL(waits_now[0].on[0].of.index, crud);
  BOOST_CHECK(waits_now[0].on[0].active);
  BOOST_CHECK(waits_now[0].since == 4s);
  BOOST_CHECK_EQUAL(meanwhile_text(m, waits_now[0].agent, 9), "layouts");
  BOOST_CHECK_EQUAL(m.pending(9)[0].waiter.index, page);
  BOOST_CHECK_EQUAL(m.agent(sam).running, 1u); // the slot is given back

  apply_all(m, {finished(7s, crud, morgan), integrate_ready(7s, page)});
  BOOST_CHECK_EQUAL(waits(page), "a slot of sam, busy with layouts");
  BOOST_CHECK(m.wait_of({node_kind::task, page}).since == 7s);
  apply_all(m, {finished(8s, layouts, sam), integrates(8s, page, sam),
                integrated(10s, page, sam)});
  const auto& t = m.task(page);
  BOOST_CHECK(t.state == task_state::succeeded);
  BOOST_CHECK(t.busy == 6s);
  BOOST_CHECK(t.integrate_busy == 2s);
  BOOST_CHECK(m.waited_later(page, 99s) == 4s);
  BOOST_CHECK_EQUAL(t.attempts, 2u);
  BOOST_CHECK_EQUAL(t.integrates, 1u);
}

// §11
BOOST_AUTO_TEST_CASE(a_later_need_that_fails_names_itself) {
  begin();
  auto failed = make_fact(fact_kind::later_failed, 5s, page);
  failed.cause = crud;
  failed.state = task_state::failed;
  apply_all(m, {parked(4s, page, sam),
                finished(5s, crud, morgan, task_state::failed, 1), failed});
  BOOST_CHECK(m.task(page).state == task_state::failed);
  BOOST_CHECK_EQUAL(m.task(page).cause, crud);
  BOOST_CHECK_EQUAL(m.failures().size(), 2u);
  BOOST_CHECK(m.waiting_to_integrate(9).empty());
}

// §20: a wait inside gives the slot back and is no work
BOOST_AUTO_TEST_CASE(a_wait_inside_is_no_work) {
  begin();
  apply_all(m, {request_fact(2s, 1, page, morgan, "createUser"),
                make_fact(fact_kind::attempt_waits, 3s, page)});
  BOOST_CHECK_EQUAL(m.agent(sam).running, 0u);
  BOOST_CHECK(m.task(page).state == task_state::running);
  BOOST_CHECK_EQUAL(waits(page), "crud (morgan), request 1 to morgan");
  BOOST_CHECK_EQUAL(m.waiting_inside(9).size(), 1u);
  BOOST_CHECK(m.task_busy(page, 9s) == 3s);
  apply_all(m, {make_fact(fact_kind::wait_over, 6s, page)});
  BOOST_CHECK_EQUAL(waits(page), "a slot of sam");
  apply_all(m, {make_fact(fact_kind::attempt_goes_on, 7s, page)});
  BOOST_CHECK_EQUAL(m.agent(sam).running, 1u);
  apply_all(m, {finished(9s, page, sam)});
  BOOST_CHECK(m.task(page).busy == 5s);
  BOOST_CHECK(m.waited_inside(page, 99s) == 4s);
  BOOST_CHECK(m.agent(sam).busy == 5s);
  const auto& w = m.inside_waits().at(0);
  BOOST_CHECK(w.from == 3s && w.over_at == 6s && w.until == 7s);
  const auto& last = m.intervals().back();
  BOOST_CHECK(last.is_last && last.attempt_busy == 5s);
}

BOOST_AUTO_TEST_CASE(an_attempt_that_ends_while_it_waits_inside_is_closed) {
  begin();
  apply_all(m, {make_fact(fact_kind::attempt_waits, 3s, page),
                finished(5s, page, sam, task_state::failed, 1)});
  BOOST_CHECK(m.task(page).busy == 3s);
  BOOST_CHECK(m.waiting_inside(9).empty());
  BOOST_CHECK_EQUAL(m.agent(sam).running, 0u);
  BOOST_CHECK(m.intervals().back().is_last);
}

// §15, §16
BOOST_AUTO_TEST_CASE(a_gate_that_asks_names_who_may_approve) {
  begin();
  BOOST_CHECK_EQUAL(gate_waits(), "crud (morgan), page (sam), review/deploy "
                                  "(riley)");
  apply_all(m,
            {finished(5s, crud, morgan), parked(5s, page, sam),
             integrated(6s, page, sam), asked(6s, deploy), ready(6s, review)});
  BOOST_REQUIRE_EQUAL(m.asked_gates().size(), 1u);
  BOOST_CHECK_EQUAL(gate_waits(),
                    "a person to approve it, review/deploy (riley)");
  BOOST_CHECK(m.wait_of({node_kind::gate, deploy}).since == 6s);
  BOOST_CHECK_EQUAL(waits(release), "gate deploy (approval asked)");
  BOOST_CHECK_EQUAL(approvers_text(m, deploy), "a person and riley");
  BOOST_CHECK_EQUAL(approval_message(m, deploy), "Release it?");
  BOOST_CHECK_EQUAL(approve_command(m, deploy, "r1"),
                    "tutti approve deploy --run r1");
  apply_all(m, {started(6s, review, riley), finished(7s, review, riley),
                verdict_of(7s, deploy, verdict::approved, "riley"),
                verdict_of(9s, deploy, verdict::approved, "ann", "fine"),
                make_fact(fact_kind::gate_opened, 9s, deploy)});
  const auto& g = m.gate(deploy);
  BOOST_CHECK(g.state == gate_state::open);
  BOOST_CHECK(g.asked_for == 3s);
  BOOST_REQUIRE_EQUAL(g.verdicts.size(), 2u);
  BOOST_CHECK(!g.verdicts[0].by_person);
  BOOST_CHECK(g.verdicts[1].by_person);
  BOOST_CHECK_EQUAL(g.verdicts[1].comment, "fine");
  BOOST_CHECK(m.asked_gates().empty());
}

// §17, §18
BOOST_AUTO_TEST_CASE(rework_opens_again_what_had_ended) {
  begin();
  apply_all(m, {finished(5s, crud, morgan), parked(5s, page, sam),
                integrated(6s, page, sam), asked(6s, deploy),
                verdict_of(8s, deploy, verdict::changes_requested, "ann",
                           "paging", {task_id{crud}})});
  auto rework = make_fact(fact_kind::rework_requested, 8s, deploy);
  auto extra = std::make_shared<fact_extra>();
  extra->tasks = {task_id{crud}};
  extra->text = "paging";
  rework.extra = extra;
  apply_all(m, {rework, version_fact(fact_kind::version_started, 8s, crud, 2),
                version_fact(fact_kind::version_doubted, 8s, page, 1, crud),
                make_fact(fact_kind::gate_reset, 8s, deploy)});
  BOOST_CHECK(m.task(crud).state == task_state::waiting);
  BOOST_CHECK_EQUAL(m.task(crud).version, 2u);
  BOOST_CHECK(m.task(page).state == task_state::succeeded);
  BOOST_CHECK(m.task(page).doubted);
  BOOST_CHECK(m.gate(deploy).state == gate_state::waiting);
  BOOST_CHECK_EQUAL(gate_waits(), "crud (morgan), page (sam), review/deploy "
                                  "(riley)");
  BOOST_CHECK_EQUAL(m.terminal_count(), 1u);
  BOOST_CHECK_EQUAL(m.reworks().size(), 1u);
  BOOST_CHECK_EQUAL(m.agent(morgan).tasks, 0u);
  apply_all(m, {ready(8s, crud), started(8s, crud, morgan, 2),
                finished(9s, crud, morgan, task_state::succeeded, 0, 2),
                version_fact(fact_kind::version_kept, 9s, page, 2, crud)});
  BOOST_CHECK_EQUAL(gate_waits(), "review/deploy (riley)");
  BOOST_CHECK(!m.task(page).doubted);
  BOOST_CHECK_EQUAL(m.terminal_count(), 2u);
  BOOST_CHECK_EQUAL(m.completed(9).size(), 2u);
  BOOST_CHECK_EQUAL(m.agent(morgan).tasks, 1u);
  BOOST_CHECK_EQUAL(m.versions().size(), 2u);
}

// §18: who keeps what has been replaced is stale, unless it came out equal
BOOST_AUTO_TEST_CASE(consumers_of_a_replaced_version_are_stale) {
  for (auto text : {"one", "two"}) {
    run_model fresh(value, slots());
    auto first = finished(2s, crud, morgan);
    auto details = std::make_shared<attempt_details>();
    details->outputs = {{"k", {value_kind::text, "one"}}};
    first.details = details;
    auto second = finished(9s, crud, morgan, task_state::succeeded, 0, 2);
    details = std::make_shared<attempt_details>();
    details->outputs = {{"k", {value_kind::text, text}}};
    second.details = details;
    apply_all(fresh,
              {started(0s, crud, morgan), first,
               handoff_fact(fact_kind::handoff_sent, 2s, crud, layouts),
               handoff_fact(fact_kind::handoff_accepted, 2s, crud, layouts),
               started(3s, layouts, sam), finished(4s, layouts, sam),
               version_fact(fact_kind::version_started, 5s, crud, 2),
               started(6s, crud, morgan, 2), second});
    auto stale = fresh.stale();
    if (text == std::string("one")) {
      BOOST_CHECK(stale.empty());
      continue;
    }
    BOOST_REQUIRE_EQUAL(stale.size(), 1u);
    BOOST_CHECK_EQUAL(stale[0].task.value, layouts);
    BOOST_CHECK_EQUAL(stale[0].has, 1u);
    BOOST_CHECK_EQUAL(stale[0].latest, 2u);
    // It is not fresh before it is made of the next version.
    apply_all(fresh, {handoff_fact(fact_kind::handoff_accepted, 10s, crud,
                                   layouts, 2)});
    BOOST_CHECK_EQUAL(fresh.stale().size(), 1u);
    apply_all(fresh,
              {started(10s, layouts, sam, 2),
               finished(11s, layouts, sam, task_state::succeeded, 0, 2)});
    BOOST_CHECK(fresh.stale().empty());
    BOOST_CHECK_EQUAL(fresh.handoffs().size(), 2u);
  }
}

// §13
BOOST_AUTO_TEST_CASE(an_after_each_task_has_a_backlog) {
  begin();
  BOOST_CHECK_EQUAL(waits(tests), "crud (morgan), page (sam)");
  auto queue = [&](duration at, std::uint32_t trigger, std::uint32_t version) {
    auto x = make_fact(fact_kind::trigger_queued, at, tests);
    x.cause = trigger;
    x.version = version;
    x.state = task_state::succeeded;
    return x;
  };
  apply_all(m, {queue(2s, crud, 1), queue(3s, page, 1), queue(4s, crud, 2)});
  BOOST_REQUIRE_EQUAL(m.backlogs(9).size(), 1u);
  BOOST_REQUIRE_EQUAL(m.task(tests).backlog.size(), 2u); // one each, the latest
  BOOST_CHECK_EQUAL(m.task(tests).backlog[0].version, 2u);
  work_item taken;
  taken.from = task_id{crud};
  taken.version = 2;
  auto ended = make_fact(fact_kind::stream_ended, 9s, tests);
  ended.state = task_state::succeeded;
  apply_all(m, {assigned(4s, tests, quinn, {taken}), started(4s, tests, quinn),
                finished(6s, tests, quinn, task_state::waiting)});
  BOOST_REQUIRE_EQUAL(m.task(tests).backlog.size(), 1u);
  BOOST_CHECK_EQUAL(m.task(tests).backlog[0].from.value, page);
  BOOST_CHECK(m.task(tests).state == task_state::waiting);
  apply_all(m, {ended});
  BOOST_CHECK(m.task(tests).state == task_state::succeeded);
}

// §19
BOOST_AUTO_TEST_CASE(requests_have_batches_and_latencies) {
  begin();
  apply_all(m, {request_fact(2s, 1, page, morgan, "createUser"),
                request_fact(2s, 2, page, morgan, "getUser", false),
                request_fact(2s, 3, layouts, morgan, "listUsers")});
  BOOST_CHECK_EQUAL(m.open_request_count(), 3u);
  work_item one;
  one.request = 1;
  work_item two;
  two.request = 2;
  auto answer = make_fact(fact_kind::request_answered, 7s, 1);
  answer.state = task_state::succeeded;
  apply_all(m, {parked(3s, page, sam),
                assigned(4s, answers, morgan, {one, two}, 5), answer,
                make_fact(fact_kind::answer_accepted, 8s, 1),
                make_fact(fact_kind::request_cancelled, 9s, 2)});
  const auto& r = m.requests()[0];
  BOOST_CHECK_EQUAL(r.batch, 5u);
  BOOST_CHECK_EQUAL(r.batch_size, 2u);
  BOOST_CHECK(*r.answered_at - r.made_at == 5s);
  BOOST_CHECK(r.accepted_at == 8s);
  BOOST_CHECK(m.requests()[1].state == report::request_state::cancelled);
  BOOST_CHECK(m.open_requests(9) == std::vector<std::uint32_t>{3});
  BOOST_CHECK_EQUAL(waits(page), "crud (morgan)");
  auto refused = make_fact(fact_kind::request_refused, 9s);
  refused.cause = page;
  refused.extra = extra_text("busy");
  apply_all(m, {refused});
  BOOST_CHECK_EQUAL(m.refusal_count(), 1u);
}

// §23
// Rule 9: a text may have a megabyte.
BOOST_AUTO_TEST_CASE(of_a_request_a_line_is_kept) {
  begin();
  auto text = "two\nlines " + std::string(1000, 'x');
  apply_all(m, {request_fact(2s, 1, page, morgan, text)});
  BOOST_TEST_REQUIRE(m.requests().size() == 1u);
  BOOST_TEST(m.requests()[0].text.starts_with("two lines xx"));
  BOOST_TEST(m.requests()[0].text.size() <= 400u);
}

BOOST_AUTO_TEST_CASE(a_service_is_waited_for_until_it_is_ready) {
  BOOST_CHECK_EQUAL(waits(crud), "service db");
  apply_all(m, {service_fact(1s, 0, service_state::starting)});
  BOOST_CHECK_EQUAL(m.pending_count(), 1u);
  apply_all(m, {service_fact(3s, 0, service_state::ready)});
  BOOST_CHECK_EQUAL(waits(crud), "nothing");
  apply_all(m, {service_fact(5s, 0, service_state::starting, "it exited"),
                service_fact(6s, 0, service_state::ready)});
  const auto& s = m.service(0);
  BOOST_CHECK(s.ready_at == 3s);
  BOOST_CHECK(s.starting == 3s);
  BOOST_CHECK_EQUAL(s.restarts, 1u);
}

// §26, rule 7: every wait names whom it waits for
BOOST_AUTO_TEST_CASE(slots_pauses_and_retries_are_waits_too) {
  begin();
  apply_all(m, {ready(1s, layouts)});
  BOOST_CHECK_EQUAL(waits(layouts), "a slot of sam, busy with page");
  BOOST_CHECK(m.wait_of({node_kind::task, layouts}).since == 1s);
  apply_all(m, {make_fact(fact_kind::task_paused, 2s, layouts)});
  BOOST_CHECK_EQUAL(waits(layouts), "`tutti resume layouts`");
  apply_all(m, {make_fact(fact_kind::task_resumed, 3s, layouts),
                finished(4s, crud, morgan, task_state::ready, 1)});
  BOOST_CHECK_EQUAL(waits(crud), "the time of its next attempt");
  BOOST_CHECK_EQUAL(waits(answers), "requests");
  auto retried = make_fact(fact_kind::task_retried, 9s, page);
  retried.state = task_state::ready;
  apply_all(m, {finished(8s, page, sam, task_state::failed, 1), retried});
  BOOST_CHECK(m.task(page).state == task_state::ready);
  BOOST_CHECK(m.failures().empty());
}

BOOST_AUTO_TEST_CASE(progress_carries_what_the_task_says_of_itself) {
  begin();
  m.apply(task_progress{task_id{page}, 1, "Dashboard", 70});
  BOOST_CHECK_EQUAL(m.task(page).percent, 70);
  m.apply(task_progress{task_id{page}, 1, "more", -1});
  BOOST_CHECK_EQUAL(m.task(page).percent, 70);
  apply_all(m, {parked(5s, page, sam)});
  BOOST_CHECK_EQUAL(m.task(page).percent, -1);
}

BOOST_AUTO_TEST_SUITE_END()
