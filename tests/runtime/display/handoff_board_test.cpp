// SPDX-License-Identifier: BSD-3-Clause
// What the board shows of handoffs in full.
#include "runtime/display/board_frame.hpp"
#include "runtime/display/text_width.hpp"
#include "tests/support/handoff_facts.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using display::board_frame;
using report::run_model;

namespace {

struct fixture : handoff_team {
  run_model m{value, slots()};
  display::traits can;

  // Without its first line, which says how much is done.
  std::string frame(duration now, int columns = 120, int rows = 40) {
    std::string result;
    auto lines = board_frame(m, now, {{columns, rows}, can, "run-1"});
    for (std::size_t i = 1; i < lines.size(); ++i)
      result += lines[i] + '\n';
    return result;
  }

  void begin() {
    apply_all(m, {service_fact(0s, 0, service_state::starting),
                  service_fact(1s, 0, service_state::ready), ready(0s, page),
                  ready(1s, crud), started(0s, page, sam),
                  started(1s, crud, morgan)});
  }

  // All that can happen at once.
  void busy() {
    begin();
    work_item item;
    item.from = task_id{page};
    item.request = 1;
    item.text = "createUser";
    work_item trigger;
    trigger.from = task_id{crud};
    auto rework = make_fact(fact_kind::rework_requested, 6s, deploy);
    fact_extra what;
    what.tasks = {task_id{crud}};
    what.text = "an index\x1b[2J";
    rework.version = 2;
    rework.extra = std::make_shared<const fact_extra>(what);
    auto again = assigned(6s, crud, morgan, {}, 2);
    again.version = 2;
    apply_all(
        m, {finished(2s, crud, morgan), assigned(2s, tests, quinn, {trigger}),
            started(2s, tests, quinn),
            finished(3s, tests, quinn, task_state::waiting), rework,
            version_fact(fact_kind::version_started, 6s, crud, 2), again,
            started(6s, crud, morgan, 2), parked(6s, page, sam),
            started(6s, layouts, sam), assigned(7s, tests, quinn, {trigger}, 2),
            started(7s, tests, quinn, 2),
            request_fact(7s, 1, page, morgan, "createUser"),
            request_fact(7s, 2, page, morgan, "getUser"),
            service_fact(8s, 0, service_state::starting, "exit 1")});
    m.apply(task_progress{task_id{crud}, 2, "compiling", 70});
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_display_handoff_board, fixture)

// §2, §13, §17, §18, §19, §23
BOOST_AUTO_TEST_CASE(every_kind_of_work_reads_as_what_it_is) {
  busy();
  BOOST_CHECK_EQUAL(
      frame(9s),
      "APPROVAL 1\n"
      "  deploy round 2: crud is done again, 3s: an index\n"
      "IN PROGRESS 3\n"
      "  morgan  crud         3s  version 2  70%  compiling\n"
      "  sam     layouts      3s\n"
      "  quinn   tests        2s  run 2 for crud\n"
      "IDLE 2\n"
      "  riley  next: review/deploy waits for crud (morgan), page (sam)\n"
      "  casey  next: release waits for gate deploy\n"
      "HANDOFF PENDING 3\n"
      "  page (sam) waits to integrate crud (morgan), request 1 to morgan and "
      "1 "
      "more, 3s; sam works on layouts\n"
      "  review/deploy (riley) waits for crud (morgan), page (sam), 7s\n"
      "  gate deploy waits for crud (morgan), page (sam) and 1 more, 7s; 1 "
      "task "
      "waits for it\n"
      "REQUESTS 2\n"
      "  page asks morgan, 2s: createUser, getUser\n"
      "SERVICES 1\n"
      "  db starting, 1s, restarted once: exit 1\n");
}

BOOST_AUTO_TEST_CASE(no_frame_is_too_wide_or_has_foreign_codes) {
  busy();
  apply_all(m, {asked(9s, deploy)});
  for (auto unicode : {false, true}) {
    can.unicode = unicode;
    for (int columns : {20, 40, 80, 200})
      for (int rows : {2, 5, 8, 24, 60}) {
        auto lines = board_frame(m, 9s, {{columns, rows}, can, "run-1"});
        BOOST_CHECK_LT(lines.size(), static_cast<std::size_t>(rows));
        for (const auto& x : lines) {
          BOOST_CHECK_LT(display::width_of(x),
                         static_cast<std::size_t>(columns));
          BOOST_CHECK(x.find('\x1b') == std::string::npos);
        }
      }
  }
}

// §16
BOOST_AUTO_TEST_CASE(who_is_asked_sees_the_command_that_answers) {
  begin();
  apply_all(m, {finished(2s, crud, morgan), asked(3s, deploy),
                verdict_of(4s, deploy, verdict::approved, "riley")});
  BOOST_CHECK(frame(8s).starts_with(
      "APPROVAL 1\n"
      "  deploy asks a person and riley, 5s, approved by riley: Release it?\n"
      "    tutti approve deploy --run run-1\n"));
  // Where it does not fit, the command still works.
  BOOST_CHECK(frame(8s, 33).find("\n    tutti approve deploy\n")
              != std::string::npos);
  // It is the last that goes where rows are few.
  BOOST_CHECK_EQUAL(frame(8s, 100, 5),
                    "APPROVAL 1\n"
                    "  deploy asks a person and riley, 5s, approved by riley: "
                    "Release it?\n"
                    "    tutti approve deploy --run run-1\n");
}

// §17: where there is a choice, a key cannot make it
BOOST_AUTO_TEST_CASE(who_can_send_several_back_sees_how_to_say_which) {
  value.gates[deploy].rework.to = {task_id{crud}, task_id{page}};
  begin();
  apply_all(m, {finished(2s, crud, morgan), asked(3s, deploy)});
  BOOST_CHECK(frame(8s).find("\n    tutti approve deploy --run run-1\n"
                             "    tutti request-changes deploy --to crud|page "
                             "-m WHY --run run-1\n")
              != std::string::npos);
}

// §20
BOOST_AUTO_TEST_CASE(a_wait_inside_says_for_what_and_since_when) {
  begin();
  apply_all(m, {request_fact(2s, 1, page, morgan, "createUser"),
                make_fact(fact_kind::attempt_waits, 3s, page)});
  BOOST_CHECK(frame(8s).find("  sam     page      3s  waits 5s for crud "
                             "(morgan), request 1 to morgan\n")
              != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_task_that_integrates_says_so_and_is_no_retry) {
  begin();
  apply_all(m, {parked(2s, page, sam), finished(3s, crud, morgan),
                integrate_ready(3s, page), integrates(4s, page, sam)});
  BOOST_CHECK(frame(6s).find("  sam  page      2s  integrating\n")
              != std::string::npos);
}

// Rule 9
BOOST_AUTO_TEST_CASE(thousands_of_requests_and_lines_fit_the_screen) {
  begin();
  for (std::uint32_t i = 1; i <= 10'000; ++i)
    m.apply(request_fact(2s, i, page, morgan, "r" + std::to_string(i)));
  for (int i = 0; i < 100'000; ++i)
    m.apply(task_progress{task_id{crud}, 1, "line " + std::to_string(i)});
  auto text = frame(8s, 80, 24);
  BOOST_CHECK(text.find("REQUESTS 10000\n") != std::string::npos);
  BOOST_CHECK(text.find("line 99999\n") != std::string::npos);
  BOOST_CHECK_LT(std::count(text.begin(), text.end(), '\n'), 23);
}

BOOST_AUTO_TEST_SUITE_END()
