// SPDX-License-Identifier: BSD-3-Clause
// What attempts say, ask and wait for.
#include "actors/agent/outputs.hpp"
#include "tests/actors/agent/recorded_ports.hpp"

#include <malloc.h>

#include <algorithm>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// ui (0) works and needs crud (1) later; docs (2) is another task of Sam's,
/// requests/morgan (3) answers.
struct fixture {
  fixture() : w{make_plan()} {
    w.assign(0);
  }

  static plan make_plan() {
    plan_builder b;
    b.agent("sam");
    b.task("ui");
    b.task("crud");
    b.task("docs");
    b.task("requests/morgan");
    b[0].needs_later = {on_task(1)};
    b[0].integrate.present = true;
    b[3].agents = {b.agent("morgan")};
    return b.get();
  }

  live_call inbox(duration wait = duration{0}) {
    auto x = call_of(live_kind::inbox, 0);
    x.wait = wait;
    return x;
  }

  request_answer answer(std::uint32_t number, std::uint32_t to = 0) {
    auto sql = std::make_shared<const attempt_details>(with_output("sql", "…"));
    return {number,       task_id{to},           task_id{3u},
            "createUser", task_state::succeeded, std::move(sql)};
  }

  /// Asks one thing of Morgan; its number is `number`.
  json ask(std::uint32_t number, bool awaited = true) {
    auto x = call_of(live_kind::request, 0);
    x.to = "morgan";
    x.texts = {"createUser"};
    x.awaited = awaited;
    w.say(x);
    w.core->on(
        requests_made{w.ports.make_requests_sent.back().call, {number}, {}});
    return json::parse(w.ports.live_reply_sent.back().text);
  }

  lone_agent w;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actors_agent_live, fixture)

BOOST_AUTO_TEST_CASE(a_token_lives_as_long_as_its_attempt) {
  BOOST_REQUIRE_EQUAL(w.ports.open_live_sent.size(), 1u);
  BOOST_TEST(w.ports.open_live_sent[0].token == "token-1");
  const auto& env = w.ports.start_process_sent[0].env;
  for (const auto* x : {"TUTTI_TOKEN=token-1", "TUTTI_SOCKET=/run/s"})
    BOOST_TEST((std::find(env.begin(), env.end(), x) != env.end()), x);
  w.exit();
  BOOST_REQUIRE_EQUAL(w.ports.close_live_sent.size(), 1u);
  BOOST_TEST(w.ports.close_live_sent[0].token == "token-1");
}

BOOST_AUTO_TEST_CASE(a_stale_attempt_is_not_heard) { // rule 6, row 13
  for (auto kind : {live_kind::progress, live_kind::note, live_kind::handoff,
                    live_kind::request, live_kind::inbox}) {
    BOOST_TEST(!w.say(call_of(kind, 0, 7))->ok);
    BOOST_TEST(!w.say(call_of(kind, 2))->ok);
  }
  w.exit();
  auto* reply = w.say(call_of(live_kind::note, 0));
  BOOST_TEST(!reply->ok);
  BOOST_TEST(reply->text
             == "attempt 1 is over: what it says is not heard any more");
}

BOOST_AUTO_TEST_CASE(notes_and_outputs_go_with_the_handoff) { // §10
  auto note = call_of(live_kind::note, 0);
  note.text = "mind the tenant";
  BOOST_TEST(w.say(note)->ok);
  auto more = call_of(live_kind::handoff, 0);
  more.outputs = {{"a", make_text("live")}, {"b", make_text("live")}};
  more.text = "two pages";
  BOOST_TEST(w.say(more)->ok);
  more.outputs = {{"a", make_text("later")}};
  more.text = "";
  BOOST_TEST(w.say(more)->text == "{}");
  w.exit(0, "b=file\n");
  const auto& x = *w.finished().details;
  BOOST_TEST(x.note == "mind the tenant\ntwo pages");
  BOOST_TEST(find_output(x.outputs, "a")->text == "later");
  BOOST_TEST(find_output(x.outputs, "b")->text == "file"); // the file wins
}

BOOST_AUTO_TEST_CASE(a_live_payload_over_1_mib_is_refused) { // §21
  auto x = call_of(live_kind::handoff, 0);
  x.outputs = {{"k", make_text(std::string(inline_bytes_max - 1, 'v'))}};
  BOOST_TEST(w.say(x)->ok);
  auto note = call_of(live_kind::note, 0);
  note.text = "x";
  auto* reply = w.say(note);
  BOOST_TEST(!reply->ok);
  BOOST_TEST(reply->text.find("`artifacts`") != std::string::npos);
  BOOST_TEST(w.say(x)->ok); // the same again adds nothing
}

