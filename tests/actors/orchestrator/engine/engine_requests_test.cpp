// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of docs/semantics.md about what agents ask of each other
// (§19, §21); the world checks the invariants after every step.
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

namespace {

/// `page` asks the agent of `crud`, who answers when he is free.
struct asking_team : team_builder {
  std::uint32_t crud = lane("morgan");
  std::uint32_t page = lane("sam");
  std::uint32_t server = answers(crud);

  asking_team() {
    (*this)[page].integrate.present = true;
    (*this)[server].batch.max = 0;
  }
};

using texts = std::vector<std::string>;

engine::requests_arrive request(const team_world& w, std::uint32_t who,
                                texts what, std::string to = "morgan") {
  engine::requests_arrive e;
  e.task = task_id{who};
  e.attempt = w.attempt(who);
  e.to = std::move(to);
  e.texts = std::move(what);
  return e;
}

/// Makes requests; their numbers.
std::vector<std::uint32_t> ask(team_world& w, std::uint32_t who, texts what,
                               std::string key = {}) {
  auto e = request(w, who, std::move(what));
  e.key = std::move(key);
  w.step(e);
  auto numbers = w.out.numbers;
  w.begin_all();
  return numbers;
}

/// What the attempt at work answers.
texts taken(const team_world& w, std::uint32_t server) {
  texts result;
  for (const auto& i : w.get().stream(server)->taken)
    result.push_back(i.text);
  return result;
}

using list = std::vector<std::uint32_t>;
using answers_to = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

} // namespace

BOOST_AUTO_TEST_SUITE(engine_requests)

BOOST_AUTO_TEST_CASE(who_asks_is_done_once_the_answer_is_integrated) { // §19
  asking_team b;
  team_world w{b.get()};
  BOOST_TEST((ask(w, b.page, {"createUser"}) == list{1}));
  BOOST_TEST(w.runs(b.page)); // it goes on (§21)
  w.done(b.page);
  BOOST_TEST((w.state(b.page) == waiting_to_integrate));
  w.done(b.crud); // now he is free
  BOOST_TEST((taken(w, b.server) == texts{"createUser"}));
  w.done(b.server, told("id", "7"));
  BOOST_TEST((w.answered == answers_to{{1, b.page}}));
  BOOST_TEST((w.get().requests()[0].details->outputs == told("id", "7")));
  BOOST_TEST((w.state(b.page) == integrating));
  w.done(b.page);
  BOOST_TEST(w.exit_code() == 0);
  BOOST_TEST((w.state(b.server) == succeeded));
}

BOOST_AUTO_TEST_CASE(one_entry_is_one_request) { // §19
  asking_team b;
  team_world w{b.get()};
  BOOST_TEST((ask(w, b.page, {"createUser", "getUser"}) == list{1, 2}));
  BOOST_TEST(w.get().requests().size() == 2u);
}

BOOST_AUTO_TEST_CASE(what_queued_until_he_is_free_goes_together) { // §19
  asking_team b;
  team_world w{b.get()};
  ask(w, b.page, {"createUser"});
  ask(w, b.page, {"getUser", "dropUser"});
  w.done(b.crud);
  BOOST_TEST(
      (taken(w, b.server) == texts{"createUser", "getUser", "dropUser"}));
  w.done(b.server);
  BOOST_TEST(w.begun(b.server) == 1u); // a batch is one attempt
  BOOST_TEST(w.answered.size() == 3u);
}

BOOST_AUTO_TEST_CASE(a_batch_has_a_max_and_may_wait_for_more) { // §19
  asking_team b;
  b[b.server].batch = {2, 1min};
  team_world w{b.get()};
  w.done(b.crud);
  ask(w, b.page, {"a"});
  BOOST_TEST(!w.runs(b.server));
  w.wait_until(1min);
  BOOST_TEST((taken(w, b.server) == texts{"a"}));
  ask(w, b.page, {"b", "c", "d"});
  w.done(b.server);
  BOOST_TEST((taken(w, b.server) == texts{"b", "c"})); // full: no wait
}

