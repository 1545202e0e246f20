// SPDX-License-Identifier: BSD-3-Clause
// What the model and the report make of runs that were resumed.
#include "runtime/report/report.hpp"
#include "runtime/report/report_json.hpp"
#include "runtime/report/report_text.hpp"
#include "runtime/report/run_model.hpp"
#include "runtime/report/status_json.hpp"
#include "runtime/report/wait_text.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/resumed_facts.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using nlohmann::json;
using report::run_model;

namespace {

// layouts is done after 2 s, page and crud are at work when tutti goes; the
// last that the journal has of it is from 5 s. It is back after an hour.
struct fixture : handoff_team {
  run_model m{value, slots()};

  void begin() {
    apply_all(m, {make_fact(fact_kind::run_started, 2ms),
                  service_fact(0s, 0, service_state::starting),
                  service_fact(1s, 0, service_state::ready), ready(0s, page),
                  ready(0s, layouts), ready(1s, crud),
                  started(0s, layouts, sam), started(1s, crud, morgan),
                  finished(2s, layouts, sam), started(2s, page, sam),
                  request_fact(3s, 1, page, morgan, "createUser"),
                  make_fact(fact_kind::attempt_waits, 5s, page)});
  }
  void come_back() {
    apply_all(m, {resumed(1h, 2), cut(1h, crud, morgan), cut(1h, page, sam),
                  service_fact(1h, 0, service_state::waiting),
                  service_fact(1h, 0, service_state::starting),
                  service_fact(1h + 1s, 0, service_state::ready),
                  started(1h + 1s, crud, morgan, 2),
                  started(1h + 1s, page, sam, 2)});
  }
  std::string waits(std::uint32_t task) {
    return awaited_text(m, m.wait_of({node_kind::task, task}, 9), 9);
  }
  json document() {
    auto x = json::parse(to_json(make_report(m, {})));
    auto rules = shipped_schema("report");
    validate(x, rules, rules, "report");
    return x;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_report_resumed, fixture)

// §31: phases that were running run again without using a retry.
BOOST_AUTO_TEST_CASE(what_ran_is_known_until_the_last_fact_and_runs_again) {
  begin();
  m.apply(resumed(1h, 2));
  BOOST_CHECK_EQUAL(m.agent(morgan).running, 0u);
  BOOST_CHECK(m.task(crud).busy == 4s); // from 1 s to the last fact at 5 s
  BOOST_CHECK(m.task(page).busy == 3s);
  BOOST_CHECK(m.waited_inside(page, 1h) == 0s);
  BOOST_CHECK(m.waiting_inside(9).empty());
  apply_all(m, {cut(1h, crud, morgan), cut(1h, page, sam)});
  BOOST_CHECK(m.task(crud).state == task_state::ready);
  BOOST_CHECK(m.task(crud).lost && m.task(crud).again);
  BOOST_CHECK(!m.task(crud).in_backoff);
  BOOST_CHECK(m.failures().empty());
  apply_all(m, {started(1h + 1s, crud, morgan, 2)});
  BOOST_CHECK(!m.task(crud).lost);
  BOOST_CHECK_EQUAL(m.task(crud).attempts, 2u);
  BOOST_CHECK_EQUAL(m.task(crud).tries, 1u);
  apply_all(m, {finished(1h + 3s, crud, morgan, task_state::succeeded, 0, 2)});
  BOOST_CHECK(m.task(crud).busy == 6s);
  BOOST_CHECK(!m.task(crud).again);
  BOOST_CHECK(m.task_busy(crud, 2h) == 6s);
}

// A failure that follows is the first one, and its retry the second attempt.
BOOST_AUTO_TEST_CASE(a_retry_after_a_resume_is_attempt_two) {
  begin();
  come_back();
  apply_all(m, {finished(1h + 2s, crud, morgan, task_state::ready, 1, 2),
                started(1h + 3s, crud, morgan, 3)});
  BOOST_CHECK_EQUAL(m.task(crud).tries, 2u);
  BOOST_CHECK(!m.task(crud).again);
}

// §27, §31: a run that had ended is resumed.
BOOST_AUTO_TEST_CASE(a_resume_opens_a_run_that_was_stopped) {
  begin();
  apply_all(m, {make_fact(fact_kind::stop_requested, 6s),
                cut(7s, crud, morgan, 1, ""),
                run_ended(7s, run_status::stopped, 130)});
  BOOST_CHECK(m.ended() && m.stopping());
  m.apply(resumed(1h, 2));
  BOOST_CHECK(!m.ended() && !m.stopping());
  BOOST_CHECK_EQUAL(m.exit_code(), 0);
  const auto& was = m.sessions().at(0);
  BOOST_CHECK(was.status == run_status::stopped);
  BOOST_CHECK(was.from == 0s && was.until == 7s);
  const auto& is = m.session();
  BOOST_CHECK(!is.status);
  BOOST_CHECK_EQUAL(is.number, 2u);
  BOOST_CHECK_EQUAL(is.kept, 1u); // layouts
  BOOST_CHECK((is.again == std::vector{task_id{crud}, task_id{page}}));
  BOOST_CHECK(m.is_kept(layouts) && !m.is_kept(crud));
  BOOST_CHECK(m.down() == 1h - 7s);
  apply_all(m, {run_ended(1h + 1s, run_status::waiting, 6)});
  BOOST_CHECK(m.session().status == run_status::waiting);
}

// §31: a run that failed is resumed with its failed tasks retried.
BOOST_AUTO_TEST_CASE(what_the_resume_itself_opens_again_is_not_kept) {
  begin();
  auto retried = make_fact(fact_kind::task_retried, 1h, crud);
  auto again = version_fact(fact_kind::version_started, 1h, layouts, 2);
  apply_all(m, {finished(6s, crud, morgan, task_state::failed, 1),
                run_ended(6s, run_status::failed, 1), resumed(1h, 2), retried,
                again});
  BOOST_CHECK_EQUAL(m.session().kept, 0u);
  BOOST_CHECK((m.session().again
               == std::vector{task_id{page}, task_id{crud}, task_id{layouts}}));
  // What is sent back later on had been kept until then.
  apply_all(m, {finished(2h, crud, morgan, task_state::succeeded, 0, 2),
                resumed(3h, 3),
                version_fact(fact_kind::version_started, 4h, crud, 3)});
  BOOST_CHECK_EQUAL(m.session().kept, 1u);
}

// A lost attempt that had been cancelled, or had timed out, does not run again.
BOOST_AUTO_TEST_CASE(what_was_told_to_end_for_good_does_not_run_again) {
  begin();
  auto end = cut(1h, crud, morgan);
  end.end = attempt_end::cancelled;
  end.state = task_state::cancelled;
  apply_all(m, {resumed(1h, 2), end});
  BOOST_CHECK((m.session().again == std::vector{task_id{page}}));
  BOOST_CHECK_EQUAL(m.count(task_state::cancelled), 1u);
}

// §23: its process has gone with tutti; that it is started anew is no restart.
BOOST_AUTO_TEST_CASE(services_are_waited_for_once_more) {
  begin();
  apply_all(m, {resumed(1h, 2), cut(1h, crud, morgan),
                service_fact(1h, 0, service_state::waiting)});
  auto retried = version_fact(fact_kind::version_started, 1h, crud, 1);
  m.apply(retried); // it waits for the service again
  BOOST_CHECK_EQUAL(waits(crud), "service db");
  apply_all(m, {service_fact(1h, 0, service_state::starting),
                service_fact(1h + 2s, 0, service_state::ready)});
  BOOST_CHECK_EQUAL(waits(crud), "nothing");
  BOOST_CHECK_EQUAL(m.service(0).restarts, 0u);
  BOOST_CHECK(m.service(0).starting == 3s);
  apply_all(m,
            {service_fact(1h + 3s, 0, service_state::starting, "it exited")});
  BOOST_CHECK_EQUAL(m.service(0).restarts, 1u);
}

// §13, §19: what an agent had been given and not begun is in its queue again.
BOOST_AUTO_TEST_CASE(what_is_taken_back_is_queued_again) {
  begin();
  auto queued = make_fact(fact_kind::trigger_queued, 2s, tests);
  queued.cause = layouts;
  work_item run;
  run.from = task_id{layouts};
  work_item asked;
  asked.request = 1;
  apply_all(m, {queued, assigned(2s, tests, quinn, {run}),
                assigned(5s, answers, morgan, {asked})});
  BOOST_CHECK(m.backlogs(9).empty());
  BOOST_CHECK(m.requests()[0].taken);
  apply_all(m,
            {resumed(1h, 2), make_fact(fact_kind::attempt_revoked, 1h, tests),
             make_fact(fact_kind::attempt_revoked, 1h, answers)});
  BOOST_REQUIRE_EQUAL(m.backlogs(9).size(), 1u);
  BOOST_CHECK_EQUAL(m.task(tests).backlog[0].from.value, layouts);
  BOOST_CHECK(!m.requests()[0].taken);
}

// §26: nobody can decide while tutti is not there.
BOOST_AUTO_TEST_CASE(people_are_not_waited_for_while_tutti_is_away) {
  begin();
  apply_all(m, {asked(5s, deploy), resumed(1h, 2), resumed(2h, 3),
                verdict_of(2h + 3s, deploy, verdict::approved, "ann"),
                make_fact(fact_kind::gate_opened, 2h + 3s, deploy)});
  BOOST_CHECK(m.gate(deploy).asked_for == 3s);
  auto waits = m.waits_for_people(deploy);
  BOOST_REQUIRE_EQUAL(waits.size(), 1u);
  BOOST_CHECK(waits[0].from == 2h && waits[0].until == 2h + 3s);
  BOOST_CHECK(make_report(m, {}).people == 3s);
  BOOST_CHECK(m.down() == 2h - 5s);
}

BOOST_AUTO_TEST_CASE(figures_are_of_the_time_in_which_tutti_was_there) {
  begin();
  come_back();
  apply_all(m,
            {finished(1h + 3s, crud, morgan, task_state::succeeded, 0, 2),
             parked(1h + 3s, page, sam, 2), integrates(1h + 3s, page, sam, 3),
             integrated(1h + 4s, page, sam, 3),
             run_ended(1h + 5s, run_status::waiting, 6)});
  auto x = document();
  BOOST_CHECK_EQUAL(x["makespan_s"], 3605.0);
  BOOST_CHECK_EQUAL(x["down_s"], 3595.0);
  BOOST_CHECK_EQUAL(x["up_s"], 10.0);
  BOOST_CHECK_EQUAL(x["sequential_s"], 14.0); // 2 + 4 + 3, then 2 + 2 + 1
  BOOST_CHECK_EQUAL(x["speedup"], 1.4);
  BOOST_CHECK_EQUAL(x["efficiency"], x["lower_bound_s"].get<double>() / 10);
  BOOST_CHECK_EQUAL(x["agents"][sam]["busy_s"], 8.0);
  BOOST_CHECK_EQUAL(x["agents"][sam]["idle_s"], 2.0);
  BOOST_CHECK_EQUAL(x["kept_count"], 1);
  BOOST_CHECK_EQUAL(
      x["sessions"].dump(),
      R"([{"again":[],"cut_s":7,"from_s":0,"kept":0,"session":1,)"
      R"("status":null,"until_s":5},{"again":["crud","page"],"cut_s":0,)"
      R"("from_s":3600,"kept":1,"session":2,"status":"waiting",)"
      R"("until_s":3605}])");
  BOOST_CHECK_EQUAL(x["tasks"][layouts]["kept"], true);
  BOOST_CHECK_EQUAL(x["tasks"][layouts]["sessions"], json({1}));
  BOOST_CHECK_EQUAL(x["tasks"][crud]["kept"], false);
  BOOST_CHECK_EQUAL(x["tasks"][crud]["sessions"], json({1, 2}));
  auto text = to_text(make_report(m, {}), {});
  BOOST_CHECK_MESSAGE(
      text.starts_with("makespan        1h 00m\n"
                       "sessions             2 resumed once: 1 task kept, 2 "
                       "ran again, down for 59m 55s\n"),
      text);
}

// Nothing says how it ended, so no status of those that a run ends with fits.
BOOST_AUTO_TEST_CASE(a_run_that_was_lost_says_so_beside_exit_code_9) { // §27
  begin();
  auto x = document();
  BOOST_CHECK_EQUAL(x["status"], "lost");
  BOOST_CHECK_EQUAL(x["exit_code"], 9);
  apply_all(m, {run_ended(7s, run_status::stopped, 130)});
  x = document();
  BOOST_CHECK_EQUAL(x["status"], "stopped");
  BOOST_CHECK_EQUAL(x["exit_code"], 130);
}

// §31: what was changed is done again, and the report has both.
BOOST_AUTO_TEST_CASE(a_changed_plan_is_another_session_with_more_to_do) {
  apply_all(m, {make_fact(fact_kind::run_started, 0s)});
  apply_all(m, {ready(0s, crud), started(0s, crud, morgan),
                finished(2s, crud, morgan), ready(2s, page),
                started(2s, page, sam), finished(3s, page, sam)});
  auto again = make_fact(fact_kind::version_started, 3s);
  again.subject = page;
  again.version = 2;
  apply_all(m, {again, replaced(3s, 2, "kept: crud\nruns again: page", {page}),
                resumed(1h, 2)});
  BOOST_CHECK(m.is_kept(crud));
  BOOST_CHECK(m.task(page).state == task_state::waiting);
  BOOST_CHECK_EQUAL(m.revision(), 2u);
  BOOST_CHECK(m.session().again == std::vector{task_id{page}});
  apply_all(m, {ready(1h, page), started(1h, page, sam, 2),
                finished(1h + 2s, page, sam, task_state::succeeded, 0, 2),
                run_ended(1h + 2s, run_status::succeeded, 0)});
  auto x = document();
  BOOST_CHECK_EQUAL(x["revision"], 2);
  BOOST_CHECK_EQUAL(x["replaced"], "kept: crud\nruns again: page");
  BOOST_CHECK_EQUAL(x["sessions"][1]["session"], 2);
  BOOST_CHECK_EQUAL(x["up_s"], 5.0);
  BOOST_CHECK_EQUAL(x["tasks"][page]["version"], 2);
  report::text_options wide;
  wide.columns = 200;
  auto text = to_text(make_report(m, {}), wide);
  BOOST_CHECK_MESSAGE(
      text.find("1 ran again, down for 59m 57s; revision 2 of the plan\n")
          != std::string::npos,
      text);
}

BOOST_AUTO_TEST_CASE(status_names_the_session) {
  begin();
  come_back();
  report::status_options options;
  options.run_id = "r1";
  auto text = status_text(m, 1h + 2s, options);
  BOOST_CHECK_MESSAGE(
      text.starts_with("test-plan r1: running, 1 of 6 tasks done, 1h 00m, "),
      text);
  BOOST_CHECK_MESSAGE(text.find(", session 2: 1 kept, down for 59m 55s\n")
                          != std::string::npos,
                      text);
  BOOST_CHECK_MESSAGE(
      text.find("- morgan: crud (again, 5s)\n") != std::string::npos, text);
  BOOST_CHECK_MESSAGE(
      text.find("- sam: layouts (2.0s, kept)\n") != std::string::npos, text);
  // Who waits has waited since 5 s before the hour that does not count.
  BOOST_CHECK_MESSAGE(text.find("- quinn: tests needs crud (morgan), page "
                                "(sam), 7s\n")
                          != std::string::npos,
                      text);
  auto x = json::parse(status_json(m, 1h + 2s, options));
  check_document(x, "status");
  BOOST_CHECK_EQUAL(x["session"], 2);
  BOOST_CHECK_EQUAL(x["kept"], 1);
  BOOST_CHECK_EQUAL(x["again"], json({"crud", "page"}));
  BOOST_CHECK_EQUAL(x["down_s"], 3595.0);
  BOOST_CHECK_EQUAL(x["in_progress"][0]["again"], true);
  BOOST_CHECK_EQUAL(x["in_progress"][0]["tries"], 1);
  BOOST_CHECK_EQUAL(x["completed"][0]["kept"], true);
}

BOOST_AUTO_TEST_SUITE_END()
