// SPDX-License-Identifier: BSD-3-Clause
// A session from hello to bye (semantics §2, §20, §22, §23).
#include "tests/actors/agent/session_fixture.hpp"

#include <string>

using namespace tutti;
using namespace tutti::test;
using nlohmann::json;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(actors_agent_session_driver)

BOOST_AUTO_TEST_CASE(its_sessions_of_another_placing_have_other_numbers) {
  sams s;
  s.options.sessions_before = 2000;
  s.session = make_session_driver(s.host, s.options);
  s.passes(duration{0});
  BOOST_TEST_REQUIRE(s.host.started.size() == 1U);
  BOOST_TEST(s.host.started[0].name == "session.sam.2001");
}

BOOST_AUTO_TEST_CASE(its_process_starts_before_any_task) { // §23
  sams s;
  BOOST_TEST(s.host.started.empty());
  s.passes(duration{0});
  BOOST_TEST_REQUIRE(s.host.started.size() == 1U);
  const auto& x = s.host.started[0];
  BOOST_TEST(x.interactive);
  BOOST_TEST(x.name == "session.sam.1");
  BOOST_TEST(x.argv == (words{"sam", "--serve"}),
             boost::test_tools::per_element());
  BOOST_TEST(x.env == (words{"MODE=fast", "TUTTI_AGENT=sam"}),
             boost::test_tools::per_element());
  BOOST_TEST(x.directory == "/plan/sam");
  auto hello = s.told();
  BOOST_TEST_REQUIRE(hello.size() == 1U);
  BOOST_TEST(hello[0]["agent"] == "sam");
  BOOST_TEST(hello[0]["role"] == "Frontend");
}

