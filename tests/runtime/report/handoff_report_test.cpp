// SPDX-License-Identifier: BSD-3-Clause
// What the report says of handoffs in full.
#include "runtime/display/summary.hpp"
#include "runtime/report/report.hpp"
#include "runtime/report/report_json.hpp"
#include "runtime/report/report_text.hpp"
#include "tests/support/handoff_facts.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using nlohmann::json;
using report::run_model;

namespace {

fact answered(duration at, std::uint32_t number, task_state how) {
  auto x = make_fact(fact_kind::request_answered, at, number);
  x.state = how;
  return x;
}

fact with_output(fact x, std::string text) {
  attempt_details d;
  d.outputs = {{"v", make_text(std::move(text))}};
  x.details = std::make_shared<const attempt_details>(std::move(d));
  return x;
}

struct fixture : handoff_team {
  run_model m{value, slots()};

  void whole_run() {
    auto rework = make_fact(fact_kind::rework_requested, 8s, deploy);
    rework.version = 2;
    fact_extra what;
    what.tasks = {task_id{crud}};
    what.text = "an index";
    rework.extra = std::make_shared<const fact_extra>(what);
    fact_extra nobody;
    nobody.who = "nobody";
    nobody.text = "there is no agent 'nobody'";
    auto refused = make_fact(fact_kind::request_refused, 2s);
    refused.cause = page;
    refused.extra = std::make_shared<const fact_extra>(nobody);
    work_item item;
    item.from = task_id{page};
    item.request = 1;
    auto late = make_fact(fact_kind::result_late, 9s, layouts);
    late.attempt = 1;
    apply_all(m, {service_fact(0s, 0, service_state::starting),
                  service_fact(1s, 0, service_state::ready),
                  ready(0s, page),
                  started(0s, page, sam),
                  ready(1s, crud),
                  started(1s, crud, morgan),
                  request_fact(2s, 1, page, morgan, "createUser"),
                  refused,
                  request_fact(2s, 2, page, morgan, "getUser", false),
                  parked(3s, page, sam),
                  with_output(finished(4s, crud, morgan), "one"),
                  handoff_fact(fact_kind::handoff_sent, 4s, crud, page),
                  handoff_fact(fact_kind::handoff_accepted, 4s, crud, page),
                  handoff_fact(fact_kind::handoff_sent, 4s, crud, layouts),
                  handoff_fact(fact_kind::handoff_accepted, 4s, crud, layouts),
                  started(4s, layouts, sam),
                  finished(5s, layouts, sam),
                  assigned(4s, answers, morgan, {item}),
                  started(4s, answers, morgan),
                  finished(5s, answers, morgan, task_state::waiting),
                  answered(5s, 1, task_state::succeeded),
                  integrate_ready(5s, page),
                  integrates(5s, page, sam),
                  integrated(6s, page, sam),
                  asked(6s, deploy),
                  verdict_of(8s, deploy, verdict::changes_requested, "kim",
                             "an\nindex", {task_id{crud}}),
                  rework,
                  version_fact(fact_kind::version_started, 8s, crud, 2),
                  started(8s, crud, morgan, 2),
                  service_fact(9s, 0, service_state::starting, "exit 1"),
                  late,
                  service_fact(9s, 0, service_state::ready),
                  with_output(
                      finished(10s, crud, morgan, task_state::succeeded, 0, 2),
                      "two"),
                  handoff_fact(fact_kind::handoff_sent, 10s, crud, page, 2),
                  handoff_fact(fact_kind::handoff_accepted, 10s, crud, page, 2),
                  version_fact(fact_kind::version_started, 10s, page, 2, crud,
                               work_phase::integrate),
                  integrates(10s, page, sam, 3),
                  integrated(10s, page, sam, 3),
                  version_fact(fact_kind::version_kept, 10s, tests, 2),
                  asked(10s, deploy, 2),
                  verdict_of(11s, deploy, verdict::approved, "riley"),
                  verdict_of(12s, deploy, verdict::approved, "kim"),
                  make_fact(fact_kind::gate_opened, 12s, deploy),
                  make_fact(fact_kind::request_cancelled, 13s, 2),
                  run_ended(13s, run_status::succeeded, 0)});
  }

