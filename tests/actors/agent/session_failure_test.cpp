// SPDX-License-Identifier: BSD-3-Clause
// All that can go wrong with a session (semantics §22, §25, §26).
#include "tests/actors/agent/session_fixture.hpp"

#include <string>

using namespace tutti;
using namespace tutti::test;
using nlohmann::json;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_AUTO_TEST_SUITE(actors_agent_session_failure)

BOOST_AUTO_TEST_CASE(a_crash_fails_what_was_in_flight_as_an_error) { // §22
  sams s{2};
  s.greet();
  s.starts(0);
  s.writes(R"({"type":"done","id":"ui#1"})");
  s.starts(1);
  s.starts(2);
  s.exits(3);
  BOOST_TEST(s.host.finishes.size() == 3U);
  for (std::size_t i = 1; i < 3; ++i) {
    const auto& x = s.host.finishes[i].result;
    BOOST_TEST((x.end == attempt_end::system_error));
    BOOST_TEST(x.details.message == "the session ended with code 3");
    BOOST_TEST(x.details.log == "session.sam.1.log");
  }
  // The next task starts it again; its hello lists what waits to integrate.
  BOOST_TEST(s.host.started.size() == 1U);
  (void)s.told();
  s.starts(1, 2);
  BOOST_TEST_REQUIRE(s.host.started.size() == 2U);
  BOOST_TEST(s.host.started[1].name == "session.sam.2");
  auto hello = s.told();
  BOOST_TEST(hello[0]["waiting"] == R"([{"task": "ui", "version": 1}])"_json);
  s.writes(R"({"type":"hello","protocol":1,"name":"sam.py"})");
  BOOST_TEST(s.told()[0]["attempt"] == 2);
}

BOOST_AUTO_TEST_CASE(what_a_crashed_process_was_not_given_goes_to_the_next) {
  sams s;
  s.greet();
  s.starts(0);
  s.starts(1);
  s.exits(139);
  BOOST_TEST(s.host.finishes.size() == 1U);
  BOOST_TEST((s.ended().task == task_id{0u}));
  BOOST_TEST(s.host.started.size() == 2U);
}

BOOST_AUTO_TEST_CASE(one_that_dies_before_hello_takes_all_along) {
  sams s;
  s.starts(0);
  s.exits(1);
  BOOST_TEST((s.ended().result.end == attempt_end::system_error));
  BOOST_TEST(s.host.started.size() == 1U);
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_started_fails_its_tasks) {
  sams s;
  s.starts(0);
  s.exits(127, process_end::not_started, "command not found: sam");
  BOOST_TEST((s.ended().result.end == attempt_end::failure));
  BOOST_TEST(s.ended().result.details.message.find("command not found: sam")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_full_disk_and_an_unkillable_process_are_told_so) {
  sams full;
  full.starts(0);
  full.exits(0, process_end::no_space, "full");
  BOOST_TEST((full.ended().result.end == attempt_end::no_space));
  sams stuck;
  stuck.starts(0);
  stuck.greet();
  stuck.exits(0, process_end::unkillable, "still there");
  BOOST_TEST((stuck.ended().result.end == attempt_end::unkillable));
}

BOOST_AUTO_TEST_CASE(mistakes_of_the_protocol_end_it) {
  auto ends = [](const words& lines, const std::string& why) {
    sams s;
    s.starts(0);
    s.greet();
    for (const auto& line : lines)
      s.writes(line);
    BOOST_TEST_REQUIRE(s.host.told_to_end.size() == 1U);
    BOOST_TEST(!s.host.told_to_end[0].at_once);
    BOOST_TEST(s.host.finishes.empty()); // its slot is not free yet (§26)
    s.exits(143);
    BOOST_TEST((s.ended().result.end == attempt_end::system_error));
    auto said = s.ended().result.details.message;
    BOOST_TEST(said.find(why) != std::string::npos, said);
  };
  ends({"Loading model..."}, "no JSON object: \"Loading model...\"");
  ends({R"({"type":"done","id":"ui#9"})"}, "speaks of \"ui#9\"");
  ends({R"({"type":"hello","protocol":1,"name":"s"})"}, "hello twice");
  ends({R"({"type":"finished"})"}, "unknown type");
  ends({"first mistake", "second mistake"}, "first mistake");
  ends({std::string("\0\xff\x1b[2J", 6)}, "\\x00\\xff\\x1b[2J");
  ends({std::string(100'000, '[')}, "nested more than");
  ends({R"({"type":"progress","id":"ui#1","percent":1e999})"}, "percent");
  ends({R"({"type":"done","id":"ui#1","outputs":[1]})"}, "is no object");
  ends({R"({"type":"done","id":["ui#1"]})"}, "is no text");
  ends({std::string(2 << 20, 'x')}, "a line of over 1024 KiB");
}

BOOST_AUTO_TEST_CASE(words_about_what_has_ended_do_no_harm) { // rule 6, §22
  sams s;
  s.greet();
  s.starts(0);
  s.writes(R"({"type":"done","id":"ui#1","outputs":{"n":1}})");
  BOOST_TEST(s.host.finishes.size() == 1U);
  for (const auto* line :
       {R"({"type":"done","id":"ui#1","outputs":{"n":2}})",
        R"({"type":"failed","id":"ui#1","message":"after all"})",
        R"({"type":"progress","id":"ui#1","percent":5})",
        R"({"type":"note","id":"ui#1","text":"late","call":1})",
        R"({"type":"request","id":"ui#1","to":"morgan","text":"late"})"})
    s.writes(line);
  BOOST_TEST(s.host.finishes.size() == 1U);
  BOOST_TEST(s.host.calls.empty());
  BOOST_TEST(s.host.progressed.empty());
  BOOST_TEST(s.host.told_to_end.empty());
  s.starts(1);
  s.writes(R"({"type":"done","id":"docs#2"})");
  BOOST_TEST(s.host.finishes.size() == 2U);
}

BOOST_AUTO_TEST_CASE(hello_comes_first_and_in_time) {
  sams s;
  s.starts(0);
  s.passes(duration{0});
  s.writes(R"({"type":"heartbeat"})");
  s.exits(143);
  BOOST_TEST(s.ended().result.details.message
             == "the session said something before hello");
  sams late;
  late.starts(0);
  late.passes(minutes(1));
  BOOST_TEST(late.host.told_to_end.size() == 1U);
  late.exits(143);
  BOOST_TEST(late.ended().result.details.message
             == "the session did not say hello within 60 s");
}

BOOST_AUTO_TEST_CASE(after_a_mistake_nothing_counts_any_more) {
  sams s;
  s.starts(0);
  s.greet();
  s.writes("oops\n"
           R"({"type":"done","id":"ui#1"})");
  s.writes(R"({"type":"done","id":"ui#1"})");
  BOOST_TEST(s.host.finishes.empty());
  s.exits(0);
  BOOST_TEST((s.ended().result.end == attempt_end::system_error));
}

BOOST_AUTO_TEST_CASE(a_cancel_is_answered_in_time) { // §22, §26
  sams s;
  s.starts(0);
  s.greet();
  (void)s.told();
  s.session->end(task_id{0u}, 1, false);
  auto told = s.told();
  BOOST_TEST((told[0]["type"] == "cancel" && told[0]["id"] == "ui#1"));
  s.writes(R"({"type":"failed","id":"ui#1","message":"cancelled"})");
  BOOST_TEST((s.ended().result.end == attempt_end::failure));
  s.passes(2 * session_grace);
  BOOST_TEST(s.host.told_to_end.empty());
  // A late word about it does no harm.
  s.writes(R"({"type":"progress","id":"ui#1","percent":3})");
  BOOST_TEST(s.host.told_to_end.empty());
}

BOOST_AUTO_TEST_CASE(an_unanswered_cancel_ends_the_process) { // §22
  sams s{2};
  s.starts(0);
  s.starts(1);
  s.greet();
  s.session->end(task_id{0u}, 1, false);
  s.passes(session_grace);
  BOOST_TEST_REQUIRE(s.host.told_to_end.size() == 1U);
  s.exits(143);
  BOOST_TEST_REQUIRE(s.host.finishes.size() == 2U);
  for (const auto& x : s.host.finishes) {
    // For the other task it is a crash.
    auto other = x.task == task_id{1u};
    BOOST_TEST((x.result.end
                == (other ? attempt_end::system_error : attempt_end::failure)));
    BOOST_TEST(x.result.details.message
               == "the session did not answer the cancel of ui within 10 s");
  }
}

BOOST_AUTO_TEST_CASE(what_it_was_not_given_needs_no_answer) {
  sams s;
  s.starts(0);
  s.session->end(task_id{0u}, 1, false);
  BOOST_TEST((s.ended().result.end == attempt_end::failure));
  s.greet();
  same(s.told_types(), {"hello"});
}

BOOST_AUTO_TEST_CASE(at_once_kills_it) {
  sams s;
  s.starts(0);
  s.greet();
  s.session->end(task_id{0u}, 1, true);
  BOOST_TEST_REQUIRE(s.host.told_to_end.size() == 1U);
  BOOST_TEST(s.host.told_to_end[0].at_once);
  s.exits(137);
  BOOST_TEST((s.ended().result.end == attempt_end::failure));
}

BOOST_AUTO_TEST_CASE(idle_is_judged_by_what_it_says_of_the_task) { // §25
  sams s{2, seconds(8)};
  s.starts(0);
  s.starts(1);
  s.greet();
  (void)s.told();
  for (int i = 0; i < 4; ++i) {
    s.passes(seconds(6));
    s.writes(R"({"type":"progress","id":"ui#1","percent":1})");
  }
  same(s.told_types(), {});
  for (int i = 0; i < 9; ++i) {
    s.writes(R"({"type":"heartbeat"})"); // proves life, not progress
    s.writes(R"({"type":"progress","id":"docs#2","percent":1})");
    s.passes(seconds(1));
  }
  same(s.told_types(), {"cancel"});
  s.writes(R"({"type":"done","id":"ui#1"})");
  BOOST_TEST((s.ended().result.end == attempt_end::timed_out));
  BOOST_TEST(s.ended().result.details.message == "no progress for 8 s");
}

BOOST_AUTO_TEST_CASE(no_idle_time_passes_while_it_waits_inside) { // §20
  sams s{1, seconds(8)};
  s.starts(0);
  s.greet();
  s.session->alive(task_id{0u}, 1, true);
  s.passes(minutes(1));
  (void)s.told();
  s.session->alive(task_id{0u}, 1, false);
  s.passes(seconds(10));
  same(s.told_types(), {"cancel"});
  s.passes(session_grace);
  s.exits(143);
  BOOST_TEST((s.ended().result.end == attempt_end::timed_out));
}

BOOST_AUTO_TEST_SUITE_END()