BOOST_AUTO_TEST_CASE(progress_is_a_sign_of_life_and_conflated) { // §25
  auto x = call_of(live_kind::progress, 0);
  x.percent = 101;
  BOOST_TEST(!w.say(x)->ok);
  for (x.percent = 0; x.percent <= 100; ++x.percent) {
    x.text = "page\t" + std::to_string(x.percent);
    BOOST_TEST(w.say(x)->ok);
  }
  BOOST_REQUIRE_EQUAL(w.ports.task_progress_sent.size(), 1u);
  BOOST_TEST(w.ports.task_progress_sent[0].line == "page 0");
  BOOST_REQUIRE_EQUAL(w.ports.process_alive_sent.size(), 1u);
  BOOST_TEST(!w.ports.process_alive_sent[0].waits);
  w.ring();
  BOOST_REQUIRE_EQUAL(w.ports.task_progress_sent.size(), 2u);
  BOOST_TEST(w.ports.task_progress_sent[1].percent == 100);
  BOOST_TEST(w.ports.task_progress_sent[1].line == "page 100");
  w.ring();
  w.ring();
  BOOST_TEST(w.ports.task_progress_sent.size() == 2u);
  BOOST_TEST(w.ports.timers.empty());
}

BOOST_AUTO_TEST_CASE(a_line_does_not_take_the_percentage_away) {
  std::vector<task_progress> passed;
  std::vector<std::function<void()>> later;
  progress_gate gate{[&](task_progress x) {
                       passed.push_back(std::move(x));
                     },
                     [&](std::function<void()> x) {
                       later.push_back(std::move(x));
                     }};
  gate.put({task_id{0u}, 1, "first", -1});
  gate.put({task_id{0u}, 1, "", 70});
  gate.put({task_id{0u}, 1, "line", -1});
  gate.put({task_id{1u}, 1, "another task", -1});
  BOOST_TEST(passed.size() == 2u);
  gate.close(task_id{0u}, 1); // nothing is lost at the end
  BOOST_REQUIRE_EQUAL(passed.size(), 3u);
  BOOST_TEST(passed[2].line == "line");
  BOOST_TEST(passed[2].percent == 70);
  for (auto& x : later)
    x();
  BOOST_TEST(passed.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_million_updates_take_no_memory) { // §25
  std::size_t passed = 0;
  std::size_t armed = 0;
  progress_gate gate{[&](const task_progress&) {
                       ++passed;
                     },
                     [&](const std::function<void()>&) {
                       ++armed;
                     }};
  for (int i = 0; i < 1000000; ++i)
    gate.put({task_id{0u}, 1, "x", i % 100});
  BOOST_TEST(passed == 1u);
  BOOST_TEST(armed == 1u);
}

// -- inbox --------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_inbox_shows_what_came_since_once) { // §20
  auto first = json::parse(w.say(inbox())->text);
  BOOST_TEST(first["items"].empty());
  BOOST_TEST(first["waiting-for"] == json({"crud"}));
  w.hand(1, 0, with_output("url", "/users"), 2);
  auto second = json::parse(w.say(inbox())->text);
  BOOST_REQUIRE_EQUAL(second["items"].size(), 1u);
  auto item = second["items"][0];
  BOOST_TEST(item["kind"] == "handoff");
  BOOST_TEST(item["task"] == "crud");
  BOOST_TEST(item["id"] == "crud@2");
  BOOST_TEST(item["outputs"]["url"] == "/users");
  BOOST_TEST(second["waiting-for"].empty());
  BOOST_TEST(json::parse(w.say(inbox())->text)["items"].empty());
}

BOOST_AUTO_TEST_CASE(what_the_input_held_is_not_shown_again) {
  w.exit(1);
  w.hand(1, 0);
  w.assign(0, 2);
  auto x = call_of(live_kind::inbox, 0, 2);
  BOOST_TEST(json::parse(w.say(x)->text)["items"].empty());
}

BOOST_AUTO_TEST_CASE(files_of_an_arrival_are_placed_before_it_is_shown) {
  auto x = with_output("k", "v");
  x.artifacts = {{"types.ts", std::string(64, 'a'), 1, false}};
  w.hand(1, 0, x);
  BOOST_TEST(w.ports.handoff_accepted_sent.size() == 1u);
  BOOST_REQUIRE_EQUAL(w.ports.place_artifacts_sent.size(), 1u);
  BOOST_TEST((w.say(inbox()) == nullptr)); // soon
  auto asked = w.calls;
  w.core->on(artifacts_placed{w.ports.place_artifacts_sent[0].id, {}, false});
  BOOST_REQUIRE((w.reply(asked) != nullptr));
  BOOST_TEST(json::parse(w.reply(asked)->text)["items"].size() == 1u);
  BOOST_TEST(w.ports.attempt_waits_sent.empty());
}

