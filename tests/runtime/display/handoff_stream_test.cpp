// SPDX-License-Identifier: BSD-3-Clause
// What the line stream says of handoffs in full.
#include "runtime/display/display.hpp"
#include "tests/support/handoff_facts.hpp"
#include "tests/support/screen.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using report::run_model;

namespace {

struct fixture : handoff_team {
  run_model m{value, slots()};
  std::string bytes;
  display::traits can;
  display::display_options options;

  // Each part of the run is written at once, as between two redraws.
  std::string shown(std::initializer_list<std::vector<fact>> parts) {
    options.report.run_id = "r1";
    auto s = make_stream(std::make_unique<text_output>(bytes), can, options);
    for (const auto& part : parts) {
      for (const auto& x : part) {
        m.apply(x);
        s->update(m, x);
      }
      s->refresh(m, m.now());
    }
    return std::exchange(bytes, {});
  }

  fact stream_run(duration at, std::uint32_t attempt,
                  std::vector<std::uint32_t> triggers) {
    std::vector<work_item> items;
    for (auto x : triggers) {
      work_item y;
      y.from = task_id{x};
      items.push_back(y);
    }
    return assigned(at, tests, quinn, items, attempt);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_display_handoff_stream, fixture)

// §2, §10
BOOST_AUTO_TEST_CASE(a_task_that_integrates_later_is_not_tried_again) {
  BOOST_CHECK_EQUAL(
      shown(
          {{ready(0s, page), started(0s, page, sam), started(0s, crud, morgan),
            parked(4s, page, sam), started(4s, layouts, sam)},
           {finished(6s, crud, morgan),
            handoff_fact(fact_kind::handoff_sent, 6s, crud, page),
            handoff_fact(fact_kind::handoff_accepted, 6s, crud, page),
            integrate_ready(6s, page), finished(7s, layouts, sam),
            integrates(7s, page, sam), integrated(8s, page, sam)}}),
      "    0.0s  start      sam      page\n"
      "    0.0s  start      morgan   crud\n"
      "    4.0s  worked     sam      page             (4.0s, waits to "
      "integrate "
      "crud (morgan))\n"
      "    4.0s  start      sam      layouts\n"
      "    6.0s  done       morgan   crud             (6.0s)\n"
      "    6.0s  arrived    sam      page             (from crud, while sam "
      "works on layouts)\n"
      "    7.0s  done       sam      layouts          (3.0s)\n"
      "    7.0s  integrate  sam      page\n"
      "    8.0s  done       sam      page             (integrated in 1.0s)\n");
}

BOOST_AUTO_TEST_CASE(only_a_retry_is_another_attempt) {
  auto failed = integrated(8s, page, sam);
  failed.state = task_state::waiting_to_integrate;
  failed.end = attempt_end::failure;
  failed.exit_code = 1;
  auto again = integrates(8s, page, sam, 3);
  BOOST_CHECK_EQUAL(
      shown({{started(0s, page, sam), finished(4s, crud, morgan),
              parked(5s, page, sam), integrates(7s, page, sam), failed, again,
              integrated(9s, page, sam, 3)}}),
      "    0.0s  start      sam      page\n"
      "    4.0s  done       morgan   crud\n"
      "    5.0s  worked     sam      page             (5.0s)\n"
      "    7.0s  integrate  sam      page\n"
      "    8.0s  retry      sam      page             (exit 1, attempt 1 took "
      "1.0s)\n"
      "    8.0s  integrate  sam      page             (attempt 2)\n"
      "    9.0s  done       sam      page             (attempt 2, integrated "
      "in "
      "1.0s)\n");
}

// §11
BOOST_AUTO_TEST_CASE(a_task_that_failed_for_another_says_so) {
  auto lost = make_fact(fact_kind::later_failed, 5s, page);
  lost.cause = crud;
  lost.state = task_state::failed;
  BOOST_CHECK_EQUAL(
      shown({{started(0s, page, sam), parked(4s, page, sam),
              started(4s, crud, morgan),
              finished(5s, crud, morgan, task_state::failed, 1), lost}}),
      "    0.0s  start      sam      page\n"
      "    4.0s  worked     sam      page             (4.0s, "
      "waits to integrate crud (morgan))\n"
      "    4.0s  start      morgan   crud\n"
      "    5.0s  failed     morgan   crud             (exit 1, "
      "1.0s)\n"
      "    5.0s  failed     sam      page             "
      "(needs-later: crud failed)\n");
}

// §24: which clock was over
BOOST_AUTO_TEST_CASE(a_clock_that_is_over_is_named) {
  value.tasks[page].deadline = 5s;
  value.tasks[layouts].queue_timeout = 3s;
  auto lost = make_fact(fact_kind::later_failed, 5s, page);
  lost.state = task_state::timed_out;
  auto text = shown({{started(0s, page, sam), parked(1s, page, sam),
                      make_fact(fact_kind::task_timed_out, 3s, layouts),
                      make_fact(fact_kind::deadline_over, 5s, page), lost}});
  BOOST_CHECK(text.find("timed-out  sam      layouts          (queue-timeout "
                        "3.0s was over before it started)\n")
              != std::string::npos);
  BOOST_CHECK(text.find("timed-out  sam      page             (deadline 5.0s "
                        "was over)\n")
              != std::string::npos);
}

// §16
BOOST_AUTO_TEST_CASE(a_review_that_says_nothing_says_what_it_lacks) {
  auto ended = [&](std::string said, std::uint32_t attempt) {
    auto x = finished(2s, review, riley, task_state::ready, 0, attempt);
    x.end = attempt_end::failure;
    attempt_details d;
    if (!said.empty())
      d.outputs = {{"verdict", make_text(std::move(said))}};
    x.details = std::make_shared<const attempt_details>(std::move(d));
    return x;
  };
  auto last = ended("changes-requested", 3);
  last.state = task_state::error;
  auto text = shown(
      {{started(1s, review, riley), ended("", 1), started(2s, review, riley, 2),
        ended("aproved", 2), started(2s, review, riley, 3), last}});
  BOOST_CHECK(text.find("(it put out no verdict, attempt 1 took 1.0s)\n")
              != std::string::npos);
  BOOST_CHECK(text.find("('aproved' is no verdict: write approved, "
                        "changes-requested or rejected, attempt 2")
              != std::string::npos);
  BOOST_CHECK(text.find("error      riley    review/deploy    (it asks for "
                        "changes, and its output 'to' does not name what is to "
                        "be done again: crud)\n")
              != std::string::npos);
}

// §23
BOOST_AUTO_TEST_CASE(a_task_whose_service_is_gone_names_it) {
  auto lost = make_fact(fact_kind::task_errored, 3s, crud);
  lost.cause_kind = node_kind::service;
  lost.cause = 0;
  auto text = shown(
      {{service_fact(0s, 0, service_state::starting),
        service_fact(3s, 0, service_state::failed, "not ready in 3s"), lost}});
  BOOST_CHECK(text.ends_with("error      morgan   crud             (service "
                             "db: not ready in 3s)\n"));
}

// §13, §14
BOOST_AUTO_TEST_CASE(runs_of_an_after_each_task_are_counted_and_named) {
  auto bad = finished(5s, tests, quinn, task_state::waiting, 1, 2);
  auto end = make_fact(fact_kind::stream_ended, 9s, tests);
  end.state = task_state::failed;
  auto text =
      shown({{stream_run(1s, 1, {crud}), started(1s, tests, quinn),
              finished(2s, tests, quinn, task_state::waiting),
              stream_run(3s, 2, {crud, page}), started(3s, tests, quinn, 2),
              bad, stream_run(6s, 3, {page}), started(6s, tests, quinn, 3),
              finished(8s, tests, quinn, task_state::waiting, 0, 3), end}});
  BOOST_CHECK_EQUAL(
      text,
      "    1.0s  start      quinn    tests            (run 1 for crud)\n"
      "    2.0s  done       quinn    tests            (run 1 for crud, 1.0s)\n"
      "    3.0s  start      quinn    tests            (run 2 for crud, page)\n"
      "    5.0s  failed     quinn    tests            (run 2 for crud, page, "
      "exit 1, 2.0s)\n"
      "    6.0s  start      quinn    tests            (run 3 for page)\n"
      "    8.0s  done       quinn    tests            (run 3 for page, 2.0s)\n"
      "    9.0s  failed     quinn    tests            (run for crud: exit "
      "1)\n");
}

// §16, §17
BOOST_AUTO_TEST_CASE(a_gate_says_who_is_asked_how_to_answer_and_what_was_said) {
  auto rework = make_fact(fact_kind::rework_requested, 5s, deploy);
  rework.version = 2;
  fact_extra what;
  what.tasks = {task_id{crud}};
  rework.extra = std::make_shared<const fact_extra>(what);
  auto again = assigned(5s, crud, morgan, {}, 2);
  again.version = 2;
  BOOST_CHECK_EQUAL(
      shown({{started(0s, crud, morgan), finished(1s, crud, morgan),
              asked(1s, deploy),
              verdict_of(3s, deploy, verdict::approved, "riley"),
              verdict_of(5s, deploy, verdict::changes_requested, "kim",
                         "an index", {task_id{crud}}),
              rework, make_fact(fact_kind::gate_reset, 5s, deploy),
              version_fact(fact_kind::version_started, 5s, crud, 2), again,
              started(5s, crud, morgan, 2),
              finished(7s, crud, morgan, task_state::succeeded, 0, 2),
              asked(7s, deploy, 2),
              verdict_of(8s, deploy, verdict::rejected, "kim", "no\x1b[2J"),
              make_fact(fact_kind::gate_rejected, 8s, deploy)}}),
      "    0.0s  start      morgan   crud\n"
      "    1.0s  done       morgan   crud             (1.0s)\n"
      "    1.0s  asked      gate     deploy           (asks a person and "
      "riley: "
      "Release it?)\n"
      "          >          tutti approve deploy --run r1\n"
      "    3.0s  verdict    riley    deploy           (approved, 1 of 2)\n"
      "    5.0s  verdict    kim      deploy           (changes-requested: an "
      "index)\n"
      "    5.0s  rework     gate     deploy           (round 2: crud is done "
      "again)\n"
      "    5.0s  start      morgan   crud             (version 2)\n"
      "    7.0s  done       morgan   crud             (version 2, 2.0s)\n"
      "    7.0s  asked      gate     deploy           (asks a person and "
      "riley, "
      "round 2: Release it?)\n"
      "          >          tutti approve deploy --run r1\n"
      "    8.0s  verdict    kim      deploy           (rejected: no)\n"
      "    8.0s  rejected   gate     deploy\n");
}

// §19
BOOST_AUTO_TEST_CASE(requests_are_sent_taken_and_answered_together) {
  work_item one;
  one.from = task_id{page};
  one.request = 1;
  one.text = "createUser";
  auto two = one;
  two.request = 2;
  two.text = "getUser";
  auto answer = [](duration at, std::uint32_t n) {
    auto x = make_fact(fact_kind::request_answered, at, n);
    x.state = task_state::succeeded;
    return x;
  };
  BOOST_CHECK_EQUAL(
      shown({{started(0s, page, sam),
              request_fact(1s, 1, page, morgan, "createUser"),
              request_fact(1s, 2, page, morgan, "getUser")},
             {assigned(2s, answers, morgan, {one, two}),
              started(2s, answers, morgan),
              finished(4s, answers, morgan, task_state::waiting), answer(4s, 1),
              answer(4s, 2)},
             {request_fact(5s, 3, page, morgan, "more", false)},
             {make_fact(fact_kind::request_cancelled, 9s, 3)}}),
      "    0.0s  start      sam      page\n"
      "    1.0s  request    sam      page             (2 requests, 1 to 2 to "
      "morgan: createUser, getUser)\n"
      "    2.0s  start      morgan   requests/morgan  (for page: createUser, "
      "getUser)\n"
      "    4.0s  done       morgan   requests/morgan  (for page: createUser, "
      "getUser, 2.0s)\n"
      "    4.0s  answered   morgan   page             (2 requests, 1 to 2: "
      "createUser, getUser)\n"
      "    5.0s  request    sam      page             (request 3 to morgan: "
      "more; it does not wait for the answer)\n"
      "    9.0s  cancelled  sam      page             (request 3 to morgan: "
      "more)\n");
}

// Rule 9: what comes in thousands is one line between two redraws.
BOOST_AUTO_TEST_CASE(ten_thousand_requests_at_once_are_one_line) {
  std::vector<fact> facts;
  for (std::uint32_t i = 1; i <= 10'000; ++i)
    facts.push_back(request_fact(1s, i, page, morgan, "r" + std::to_string(i)));
  auto text = shown({facts});
  BOOST_CHECK_EQUAL(std::count(text.begin(), text.end(), '\n'), 1);
  BOOST_CHECK(text.find("(10000 requests, 1 to 10000 to morgan: r1, r2, r3 and "
                        "9997 more)")
              != std::string::npos);
}

// §23
BOOST_AUTO_TEST_CASE(services_say_how_they_are) {
  BOOST_CHECK_EQUAL(
      shown({{service_fact(0s, 0, service_state::starting),
              service_fact(2s, 0, service_state::ready),
              service_fact(5s, 0, service_state::starting, "exit 1"),
              service_fact(8s, 0, service_state::ready),
              service_fact(9s, 0, service_state::failed, "exit 1, 3 times")}}),
      "    0.0s  starting   service  db\n"
      "    2.0s  ready      service  db               (after 2.0s)\n"
      "    5.0s  restart    service  db               (number 1, exit 1)\n"
      "    8.0s  ready      service  db               (after 3.0s)\n"
      "    9.0s  failed     service  db               (exit 1, 3 times)\n");
}

// §12
BOOST_AUTO_TEST_CASE(a_contract_that_changes_is_told_once) {
  contract api;
  api.name = "api";
  api.defined_by = task_id{crud};
  value.contracts.push_back(api);
  m = run_model{value, slots()};
  auto defines = [&](duration at, std::string schema) {
    auto x = finished(at, crud, morgan);
    attempt_details d;
    d.contracts = {{contract_id{0}, std::move(schema), ""}};
    x.details = std::make_shared<const attempt_details>(std::move(d));
    return x;
  };
  auto text = shown({{defines(1s, "{}"),
                      version_fact(fact_kind::version_started, 2s, crud, 2),
                      defines(3s, "{}"),
                      version_fact(fact_kind::version_started, 4s, crud, 3),
                      defines(5s, "[]")}});
  BOOST_CHECK(text.find("    1.0s  contract   morgan   api              "
                        "(defined by crud)\n")
              != std::string::npos);
  BOOST_CHECK(text.find("3.0s  contract") == std::string::npos);
  BOOST_CHECK(text.find("    5.0s  contract   morgan   api              "
                        "(redefined by crud; who uses it is told)\n")
              != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