  json document() {
    return json::parse(to_json(make_report(m, {})));
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_report_handoff_report, fixture)

// §10, §16–§19, §23
BOOST_AUTO_TEST_CASE(the_document_tells_all_of_a_run) {
  whole_run();
  auto x = document();
  check_document(x, "report");
  const auto& pages = x["tasks"][page];
  BOOST_CHECK_EQUAL(pages["run_s"], 3);
  BOOST_CHECK_EQUAL(pages["integrate_s"], 1);
  BOOST_CHECK_EQUAL(pages["waited_later_s"], 2);
  BOOST_CHECK_EQUAL(x["tasks"][crud]["version"], 2);
  const auto& gate = x["gates"][0];
  BOOST_CHECK_EQUAL(gate["rounds"], 2);
  BOOST_CHECK_EQUAL(gate["asked_s"], 6);
  BOOST_CHECK_EQUAL(gate["asked_for_s"], 4);
  BOOST_CHECK_EQUAL(gate["waited_for_people_s"], 4);
  BOOST_CHECK_EQUAL(x["waited_for_people_s"], 4);
  BOOST_CHECK_EQUAL(
      x["verdicts"][0].dump(),
      R"({"at_s":8,"comment":"an\nindex","gate":"deploy","round":1,)"
      R"("to":["crud"],"uid":1000,"verdict":"changes-requested",)"
      R"("who":"kim"})");
  BOOST_CHECK(x["verdicts"][1]["uid"].is_null()); // an agent
  BOOST_CHECK_EQUAL(x["verdicts"][2]["round"], 2);
  BOOST_CHECK_EQUAL(
      x["reworks"][0].dump(),
      R"({"after_each":null,"at_s":8,"feedback":"an index","gate":"deploy",)"
      R"("round":2,"tasks":["crud"]})");
  BOOST_CHECK_EQUAL(x["versions"][0]["kept"], false);
  BOOST_CHECK_EQUAL(x["versions"][1]["phase"], "integrate");
  BOOST_CHECK_EQUAL(x["versions"][2]["kept"], true);
  // layouts was made of what crud has replaced since.
  BOOST_CHECK_EQUAL(x["stale"][0].dump(),
                    R"({"has_version":1,"latest_version":2,)"
                    R"("producer":"crud","task":"layouts"})");
  BOOST_CHECK_EQUAL(
      x["requests"][0].dump(),
      R"({"awaited":true,"batch":1,"ended_s":5,"from":"page","made_s":2,)"
      R"("request":1,"status":"answered","taken_s":4,"text":"createUser",)"
      R"("to":"morgan","waited_s":3})");
  BOOST_CHECK_EQUAL(x["requests"][1]["status"], "cancelled");
  BOOST_CHECK_EQUAL(x["refused_count"], 1);
  BOOST_CHECK_EQUAL(x["services"][0]["restarts"], 1);
  BOOST_CHECK_EQUAL(x["services"][0]["starting_s"], 1);
  BOOST_CHECK_EQUAL(x["late_count"], 1);
  BOOST_CHECK_EQUAL(x["late"][0]["task"], "layouts");
}

BOOST_AUTO_TEST_CASE(the_text_tells_what_was_decided_asked_and_done_again) {
  whole_run();
  report::text_options wide;
  wide.columns = 100;
  auto text = to_text(make_report(m, {}), wide);
  for (auto line :
       {"requests             3 answered: 1, cancelled: 1, refused: 1; after "
        "3.0s at the median, 3.0s at most\n",
        "rework               1 round, done again: 2, kept (made of what came "
        "out equal): 1\n",
        "services             1 restarts: 1\n",
        "verdicts             3 people were waited for 4.0s\n"
        "  deploy: changes-requested by kim (uid 1000) at 8.0s: an index\n"
        "  deploy (round 2): approved by riley at 11s\n"
        "  deploy (round 2): approved by kim (uid 1000) at 12s\n"})
    BOOST_CHECK_MESSAGE(text.find(line) != std::string::npos,
                        line << "is not in\n"
                             << text);
  display::traits can;
  auto whole = summary_text(m, {}, can, 100);
  BOOST_CHECK(whole.find("REQUESTS NOT ANSWERED 2\n"
                         "  request 2 of page to morgan: getUser (cancelled)\n"
                         "  of page to nobody: there is no agent 'nobody'\n")
              != std::string::npos);
  BOOST_CHECK(whole.find("STALE 1\n  layouts is made of version 1 of crud, "
                         "which has version 2\n")
              != std::string::npos);
}

// §16: an open gate needs no other review
BOOST_AUTO_TEST_CASE(a_review_that_was_not_needed_is_no_loss) {
  apply_all(m, {asked(1s, deploy), started(1s, review, riley),
                verdict_of(2s, deploy, verdict::approved, "kim"),
                make_fact(fact_kind::gate_opened, 2s, deploy),
                finished(2s, review, riley, task_state::cancelled, 143),
                run_ended(3s, run_status::succeeded, 0)});
  display::traits can;
  auto text = summary_text(m, {}, can, 80);
  BOOST_CHECK(text.find("CANCELLED") == std::string::npos);
  BOOST_CHECK(text.find(" cancelled") == std::string::npos);
}

// §18: what came after a task had begun is not in it
BOOST_AUTO_TEST_CASE(a_version_that_came_too_late_leaves_a_task_stale) {
  apply_all(
      m, {started(0s, crud, morgan),
          with_output(finished(1s, crud, morgan), "one"),
          handoff_fact(fact_kind::handoff_accepted, 1s, crud, layouts),
          started(1s, layouts, sam),
          version_fact(fact_kind::version_started, 2s, crud, 2),
          started(2s, crud, morgan, 2),
          with_output(finished(3s, crud, morgan, task_state::succeeded, 0, 2),
                      "two"),
          handoff_fact(fact_kind::handoff_accepted, 3s, crud, layouts, 2),
          finished(4s, layouts, sam)});
  BOOST_REQUIRE_EQUAL(m.stale().size(), 1u);
  BOOST_CHECK_EQUAL(m.stale()[0].task.value, layouts);
  BOOST_CHECK_EQUAL(m.stale()[0].has, 1u);
}

BOOST_AUTO_TEST_CASE(a_rejected_gate_says_who_rejected_it) {
  apply_all(m, {asked(1s, deploy),
                verdict_of(2s, deploy, verdict::rejected, "kim", "not now"),
                make_fact(fact_kind::gate_rejected, 2s, deploy),
                run_ended(3s, run_status::failed, 3)});
  display::traits can;
  BOOST_CHECK(summary_text(m, {}, can, 80)
                  .find("gate deploy is rejected: by kim: not now\n")
              != std::string::npos);
}

// How fast a team was says nothing where there was none, or people slept.
BOOST_AUTO_TEST_CASE(the_speedup_is_not_told_where_it_means_nothing) {
  auto note_of = [&](std::initializer_list<fact> facts) {
    run_model run{value, slots()};
    apply_all(run, facts);
    auto text = to_text(make_report(run, {}), {});
    auto begin = text.find("sequential");
    return text.substr(begin, text.find('\n', begin) - begin);
  };
  BOOST_CHECK_EQUAL(
      note_of({started(0s, crud, morgan), finished(2s, crud, morgan),
               run_ended(2s, run_status::succeeded, 0)}),
      "sequential        2.0s one after another");
  BOOST_CHECK_EQUAL(
      note_of({started(0s, crud, morgan), finished(2s, crud, morgan),
               started(2s, page, sam), finished(3s, page, sam),
               run_ended(3s, run_status::succeeded, 0)}),
      "sequential        3.0s one after another; working at once "
      "won no time");
  BOOST_CHECK_EQUAL(
      note_of({started(0s, crud, morgan), finished(2s, crud, morgan),
               started(2s, page, sam), finished(3s, page, sam),
               asked(3s, deploy),
               verdict_of(63s, deploy, verdict::approved, "kim"),
               make_fact(fact_kind::gate_opened, 63s, deploy),
               run_ended(63s, run_status::succeeded, 0)}),
      "sequential        3.0s one after another; people were waited for 1m "
      "00s");
}

BOOST_AUTO_TEST_SUITE_END()