BOOST_AUTO_TEST_CASE(a_large_arrival_is_read_back_before_it_is_shown) { // §21
  attempt_details light;
  light.payload = {40, 1000, {}};
  w.hand(1, 0, light);
  BOOST_TEST((w.say(inbox(10s)) == nullptr)); // it is there: no wait begins
  auto asked = w.calls;
  BOOST_TEST(w.ports.attempt_waits_sent.empty());
  auto load = [this] {
    auto whole =
        std::make_shared<const attempt_details>(with_output("url", "/users"));
    w.core->on(payload_loaded{w.ports.load_payload_sent.back().id, whole, {}});
  };
  load(); // to place its files
  load(); // to show it
  BOOST_REQUIRE((w.reply(asked) != nullptr));
  auto items = json::parse(w.reply(asked)->text)["items"];
  BOOST_REQUIRE_EQUAL(items.size(), 1u);
  BOOST_TEST(items[0]["outputs"]["url"] == "/users");
}

BOOST_AUTO_TEST_CASE(arrivals_are_heard_of_in_order) { // §21
  plan_builder b;
  b.task("x");
  b.task("large");
  b.task("small");
  b[0].needs_later = {on_task(1), on_task(2)};
  lone_agent one{b.get()};
  one.assign(0);
  attempt_details light;
  light.payload = {40, 1000, {}};
  one.hand(1, 0, light);
  one.hand(2, 0, with_output("k", "v"));
  BOOST_TEST((one.say(inbox()) == nullptr));
  auto asked = one.calls;
  auto whole = std::make_shared<const attempt_details>();
  auto load = [&] {
    one.core->on(
        payload_loaded{one.ports.load_payload_sent.back().id, whole, {}});
  };
  load();
  load();
  auto first = json::parse(one.reply(asked)->text)["items"];
  BOOST_REQUIRE(!first.empty());
  BOOST_TEST(first[0]["task"] == "large");
  if (first.size() == 1)
    first.push_back(json::parse(one.say(inbox())->text)["items"][0]);
  BOOST_TEST(first[1]["task"] == "small");
}

BOOST_AUTO_TEST_CASE(a_reply_of_the_inbox_is_bounded) { // rule 9
  plan_builder b;
  b.task("x");
  constexpr std::uint32_t count = 10;
  for (std::uint32_t i = 1; i <= count; ++i) {
    b.task("p" + std::to_string(i));
    b[0].needs_later.push_back(on_task(i));
  }
  lone_agent one{b.get()};
  one.assign(0);
  for (std::uint32_t i = 1; i <= count; ++i)
    one.hand(i, 0, with_output("k", std::string(1u << 20, 'v')));
  std::size_t shown = 0;
  int calls = 0;
  for (auto more = count; more > 0; ++calls) {
    const auto* said = one.say(inbox());
    BOOST_TEST(said->text.size() < (6u << 20));
    auto reply = json::parse(said->text);
    shown += reply["items"].size();
    more = reply["more"];
  }
  BOOST_TEST(shown == count);
  BOOST_TEST(calls == 3);
}

// row 14: slow consumer
BOOST_AUTO_TEST_CASE(a_hundred_thousand_handoffs_wait_in_little_memory) {
  // §21, rule 9: their payloads are on disk; the receiver's slot is taken.
  constexpr std::uint32_t count = 100'000;
  constexpr std::uint32_t receivers = 1'000;
  plan_builder b;
  for (std::uint32_t i = 0; i < receivers; ++i)
    b.task("take-" + std::to_string(i));
  lone_agent one{b.get()};
  for (std::uint32_t i = 0; i < receivers; ++i)
    one.assign(i);
  auto before = ::mallinfo2().uordblks;
  for (std::uint32_t i = 0; i < count; ++i) {
    attempt_details light;
    light.log = "/a/path/of/a/log/that/is/as/long/as/such/paths/are";
    light.payload = {std::uint64_t{i} * 1100, 1100, {i, i}};
    one.hand(receivers + i, 1 + i % (receivers - 1), std::move(light));
  }
  auto growth = ::mallinfo2().uordblks - before;
  BOOST_TEST(growth <= (std::size_t{64} << 20));
  const auto& accepted = one.ports.handoff_accepted_sent;
  BOOST_REQUIRE_EQUAL(accepted.size(), count);
  for (std::uint32_t i = 0; i < count; ++i)
    BOOST_REQUIRE_EQUAL(accepted[i].from.value, receivers + i); // in order
}

