// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/status_json.hpp"
#include "tests/support/handoff_facts.hpp"
#include "tests/support/json_schema.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using nlohmann::json;
using report::run_model;

namespace {

struct fixture : handoff_team {
  run_model m{value, slots()};
  report::status_options options{.run_id = "r1"};

  void waiting_page() {
    apply_all(m, {service_fact(0s, 0, service_state::ready), ready(0s, page),
                  ready(0s, crud), started(0s, page, sam),
                  started(0s, crud, morgan), parked(4s, page, sam),
                  started(4s, layouts, sam)});
    m.apply(task_progress{task_id{crud}, 1, "compiling", 50});
    m.apply(task_progress{task_id{layouts}, 1, "", 70});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_report_status, fixture)

BOOST_AUTO_TEST_CASE(the_text_says_who_works_who_waits_and_who_continues) {
  waiting_page();
  BOOST_CHECK_EQUAL(
      status_text(m, 6s, options),
      "test-plan r1: running, 0 of 6 tasks done, 6s\n"
      "\n"
      "[IN PROGRESS - PARALLEL]\n"
      "- morgan: crud (50% complete, 6s)\n"
      "- sam: layouts (70% complete, 2s)\n"
      "\n"
      "[HANDOFF PENDING]\n"
      "- sam: page waits to integrate crud (morgan), 2s\n"
      "  > morgan is working on crud (50%)\n"
      "  > sam continues layouts\n"
      "- riley: review/deploy needs crud (morgan), page (sam), 6s\n"
      "  > morgan is working on crud (50%)\n"
      "- quinn: tests needs crud (morgan), page (sam), 6s\n"
      "  > morgan is working on crud (50%)\n"
      "- gate deploy needs crud (morgan), page (sam), review/deploy (riley), "
      "6s\n"
      "  > morgan is working on crud (50%)\n"
      "\n"
      "[SERVICES]\n"
      "- db: ready, 6s\n");
}

BOOST_AUTO_TEST_CASE(an_asked_approval_comes_first_with_its_command) {
  waiting_page();
  apply_all(m, {finished(6s, crud, morgan), integrates(6s, page, sam),
                integrated(7s, page, sam), asked(7s, deploy)});
  auto text = status_text(m, 9s, options);
  BOOST_CHECK(text.find("[APPROVAL ASKED]\n"
                        "- gate deploy: Release it? (a person and riley, 2s)\n"
                        "  > tutti approve deploy --run r1\n"
                        "  > tutti request-changes deploy -m WHY --run r1\n")
              != std::string::npos);
  BOOST_CHECK(text.find("[COMPLETED]\n- sam: page (5.0s)\n"
                        "- morgan: crud (6.0s)\n")
              != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_document_has_the_shape_of_its_schema) {
  check_document(json::parse(status_json(m, 0s)), "status");
  waiting_page();
  work_item item;
  item.request = 1;
  auto queued = make_fact(fact_kind::trigger_queued, 4s, tests);
  queued.cause = crud;
  apply_all(m, {request_fact(4s, 1, layouts, morgan, "a \"b\"\n"), queued,
                make_fact(fact_kind::attempt_waits, 5s, layouts),
                asked(5s, deploy)});
  auto x = json::parse(status_json(m, 6s, options));
  check_document(x, "status");
  BOOST_CHECK_EQUAL(x["status"], "running");
  BOOST_CHECK_EQUAL(x["tasks"]["waiting-to-integrate"], 1);
  BOOST_CHECK_EQUAL(x["in_progress"][0]["percent"], 50);
  BOOST_CHECK_EQUAL(x["in_progress"][1]["waits_inside_s"], 1.0);
  BOOST_CHECK_EQUAL(x["in_progress"][1]["waits_for"][0]["request"], 1);
  const auto& page_waits = x["handoff_pending"][0];
  BOOST_CHECK_EQUAL(page_waits["name"], "page");
  BOOST_CHECK_EQUAL(page_waits["state"], "waiting-to-integrate");
  BOOST_CHECK_EQUAL(page_waits["waits_for"][0]["name"], "crud");
  BOOST_CHECK_EQUAL(page_waits["waits_for"][0]["agent"], "morgan");
  BOOST_CHECK_EQUAL(x["approvals"][0]["command"],
                    "tutti approve deploy --run r1");
  BOOST_CHECK_EQUAL(x["backlogs"][0]["queued"][0]["trigger"], "crud");
  BOOST_CHECK_EQUAL(x["services"][0]["status"], "ready");
  BOOST_CHECK_EQUAL(x["in_progress"][0]["tries"], 1);
  BOOST_CHECK(x["in_progress"][0]["run"].is_null());
}

// §13, §17, §18
BOOST_AUTO_TEST_CASE(runs_and_rework_read_as_what_they_are) {
  waiting_page();
  work_item item;
  item.from = task_id{crud};
  auto rework = make_fact(fact_kind::rework_requested, 7s, deploy);
  rework.version = 2;
  fact_extra what;
  what.tasks = {task_id{crud}};
  what.text = "an index";
  rework.extra = std::make_shared<const fact_extra>(what);
  auto again = assigned(7s, crud, morgan, {}, 2);
  again.version = 2;
  apply_all(m, {finished(6s, crud, morgan), assigned(6s, tests, quinn, {item}),
                started(6s, tests, quinn),
                finished(7s, tests, quinn, task_state::waiting, 1), rework,
                version_fact(fact_kind::version_started, 7s, crud, 2), again,
                started(7s, crud, morgan, 2),
                assigned(8s, tests, quinn, {item}, 2),
                started(8s, tests, quinn, 2)});
  auto text = status_text(m, 9s, options);
  BOOST_CHECK(text.find("[REWORK]\n- gate deploy, round 2: crud is done again "
                        "(2s): an index\n")
              != std::string::npos);
  BOOST_CHECK(text.find("- morgan: crud (version 2, 8s)\n")
              != std::string::npos);
  BOOST_CHECK(text.find("- quinn: tests (run 2 for crud, 2s)\n")
              != std::string::npos);
  auto x = json::parse(status_json(m, 9s, options));
  check_document(x, "status");
  BOOST_CHECK_EQUAL(x["reworks"][0]["feedback"], "an index");
  const auto& running = x["in_progress"];
  auto of_tests = std::find_if(running.begin(), running.end(), [](auto& y) {
    return y["task"] == "tests";
  });
  BOOST_REQUIRE(of_tests != running.end());
  BOOST_CHECK_EQUAL((*of_tests)["run"], 2);
  BOOST_CHECK_EQUAL((*of_tests)["for"], json({"crud"}));
}

// §26
BOOST_AUTO_TEST_CASE(a_paused_task_says_what_resumes_it) {
  apply_all(m,
            {ready(0s, layouts), make_fact(fact_kind::task_paused, 1s, layouts),
             started(1s, page, sam), finished(2s, page, sam)});
  auto text = status_text(m, 9s, options);
  BOOST_CHECK(text.find("[PAUSED]\n- sam: layouts, until `tutti resume "
                        "layouts`\n")
              != std::string::npos);
  BOOST_CHECK(text.find(" left") == std::string::npos);
  auto x = json::parse(status_json(m, 9s, options));
  check_document(x, "status");
  BOOST_CHECK_EQUAL(x["paused"], json({"layouts"}));
  apply_all(m, {make_fact(fact_kind::task_resumed, 10s, layouts)});
  BOOST_CHECK(status_text(m, 9s, options).find("PAUSED") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(text_of_tasks_cannot_steer_a_terminal) {
  waiting_page();
  apply_all(m, {request_fact(4s, 1, layouts, morgan, "x\x1b[2J\ny")});
  auto text = status_text(m, 6s, options);
  BOOST_CHECK(text.find('\x1b') == std::string::npos);
  BOOST_CHECK(text.find("x [2J y") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