BOOST_AUTO_TEST_CASE(a_task_is_given_after_hello_and_ends_with_done) {
  sams s;
  s.starts(0);
  same(s.told_types(), {"hello"});
  s.greet();
  auto told = s.told();
  BOOST_TEST_REQUIRE(told.size() == 1U);
  BOOST_TEST(s.host.started.size() == 1U);
  BOOST_TEST(told[0]["type"] == "task");
  BOOST_TEST(told[0]["task"] == "ui");
  BOOST_TEST(told[0]["prompt"] == "Build it");
  BOOST_TEST(told[0]["env"]["LEVEL"] == "7");
  BOOST_TEST(told[0]["env"]["TUTTI_TASK"] == "ui");
  BOOST_TEST(told[0]["directory"] == "/plan/sam");
  BOOST_TEST(s.host.finishes.empty());
  s.writes(R"({"type":"done","id":"ui#1","outputs":{"a":1},"note":"n"})");
  BOOST_TEST((s.ended().task == task_id{0u} && s.ended().attempt == 1U));
  BOOST_TEST((s.ended().result.end == attempt_end::success));
  BOOST_TEST(s.ended().result.details.outputs.size() == 1U);
  BOOST_TEST(s.ended().result.details.note == "n");
}

BOOST_AUTO_TEST_CASE(failed_is_a_failure_with_its_message) {
  sams s;
  s.starts(1);
  s.greet();
  s.writes(R"({"type":"failed","id":"docs#1","message":"no\nink"})");
  BOOST_TEST((s.ended().result.end == attempt_end::failure));
  BOOST_TEST(s.ended().result.details.message == "no ink");
}

BOOST_AUTO_TEST_CASE(it_has_as_many_tasks_at_once_as_slots) {
  sams s{2};
  s.starts(0);
  s.starts(1);
  s.starts(2);
  s.greet();
  same(s.told_types(), {"hello", "task", "task"});
  s.writes(R"({"type":"done","id":"docs#2"})");
  BOOST_TEST(s.told()[0]["id"] == "crud#3");
}

BOOST_AUTO_TEST_CASE(it_may_ask_for_fewer_tasks_at_once) {
  sams s{3};
  s.starts(0);
  s.starts(1);
  s.passes(duration{0});
  s.writes(R"({"type":"hello","protocol":1,"name":"s","slots":1})");
  same(s.told_types(), {"hello", "task"});
}

BOOST_AUTO_TEST_CASE(one_that_waits_inside_makes_room) { // §20
  sams s;
  s.starts(0);
  s.greet();
  s.starts(1);
  (void)s.told();
  s.session->alive(task_id{0u}, 1, true);
  BOOST_TEST(s.told()[0]["id"] == "docs#2");
}

BOOST_AUTO_TEST_CASE(handoffs_arrive_while_it_works_and_between_phases) { // §2
  sams s;
  handoff h{task_id{2u}, task_id{0u}, 1, task_state::succeeded, nullptr};
  s.greet();
  (void)s.told();
  s.session->hand_over(h); // it comes with the task
  same(s.told_types(), {});
  s.starts(0);
  s.session->hand_over(h);
  same(s.told_types(), {"task", "handoff"});
  s.writes(R"({"type":"done","id":"ui#1"})");
  s.session->hand_over(h);
  s.session->answer({4, task_id{0u}, task_id{1u}, "x", {}, nullptr});
  same(s.told_types(), {"handoff", "answer"});
  s.starts(0, 2, work_phase::integrate);
  auto told = s.told();
  BOOST_TEST(told[0]["type"] == "integrate");
  s.writes(R"({"type":"done","id":"ui#2"})");
  s.session->hand_over(h);
  same(s.told_types(), {});
}

BOOST_AUTO_TEST_CASE(what_arrives_before_hello_follows_the_task) {
  sams s;
  s.starts(0);
  s.passes(duration{0});
  s.session->hand_over({task_id{2u}, task_id{0u}, 1, {}, nullptr});
  s.greet();
  same(s.told_types(), {"hello", "task", "handoff"});
}

BOOST_AUTO_TEST_CASE(notes_handoffs_and_requests_become_calls) { // §10, §19
  sams s;
  s.starts(0);
  s.greet();
  (void)s.told();
  s.writes(R"({"type":"note","id":"ui#1","text":"x"})");
  s.writes(R"({"type":"handoff","id":"ui#1","outputs":{"a":1},"call":"h"})");
  s.writes(
      R"({"type":"request","id":"ui#1","to":"m","text":["a","b"],"call":5})");
  BOOST_TEST_REQUIRE(s.host.calls.size() == 3U);
  BOOST_TEST((s.host.calls[0].kind == live_kind::note));
  BOOST_TEST(s.host.calls[0].text == "x");
  BOOST_TEST((s.host.calls[1].kind == live_kind::handoff));
  BOOST_TEST(s.host.calls[1].outputs.size() == 1U);
  BOOST_TEST((s.host.calls[2].kind == live_kind::request));
  BOOST_TEST((s.host.calls[2].texts.size() == 2U && s.host.calls[2].awaited));
  BOOST_TEST((s.host.calls[2].task == task_id{0u}));
  // A call that was not named is answered only where it was refused.
  s.session->on(live_reply{s.host.calls[0].id, true, "{}"});
  s.session->on(live_reply{s.host.calls[1].id, false, "too large"});
  s.session->on(live_reply{s.host.calls[2].id, true, R"({"ids":[1,2]})"});
  auto told = s.told();
  BOOST_TEST_REQUIRE(told.size() == 2U);
  BOOST_TEST((told[0]["call"] == "h" && told[0]["ok"] == false));
  BOOST_TEST((told[1]["call"] == 5 && told[1]["ids"][1] == 2));
}

BOOST_AUTO_TEST_CASE(progress_is_passed_on_as_plain_text) {
  sams s;
  s.starts(0);
  s.greet();
  s.writes(
      R"({"type":"progress","id":"ui#1","percent":7,"text":"a\u001b[1m"})");
  BOOST_TEST_REQUIRE(s.host.progressed.size() == 1U);
  BOOST_TEST(s.host.progressed[0].percent == 7);
  BOOST_TEST(s.host.progressed[0].line == "a [1m");
}

BOOST_AUTO_TEST_CASE(its_log_shows_where_it_is_clear_whose_it_is) {
  sams s{2};
  s.starts(0);
  s.greet();
  s.session->on(process_line{s.host.started[0].id, "compiling"});
  BOOST_TEST_REQUIRE(s.host.progressed.size() == 1U);
  BOOST_TEST(s.host.progressed[0].line == "compiling");
  s.starts(1);
  s.session->on(process_line{s.host.started[0].id, "linking"});
  BOOST_TEST(s.host.progressed.size() == 1U);
}

BOOST_AUTO_TEST_CASE(all_output_is_reported_as_taken) {
  sams s;
  s.greet();
  auto before = s.host.taken;
  s.session->on(process_output{s.host.started[0].id, "{\"type\":", 0});
  BOOST_TEST(s.host.taken == before + 8);
}

BOOST_AUTO_TEST_CASE(one_that_reads_slowly_is_told_no_more_than_it_can_hold) {
  sams s; // rule 9
  s.greet();
  s.starts(0);
  attempt_details large;
  large.note = std::string(100'000, 'n');
  handoff h{task_id{2u}, task_id{0u}, 1, task_state::succeeded,
            std::make_shared<const attempt_details>(large)};
  std::size_t told = 0;
  for (; s.session->has_room(); ++told)
    s.session->hand_over(h);
  BOOST_TEST(told > 5U);
  BOOST_TEST(told < 20U);
  BOOST_TEST(s.host.room_count == 0);
  s.session->on(process_output{s.host.started[0].id, {}, 500'000});
  BOOST_TEST(s.host.room_count == 1);
  BOOST_TEST(s.session->has_room());
  // With its process all that waits for it is gone, too.
  while (s.session->has_room())
    s.session->hand_over(h);
  s.exits(1);
  BOOST_TEST(s.host.room_count == 2);
  BOOST_TEST(s.session->has_room());
}

BOOST_AUTO_TEST_CASE(it_knows_what_it_may_still_integrate) { // §2
  sams s;
  s.greet();
  s.starts(0);
  BOOST_TEST(!s.session->knows(task_id{1u}));
  s.writes(R"({"type":"done","id":"ui#1"})");
  BOOST_TEST(s.session->knows(task_id{0u}));
  s.starts(0, 2, work_phase::integrate);
  s.writes(R"({"type":"done","id":"ui#2"})");
  BOOST_TEST(!s.session->knows(task_id{0u}));
}

BOOST_AUTO_TEST_CASE(its_own_bye_is_respected) {
  sams s;
  s.starts(0);
  s.greet();
  s.writes(R"({"type":"bye"})");
  s.starts(1);
  (void)s.told();
  BOOST_TEST(!s.host.closed);
  s.writes(R"({"type":"done","id":"ui#1"})");
  same(s.told_types(), {"bye"});
  BOOST_TEST(s.host.closed);
  s.exits(0);
  BOOST_TEST(s.host.finishes.size() == 1U);
  BOOST_TEST(s.host.started.size() == 2U);
  s.writes(R"({"type":"hello","protocol":1,"name":"sam.py"})");
  same(s.told_types(), {"hello", "task"});
}

BOOST_AUTO_TEST_CASE(the_run_ends_with_bye) {
  sams s;
  s.greet();
  (void)s.told();
  s.session->leave(false);
  same(s.told_types(), {"bye"});
  BOOST_TEST(s.host.closed);
  BOOST_TEST(s.host.left_count == 0);
  s.exits(0);
  BOOST_TEST(s.host.left_count == 1);
}

BOOST_AUTO_TEST_CASE(one_that_does_not_leave_is_ended) {
  sams s;
  s.greet();
  s.session->leave(false);
  s.passes(session_grace);
  BOOST_TEST_REQUIRE(s.host.told_to_end.size() == 1U);
  s.session->leave(true);
  BOOST_TEST(s.host.told_to_end[1].at_once);
  s.exits(137);
  BOOST_TEST(s.host.left_count == 1);
}

BOOST_AUTO_TEST_CASE(without_a_process_it_has_left_at_once) {
  sams s;
  s.session->leave(false);
  BOOST_TEST(s.host.left_count == 1);
  s.passes(minutes(1));
  BOOST_TEST(s.host.started.empty());
  sams gone;
  gone.greet();
  gone.exits(0);
  gone.session->leave(false);
  BOOST_TEST(gone.host.left_count == 1);
}

BOOST_AUTO_TEST_SUITE_END()