BOOST_AUTO_TEST_CASE(waiting_gives_the_slot_back_and_takes_it_again) { // §20
  w.assign(2); // docs waits for the slot
  BOOST_TEST((w.say(inbox(10s)) == nullptr));
  auto waiting = w.calls;
  BOOST_TEST(w.ports.attempt_waits_sent.size() == 1u);
  BOOST_TEST(w.ports.process_alive_sent.back().waits);
  BOOST_TEST(w.ports.attempt_started_sent.size() == 2u); // docs
  w.hand(1, 0, with_output("url", "/users"));
  BOOST_TEST(w.ports.wait_over_sent.size() == 1u);
  BOOST_TEST((w.reply(waiting) == nullptr)); // not before it has its slot
  w.exit();                                  // docs ends
  w.core->on(continue_attempt{task_id{0u}, 1});
  BOOST_REQUIRE((w.reply(waiting) != nullptr));
  BOOST_TEST(json::parse(w.reply(waiting)->text)["items"][0]["id"] == "crud@1");
  BOOST_TEST(!w.ports.process_alive_sent.back().waits);
  // The slot is taken: the next task waits.
  w.assign(2, 2);
  BOOST_TEST(w.ports.attempt_started_sent.size() == 2u);
}

// What crosses a refusal is shown to one, too; the other hears why.
BOOST_AUTO_TEST_CASE(of_several_that_wait_one_gets_what_came) { // §20
  ask(1); // so that there is always something to wait for
  for (std::uint32_t refused : {0u, 1u}) {
    w.say(inbox(10s));
    w.say(inbox(10s));
    w.hand(1, 0, with_output("url", "/users"), 1 + refused);
    if (refused)
      w.core->on(wait_refused{task_id{0u}, 1, "would-deadlock"});
    else
      w.core->on(continue_attempt{task_id{0u}, 1});
    const auto *first = w.reply(w.calls - 1), *second = w.reply(w.calls);
    BOOST_REQUIRE((first != nullptr && second != nullptr));
    BOOST_TEST(json::parse(first->text)["items"].size() == 1u);
    BOOST_TEST(second->ok == !refused);
    BOOST_TEST((refused || json::parse(second->text)["items"].empty()));
  }
}

BOOST_AUTO_TEST_CASE(a_wait_ends_with_its_time) { // §20
  w.say(inbox(10s));
  auto waiting = w.calls;
  BOOST_REQUIRE_EQUAL(w.ports.timers.size(), 1u);
  BOOST_TEST((w.ports.timers[0].first == 10s));
  w.ring();
  BOOST_TEST(w.ports.wait_over_sent.size() == 1u);
  w.core->on(continue_attempt{task_id{0u}, 1});
  BOOST_REQUIRE((w.reply(waiting) != nullptr));
  BOOST_TEST(w.reply(waiting)->ok);
  BOOST_TEST(json::parse(w.reply(waiting)->text)["items"].empty());
}

BOOST_AUTO_TEST_CASE(a_wait_ends_when_who_waits_has_gone) { // §20
  w.say(inbox(10s));
  auto waiting = w.calls;
  w.core->on(live_gone{waiting + 1, task_id{0u}, 1}); // somebody else
  BOOST_TEST(w.ports.wait_over_sent.empty());
  w.core->on(live_gone{waiting, task_id{0u}, 1});
  BOOST_TEST(w.ports.wait_over_sent.size() == 1u);
  w.hand(1, 0, with_output("url", "/users"));
  w.core->on(continue_attempt{task_id{0u}, 1});
  BOOST_TEST((w.reply(waiting) == nullptr));
  // What came meanwhile is there for the next who asks.
  BOOST_TEST(json::parse(w.say(inbox())->text)["items"].size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_refused_wait_says_why_and_keeps_the_slot) { // §20
  w.say(inbox(10s));
  auto waiting = w.calls;
  w.core->on(wait_refused{task_id{0u}, 1, "would-deadlock: crud waits for ui"});
  BOOST_REQUIRE((w.reply(waiting) != nullptr));
  BOOST_TEST(!w.reply(waiting)->ok);
  BOOST_TEST(w.reply(waiting)->text == "would-deadlock: crud waits for ui");
  w.assign(2);
  BOOST_TEST(w.ports.attempt_started_sent.size() == 1u);
  w.core->on(continue_attempt{task_id{0u}, 1}); // stale
  w.exit();
  BOOST_TEST(w.ports.attempt_started_sent.size() == 2u);
}

BOOST_AUTO_TEST_CASE(nothing_to_wait_for_is_answered_at_once) { // §20
  w.hand(1, 0);
  w.say(inbox());
  BOOST_TEST((w.say(inbox(10s)) != nullptr));
  BOOST_TEST(w.ports.attempt_waits_sent.empty());
}

BOOST_AUTO_TEST_CASE(an_attempt_that_ends_while_it_waits_frees_one_slot) {
  w.say(inbox(10s));
  auto waiting = w.calls;
  w.exit(143);
  BOOST_TEST(!w.reply(waiting)->ok);
  w.core->on(continue_attempt{task_id{0u}, 1}); // crossed its end
  w.assign(2);
  w.assign(1);
  BOOST_TEST(w.ports.attempt_started_sent.size() == 2u); // one slot, one task
  w.ring();                                              // of the old wait
}

// -- requests -----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_request_returns_its_numbers_at_once) { // §19, §21
  BOOST_TEST(ask(3) == json({{"ids", {"request/3"}}}));
  const auto& sent = w.ports.make_requests_sent[0];
  BOOST_TEST(sent.to == "morgan");
  BOOST_TEST(sent.attempt == 1u);
  auto shown = json::parse(w.say(inbox())->text);
  BOOST_TEST(shown["waiting-for"] == json({"crud", "request/3"}));
}