BOOST_AUTO_TEST_CASE(a_retried_attempt_gets_the_same_answer) { // §19
  asking_team b;
  b[b.page].retries.max = 1;
  team_world w{b.get()};
  w.done(b.crud);
  ask(w, b.page, {"createUser"});
  w.done(b.server);
  w.fails(b.page);
  BOOST_TEST(w.runs(b.page));
  BOOST_TEST((ask(w, b.page, {"createUser"}) == list{1}));
  BOOST_TEST(w.get().requests().size() == 1u); // not asked again
  BOOST_TEST((w.answered == answers_to{{1, b.page}, {1, b.page}}));
  BOOST_TEST(w.begun(b.server) == 1u);
}

BOOST_AUTO_TEST_CASE(the_nth_use_of_a_text_is_a_request_of_its_own) { // §19
  asking_team b;
  b[b.page].retries.max = 1;
  team_world w{b.get()};
  BOOST_TEST((ask(w, b.page, {"roll"}) == list{1}));
  BOOST_TEST((ask(w, b.page, {"roll", "roll"}) == list{2, 3}));
  w.fails(b.page);
  BOOST_TEST(
      (ask(w, b.page, {"roll", "roll", "roll", "roll"}) == list{1, 2, 3, 4}));
}

BOOST_AUTO_TEST_CASE(the_key_of_the_client_names_a_request) { // §19
  asking_team b;
  b[b.page].retries.max = 1;
  team_world w{b.get()};
  BOOST_TEST((ask(w, b.page, {"roll"}, "first") == list{1}));
  BOOST_TEST((ask(w, b.page, {"roll"}, "second") == list{2}));
  w.fails(b.page);
  BOOST_TEST((ask(w, b.page, {"roll"}, "second") == list{2}));
}

BOOST_AUTO_TEST_CASE(another_version_and_phase_asks_anew) { // §19
  asking_team b;
  auto deploy = b.gate("deploy", {b.page}, {});
  b.ask_person(deploy);
  b.rework(deploy, {b.page});
  team_world w{b.get()};
  w.done(b.crud);
  BOOST_TEST((ask(w, b.page, {"createUser"}) == list{1}));
  w.done({b.server, b.page});
  BOOST_TEST((w.state(b.page) == integrating));
  BOOST_TEST((ask(w, b.page, {"createUser"}) == list{2}));
  w.done({b.server, b.page});
  w.done(b.page); // it integrates that, too
  BOOST_TEST(w.request_changes(deploy) == "");
  BOOST_TEST(w.runs(b.page));
  BOOST_TEST((ask(w, b.page, {"createUser"}) == list{3}));
}