BOOST_AUTO_TEST_CASE(a_refused_request_says_why) { // §21
  auto x = call_of(live_kind::request, 0);
  x.to = "nobody";
  x.texts = {"help"};
  w.say(x);
  w.core->on(requests_made{w.ports.make_requests_sent.back().call,
                           {},
                           "busy: 10000 requests of this attempt are open"});
  BOOST_TEST(!w.ports.live_reply_sent.back().ok);
  BOOST_TEST(w.ports.live_reply_sent.back().text
             == "busy: 10000 requests of this attempt are open");
  x.texts = {};
  BOOST_TEST(!w.say(x)->ok);
}

BOOST_AUTO_TEST_CASE(an_answer_is_accepted_once_and_shown) { // §19, rule 3
  ask(3);
  w.core->on(answer(3));
  w.core->on(answer(3));
  BOOST_TEST(w.ports.answer_accepted_sent.size() == 1u);
  auto shown = json::parse(w.say(inbox())->text);
  BOOST_REQUIRE_EQUAL(shown["items"].size(), 1u);
  BOOST_TEST(shown["items"][0]["kind"] == "answer");
  BOOST_TEST(shown["items"][0]["id"] == "request/3");
  BOOST_TEST(shown["items"][0]["agent"] == "morgan");
  BOOST_TEST(shown["items"][0]["text"] == "createUser");
  BOOST_TEST(shown["waiting-for"] == json({"crud"}));
  // The integrate phase has all of them.
  w.exit();
  w.assign(0, 2, work_phase::integrate);
  BOOST_TEST(w.input()["answers"][0]["id"] == "request/3");
  BOOST_TEST(w.input()["answers"][0]["outputs"]["sql"] == "…");
}

BOOST_AUTO_TEST_CASE(a_retried_attempt_gets_the_same_answer) { // §19
  ask(3);
  w.core->on(answer(3));
  w.exit(1);
  w.assign(0, 2);
  BOOST_TEST(w.input()["answers"][0]["id"] == "request/3");
  auto x = call_of(live_kind::request, 0, 2);
  x.to = "morgan";
  x.texts = {"createUser"};
  w.say(x);
  w.core->on(requests_made{w.ports.make_requests_sent.back().call, {3}, {}});
  auto shown = json::parse(w.say(call_of(live_kind::inbox, 0, 2))->text);
  BOOST_REQUIRE_EQUAL(shown["items"].size(), 1u);
  BOOST_TEST(shown["items"][0]["id"] == "request/3");
  BOOST_TEST(shown["waiting-for"] == json({"crud"}));
}

BOOST_AUTO_TEST_CASE(a_new_version_asks_anew) { // §19
  ask(3);
  w.core->on(answer(3));
  w.exit();
  w.assign(0, 2, work_phase::run, {}, 2);
  BOOST_TEST(w.input()["answers"].empty());
  BOOST_TEST(w.input()["version"] == 2);
}

BOOST_AUTO_TEST_CASE(answers_that_come_before_their_task_are_kept) { // §31
  w.core->on(answer(3, 2));
  w.exit();
  w.assign(2, 1, work_phase::run, {}, 2);
  BOOST_TEST(w.input()["answers"][0]["id"] == "request/3");
}

BOOST_AUTO_TEST_SUITE_END()