BOOST_AUTO_TEST_CASE(a_failure_is_an_answer) { // §19
  asking_team b;
  team_world w{b.get()};
  w.done(b.crud);
  ask(w, b.page, {"createUser"});
  w.done(b.page);
  w.fails(b.server, told("why", "no such table"));
  BOOST_TEST((w.answered == answers_to{{1, b.page}}));
  BOOST_TEST((w.get().requests()[0].state == failed));
  BOOST_TEST((w.state(b.page) == integrating));
  w.done(b.page);
  BOOST_TEST((w.state(b.page) == succeeded));
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(an_answer_may_be_tried_again_first) { // §19
  asking_team b;
  b[b.server].retries.max = 1;
  team_world w{b.get()};
  w.done(b.crud);
  ask(w, b.page, {"createUser"});
  w.fails(b.server);
  BOOST_TEST(w.answered.empty());
  BOOST_TEST((taken(w, b.server) == texts{"createUser"}));
  w.done(b.server);
  BOOST_TEST((w.get().requests()[0].state == succeeded));
}

BOOST_AUTO_TEST_CASE(without_integrate_the_answer_only_delays_the_end) { // §19
  asking_team b;
  b[b.page].integrate.present = false;
  team_world w{b.get()};
  w.done(b.crud);
  ask(w, b.page, {"createUser"});
  w.done(b.page);
  BOOST_TEST((w.state(b.page) == waiting_to_integrate));
  w.done(b.server);
  BOOST_TEST((w.state(b.page) == succeeded));
}

// -- whom nobody waits for ----------------------------------------------------

BOOST_AUTO_TEST_CASE(with_no_wait_who_asks_is_done_without) { // §19
  asking_team b;
  team_world w{b.get()};
  auto e = request(w, b.page, {"createUser"});
  e.awaited = false;
  BOOST_TEST(w.event(e) == "");
  w.done(b.page);
  BOOST_TEST((w.state(b.page) == succeeded));
}

BOOST_AUTO_TEST_CASE(unawaited_requests_are_cancelled_at_the_end) { // §19
  asking_team b;
  team_world w{b.get()};
  auto e = request(w, b.page, {"createUser"});
  e.awaited = false;
  w.event(e);
  w.done({b.page, b.crud}); // nobody is left who waits for anything
  BOOST_TEST(w.count(fact_kind::request_cancelled) == 1u); // and reported
  BOOST_TEST((w.get().requests()[0].state == cancelled));
  BOOST_TEST((w.state(b.server) == left_out)); // it never ran
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(one_that_is_at_work_at_the_end_is_ended) { // §19
  asking_team b;
  team_world w{b.get()};
  auto e = request(w, b.page, {"createUser"});
  e.awaited = false;
  w.event(e);
  w.done(b.crud);
  BOOST_TEST(w.runs(b.server));
  w.done(b.page);
  BOOST_TEST(w.told_to_end.contains({b.server, 1}));
  w.fails(b.server);
  BOOST_TEST(w.count(fact_kind::request_answered) == 0u); // no answer
  BOOST_TEST((w.get().requests()[0].state == cancelled)); // and reported
  BOOST_TEST(w.exit_code() == 0);
}

// Found by `tutti play --explore`: who goes on with it had no answer.
BOOST_AUTO_TEST_CASE(another_agent_that_goes_on_is_given_the_answers) { // §19
  asking_team b;
  auto other = b.agent("alex");
  b[b.page].agents.push_back(other);
  b[b.page].retries.max = 1;
  team_world w{b.get()};
  ask(w, b.page, {"createUser"});
  w.done(b.crud);
  w.done(b.server);
  auto first = w.get().task(b.page).agent;
  w.answered.clear();
  w.fails(b.page); // the other agent has as many free slots, or more
  BOOST_TEST(w.runs(b.page));
  BOOST_TEST((w.answered == answers_to{{1, b.page}}),
             "by agent " << first << ", then " << w.get().task(b.page).agent);
  BOOST_TEST(w.get().requests()[0].work.text == "createUser");
}

// Found by `tutti play --explore`: the run failed, as one that was cancelled.
BOOST_AUTO_TEST_CASE(
    one_that_was_given_out_at_the_end_is_taken_back) { // §19, row 23
  asking_team b;
  team_world w{b.get()};
  w.done(b.crud);
  auto e = request(w, b.page, {"createUser"});
  e.awaited = false;
  w.step(e); // its agent is slow: it does not begin yet
  BOOST_TEST(w.is_queued(b.server));
  w.end(b.page);
  w.give_back_all();
  BOOST_TEST((w.get().requests()[0].state == cancelled)); // and reported
  BOOST_TEST((w.state(b.server) == left_out));            // it never ran
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(
    what_an_answering_task_has_asked_is_answered_first) { // §19
  asking_team b;
  auto own = b.answers(b.page);
  team_world w{b.get()};
  ask(w, b.page, {"createUser"});
  w.done(b.crud);
  auto back = request(w, b.server, {"which fields?"}, "sam");
  BOOST_TEST(w.event(back) == "");
  w.done(b.server); // it did not wait for that
  w.done(b.page);
  w.done(b.page); // with the first answer
  BOOST_TEST(!w.get().over());
  BOOST_TEST((taken(w, own) == texts{"which fields?"}));
  // Who answers now asks nobody any more: the run comes to its end.
  BOOST_TEST(w.event(request(w, own, {"why?"}))
             == "the run ends: nobody is left who needs an answer");
  w.done(own);
  BOOST_TEST((w.get().requests()[1].state == succeeded));
  BOOST_TEST(w.exit_code() == 0);
}

// -- §4, §15: when it is answered ---------------------------------------------

BOOST_AUTO_TEST_CASE(it_ranks_as_who_asks) { // §19
  asking_team b;
  b[b.page].integrate.estimate.mode = 1min;
  auto minor = b.beside(b.crud, "minor"); // one minute
  auto major = b.beside(b.crud, "major");
  b.lane("reader", {b.page}); // page has two minutes left
  auto late = b.lane("late", {major});
  b[late].estimate.mode = 1h;
  b[b.crud].priority = 1;
  team_world w{b.get()};
  BOOST_TEST(w.runs(b.crud));
  ask(w, b.page, {"createUser"});
  w.done(b.crud);
  BOOST_TEST(w.runs(major)); // an hour depends on it
  w.done(major);
  BOOST_TEST(w.runs(b.server));
  w.done(b.server);
  BOOST_TEST(w.runs(minor));
}

BOOST_AUTO_TEST_CASE(with_no_wait_it_ranks_last) { // §19
  asking_team b;
  auto minor = b.beside(b.crud, "minor");
  b[b.crud].priority = 1;
  team_world w{b.get()};
  auto e = request(w, b.page, {"createUser"});
  e.awaited = false;
  w.event(e);
  w.done(b.crud);
  BOOST_TEST(w.runs(minor));
  w.done(minor);
  BOOST_TEST(w.runs(b.server));
}

BOOST_AUTO_TEST_CASE(it_obeys_no_gate_but_those_of_who_asks) { // §15, §19
  asking_team b;
  auto verify = b.lane("verify");
  auto gone = b.gate("gone", {verify}, {b.crud});
  team_world w{b.get()};
  BOOST_TEST((w.gate(gone) == gate_state::waiting));
  ask(w, b.page, {"createUser"}); // page itself is blocked by nothing
  BOOST_TEST((taken(w, b.server) == texts{"createUser"}));
}

// -- refused ------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(an_unknown_agent_is_refused_at_once) { // §19
  asking_team b;
  team_world w{b.get()};
  BOOST_TEST(w.event(request(w, b.page, {"x"}, "nobody"))
             == "there is no agent 'nobody'");
  const auto* f = w.last(fact_kind::request_refused); // a dead letter
  BOOST_REQUIRE(f != nullptr);
  BOOST_TEST(f->cause == b.page);
  BOOST_TEST(f->extra->who == "nobody");
  w.done(b.page);
  BOOST_TEST((w.state(b.page) == succeeded)); // it waits for nothing
}

BOOST_AUTO_TEST_CASE(an_agent_that_answers_nothing_says_so) { // §19
  asking_team b;
  team_world w{b.get()};
  BOOST_TEST(w.event(request(w, b.page, {"x"}, "sam"))
             == "agent 'sam' answers no requests: it has no 'requests'");
}

BOOST_AUTO_TEST_CASE(a_stale_attempt_asks_nothing) { // rule 6
  asking_team b;
  b[b.page].retries.max = 1;
  team_world w{b.get()};
  auto e = request(w, b.page, {"x"});
  w.fails(b.page);
  BOOST_TEST(w.event(e) == "this attempt is over");
  BOOST_TEST(w.get().requests().empty());
}

BOOST_AUTO_TEST_CASE(beyond_the_quota_it_is_busy) { // §21
  asking_team b;
  team_world w{b.get()};
  texts many;
  for (int i = 0; i < 9'999; ++i)
    many.push_back("t" + std::to_string(i));
  BOOST_TEST(ask(w, b.page, many).size() == 9'999u);
  BOOST_TEST(w.event(request(w, b.page, {"a", "b"}))
             == "busy: this attempt has 10000 open requests");
  BOOST_TEST(w.get().requests().size() == 9'999u); // all or nothing
  BOOST_TEST((ask(w, b.page, {"a"}) == list{10'000}));
  BOOST_TEST(w.event(request(w, b.page, {"b"})) != "");
  w.done(b.crud); // one batch, and there is room again
  w.done(b.server);
  BOOST_TEST(w.event(request(w, b.page, {"b"})) == "");
}

BOOST_AUTO_TEST_CASE(what_is_open_already_counts_once) { // §19, §21
  asking_team b;
  b[b.page].retries.max = 1;
  team_world w{b.get()};
  texts many;
  for (int i = 0; i < 10'000; ++i)
    many.push_back("t" + std::to_string(i));
  auto numbers = ask(w, b.page, many);
  BOOST_TEST(numbers.size() == 10'000u);
  w.fails(b.page);
  // What is refused has used up nothing.
  many.push_back("one too many");
  BOOST_TEST(w.event(request(w, b.page, many))
             == "busy: this attempt has 10000 open requests");
  many.pop_back();
  BOOST_TEST((ask(w, b.page, many) == numbers));
  BOOST_TEST(w.get().requests().size() == 10'000u);
}

BOOST_AUTO_TEST_CASE(the_bytes_of_what_is_open_are_bounded) { // rule 9
  asking_team b;
  b[b.page].retries.max = 1;
  team_world w{b.get()};
  const std::size_t mib = 1 << 20;
  texts large;
  for (char c = 'a'; c < 'a' + 16; ++c)
    large.push_back(std::string(mib, c));
  BOOST_TEST(ask(w, b.page, large).size() == 16u);
  BOOST_TEST(w.event(request(w, b.page, {"x"}))
             == "busy: the open requests of this attempt have 16 MiB of text");
  w.fails(b.page);
  BOOST_TEST(ask(w, b.page, large).size() == 16u); // the same again
  BOOST_TEST(w.get().requests().size() == 16u);
  w.done(b.crud);
  w.done(b.server); // there is room again
  BOOST_TEST(ask(w, b.page, {"x"}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(an_accepted_answer_needs_no_text_any_more) { // rule 9
  asking_team b;
  b[b.page].retries.max = 1;
  team_world w{b.get()};
  const std::string text(100, 'x');
  auto number = ask(w, b.page, {text}).at(0);
  w.done(b.crud);
  w.done(b.server, told("id", "7"));
  const auto& r = w.get().requests()[number - 1];
  BOOST_TEST(r.work.text == text); // it goes with the answer
  w.event(engine::answer_arrives{number});
  BOOST_TEST(r.work.text == "");
  w.fails(b.page);
  BOOST_TEST((ask(w, b.page, {text}) == list{number}));
  BOOST_TEST(r.work.text == text);
  BOOST_TEST((ask(w, b.page, {text + 'x'}) == list{number + 1}));
}

BOOST_AUTO_TEST_CASE(a_planned_handoff_is_accepted_whatever_is_queued) { // §21
  asking_team b;
  auto next = b.beside(b.page, "next", {b.crud});
  team_world w{b.get()};
  ask(w, b.page, texts(10'000, "x"));
  w.done(b.crud);
  BOOST_TEST(w.handoffs(b.crud, next) == 1u);
}

BOOST_AUTO_TEST_CASE(what_nobody_answers_any_more_is_answered_so) { // rule 7
  asking_team b;
  team_world w{b.get()};
  ask(w, b.page, {"createUser"});
  w.done(b.page);
  BOOST_TEST(w.event(engine::cancel_requested{task_id{b.server}}) == "");
  BOOST_TEST((w.answered == answers_to{{1, b.page}}));
  BOOST_TEST((w.get().requests()[0].state == cancelled));
  BOOST_TEST((w.state(b.page) == integrating));
}

BOOST_AUTO_TEST_SUITE_END()
