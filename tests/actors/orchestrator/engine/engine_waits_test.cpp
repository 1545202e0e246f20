// SPDX-License-Identifier: BSD-3-Clause
// One case a claim of semantics §20: waiting inside a task; the world checks
// the invariants after every step.
#include "tests/support/team_builder.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using enum tutti::task_state;

namespace {

/// `page` needs `crud` later, and `other` wants the same agent.
struct waiting_team : team_builder {
  std::uint32_t crud = lane("crud");
  std::uint32_t page = lane("page");
  std::uint32_t other = beside(page, "other");

  waiting_team() {
    integrate(page, {crud});
    (*this)[page].priority = 1;
    // With tokens the engine says when there is a slot, not the agent (§1).
    auto screens = pool("screens", 9);
    (*this)[page].pools = {{screens, 1}};
  }
};

/// The same without tokens: the agent takes from its own queue (§1).
struct queueing_team : waiting_team {
  queueing_team() {
    (*this)[page].pools.clear();
  }
};

std::string waits(team_world& w, std::uint32_t task) {
  return w.event(engine::wait_begins{task_id{task}, w.attempt(task)});
}

void wait_is_over(team_world& w, std::uint32_t task) {
  w.event(engine::wait_ends{task_id{task}, w.attempt(task)});
}

const std::string deadlock =
    "would-deadlock: all that it could be given waits for itself";

} // namespace

BOOST_AUTO_TEST_SUITE(engine_waits)

BOOST_AUTO_TEST_CASE(a_wait_gives_the_slot_back) { // §20
  waiting_team b;
  b.get().pools[0].capacity = 1;
  b[b.other].pools = b[b.page].pools;
  team_world w{b.get(), {2, 1}};
  BOOST_TEST((w.runs(b.page) && !w.runs(b.other)));
  BOOST_TEST(waits(w, b.page) == "");
  BOOST_TEST((w.runs(b.page) && w.runs(b.other)));
  BOOST_TEST((w.state(b.page) == running)); // its attempt goes on
}

BOOST_AUTO_TEST_CASE(its_end_queues_for_a_slot_again) { // §20
  waiting_team b;
  team_world w{b.get()};
  waits(w, b.page);
  w.done(b.crud);
  wait_is_over(w, b.page);
  BOOST_TEST(w.went_on.empty()); // `other` has the slot
  BOOST_TEST(w.get().task(b.page).wants_slot);
  w.done(b.other);
  BOOST_TEST((w.went_on == std::vector<attempt_key>{{b.page, 1}}));
  w.done(b.page);
  BOOST_TEST((w.state(b.page) == integrating));
}

BOOST_AUTO_TEST_CASE(with_a_free_slot_it_goes_on_at_once) { // §20
  waiting_team b;
  b.get().agents[b[b.page].agents[0].value].slots = 2;
  team_world w{b.get()};
  waits(w, b.page);
  wait_is_over(w, b.page);
  BOOST_TEST((w.went_on == std::vector<attempt_key>{{b.page, 1}}));
}

BOOST_AUTO_TEST_CASE(it_goes_on_before_what_is_less_urgent) { // §20
  waiting_team b;
  auto third = b.beside(b.page, "third");
  team_world w{b.get()};
  waits(w, b.page);
  w.done(b.crud);
  wait_is_over(w, b.page);
  BOOST_TEST(w.runs(b.other));
  w.done(b.other);
  BOOST_TEST(w.went_on.size() == 1u);
  BOOST_TEST(!w.runs(third));
}

BOOST_AUTO_TEST_CASE(a_more_urgent_task_goes_before_it) { // §20
  waiting_team b;
  auto urgent = b.beside(b.page, "urgent", {b.crud});
  b[urgent].priority = 2;
  b[b.other].priority = -1;
  team_world w{b.get()};
  waits(w, b.page);
  BOOST_TEST(w.runs(b.other));
  w.done(b.crud);
  wait_is_over(w, b.page);
  w.done(b.other);
  BOOST_TEST(w.runs(urgent));
  BOOST_TEST(w.went_on.empty());
  w.done(urgent);
  BOOST_TEST(w.went_on.size() == 1u);
}

// An agent that takes from its own queue is no busier than its slots, either.

BOOST_AUTO_TEST_CASE(an_agent_with_a_queue_has_no_slot_to_spare) { // §20
  queueing_team b;
  team_world w{b.get()};
  BOOST_TEST(w.is_queued(b.other)); // assigned ahead (§1)
  waits(w, b.page);
  BOOST_TEST(w.runs(b.other));
  w.done(b.crud);
  wait_is_over(w, b.page);
  BOOST_TEST(w.went_on.empty()); // `other` has the slot
  w.done(b.other);
  BOOST_TEST(w.went_on.size() == 1u);
  w.done(b.page);
  w.done(b.page); // it has integrated
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(it_goes_on_before_what_is_queued_behind_it) { // §4, §20
  queueing_team b;
  auto third = b.beside(b.page, "third");
  auto fourth = b.beside(b.page, "fourth", {b.crud});
  team_world w{b.get()};
  waits(w, b.page);
  BOOST_TEST((w.runs(b.other) && w.is_queued(third)));
  wait_is_over(w, b.page);
  BOOST_TEST(!w.is_queued(third)); // taken back
  w.done(b.crud);
  BOOST_TEST(!w.is_queued(fourth)); // not given to it
  w.done(b.other);
  BOOST_TEST(w.went_on.size() == 1u);
  BOOST_TEST((!w.runs(third) && !w.runs(fourth)));
  w.done({b.page, b.page, third, fourth});
  BOOST_TEST(w.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(what_is_queued_before_it_goes_first) { // §4, §20
  queueing_team b;
  auto urgent = b.beside(b.page, "urgent", {b.crud});
  b[urgent].priority = 2;
  team_world w{b.get()};
  waits(w, b.page);
  w.done(b.crud);
  BOOST_TEST((w.runs(b.other) && w.is_queued(urgent)));
  wait_is_over(w, b.page);
  w.done(b.other);
  BOOST_TEST((w.runs(urgent) && w.went_on.empty()));
  w.done(urgent);
  BOOST_TEST(w.went_on.size() == 1u);
}

BOOST_AUTO_TEST_CASE(what_comes_with_the_slot_goes_by_its_rank) { // §4, §20
  queueing_team b;
  auto urgent = b.beside(b.page, "urgent", {b.other});
  b[b.other].priority = 1;
  b[urgent].priority = 2;
  team_world w{b.get()};
  BOOST_TEST(w.runs(b.page));
  waits(w, b.page);
  wait_is_over(w, b.page);
  BOOST_TEST((w.runs(b.other) && w.went_on.empty()));
  w.done(b.other); // frees the slot, and releases `urgent`
  BOOST_TEST((w.runs(urgent) && w.went_on.empty()));
  w.done(urgent);
  BOOST_TEST(w.went_on.size() == 1u);
}

BOOST_AUTO_TEST_CASE(its_timeout_stops_meanwhile) { // §20
  waiting_team b;
  b[b.page].timeout = 30s;
  team_world w{b.get()};
  w.wait_until(20s);
  waits(w, b.page);
  w.wait_until(10min);
  BOOST_TEST(w.told_to_end.empty());
  w.done(b.crud);
  wait_is_over(w, b.page);
  w.wait_until(11min); // it queues: the clock still stands
  w.done(b.other);
  BOOST_TEST(w.went_on.size() == 1u);
  w.wait_until(11min + 9s);
  BOOST_TEST(w.told_to_end.empty());
  w.wait_until(11min + 10s); // the rest of its 30
  BOOST_TEST(w.told_to_end.contains({b.page, 1}));
}

BOOST_AUTO_TEST_CASE(its_deadline_does_not_stop) { // §24
  waiting_team b;
  b[b.page].deadline = 1min;
  team_world w{b.get()};
  waits(w, b.page);
  w.wait_until(1min);
  BOOST_TEST(w.told_to_end.contains({b.page, 1}));
}

BOOST_AUTO_TEST_CASE(an_attempt_that_ends_waiting_takes_no_slot_along) { // §20
  waiting_team b;
  team_world w{b.get()};
  waits(w, b.page);
  w.fails(b.page);
  BOOST_TEST((w.state(b.page) == failed));
  w.done({b.other, b.crud});
  BOOST_TEST(w.get().over());
  BOOST_TEST(w.get().agent(b[b.page].agents[0].value).used == 0u);
}

// -- would-deadlock -----------------------------------------------------------

BOOST_AUTO_TEST_CASE(a_wait_for_who_waits_for_it_is_refused) { // §20
  team_builder b;
  auto left = b.lane("left");
  auto right = b.lane("right");
  for (auto t : {left, right})
    b.answers(t);
  team_world w{b.get()};
  auto ask = [&](std::uint32_t who, std::string whom) {
    engine::requests_arrive e;
    e.task = task_id{who};
    e.attempt = w.attempt(who);
    e.to = std::move(whom);
    e.texts = {"x"};
    w.event(e);
  };
  ask(left, "right");
  ask(right, "left");
  // Each could be answered once the other's slot is free: waiting frees it.
  BOOST_TEST(waits(w, left) == "");
  BOOST_TEST(waits(w, right) == "");
  BOOST_TEST(w.refused_waits.empty());
}

namespace {

/// Each of a chain needs the next later, and the last one is asked to wait.
struct chain : team_builder {
  std::uint32_t last = lane("last");
  std::uint32_t middle = lane("middle");
  std::uint32_t first = lane("first");

  chain() {
    integrate(first, {middle});
    integrate(middle, {last});
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(a_chain_of_waits_that_ends_is_none_that_closes) { // §20
  chain b;
  team_world w{b.get()};
  BOOST_TEST(waits(w, b.first) == "");
  BOOST_TEST(waits(w, b.middle) == ""); // for `last`, who works
  w.done(b.last);
  wait_is_over(w, b.middle);
  w.done(b.middle);
  w.done(b.middle);
  wait_is_over(w, b.first);
  w.done(b.first);
  w.done(b.first);
  BOOST_TEST(w.exit_code() == 0);
}

namespace {

/// Agents that answer requests, each idle otherwise.
struct circle : team_builder {
  std::uint32_t starts = lane("starts");
  std::vector<std::uint32_t> servers;

  explicit circle(std::vector<std::string> names) {
    for (auto& name : names) {
      auto t = lane(name);
      servers.push_back(answers(t));
      (*this)[t].needs = {on_task(starts)};
    }
  }
};

void ask(team_world& w, std::uint32_t who, std::string whom) {
  engine::requests_arrive e;
  e.task = task_id{who};
  e.attempt = w.attempt(who);
  e.to = std::move(whom);
  e.texts = {"x"};
  BOOST_TEST(w.event(e) == "");
}

} // namespace

BOOST_AUTO_TEST_CASE(who_answers_cannot_wait_for_an_answer_of_its_own) { // §20
  circle b{{"a"}};
  team_world w{b.get()};
  ask(w, b.starts, "a");
  BOOST_TEST(w.runs(b.servers[0]));
  ask(w, b.servers[0], "a"); // taken up once this one is answered
  BOOST_TEST(waits(w, b.servers[0]) == deadlock);
  auto key = attempt_key{b.servers[0], 1};
  BOOST_TEST((w.refused_waits == std::vector{key}));
  BOOST_TEST(!w.get().task(b.servers[0]).waits); // it keeps its slot
}

BOOST_AUTO_TEST_CASE(a_wait_that_closes_a_circle_is_refused) { // §20
  circle b{{"a", "b", "c"}};
  team_world w{b.get()};
  ask(w, b.starts, "a");
  ask(w, b.servers[0], "b");
  ask(w, b.servers[1], "c");
  ask(w, b.servers[2], "a");
  BOOST_TEST(waits(w, b.starts) == "");
  BOOST_TEST(waits(w, b.servers[0]) == "");
  BOOST_TEST(waits(w, b.servers[1]) == "");
  BOOST_TEST(waits(w, b.servers[2]) == deadlock); // for who waits for it
  w.done(b.servers[2]);                           // so it answers without
  BOOST_TEST((w.get().requests()[2].state == succeeded));
}

BOOST_AUTO_TEST_CASE(a_wait_that_another_answer_can_end_is_none) { // §20
  circle b{{"a", "b"}};
  team_world w{b.get()};
  ask(w, b.starts, "a");
  ask(w, b.servers[0], "a"); // never while it waits …
  ask(w, b.servers[0], "b"); // … but this one comes
  BOOST_TEST(waits(w, b.servers[0]) == "");
}

BOOST_AUTO_TEST_CASE(a_wait_with_nothing_to_come_returns_at_once) { // §20
  waiting_team b;
  team_world w{b.get()};
  w.done(b.crud);
  BOOST_TEST(waits(w, b.page) == "");
}

BOOST_AUTO_TEST_CASE(a_stale_attempt_does_not_wait) { // rule 6
  waiting_team b;
  b[b.page].retries.max = 1;
  team_world w{b.get()};
  w.fails(b.page);
  w.event(engine::wait_begins{task_id{b.page}, 1});
  BOOST_REQUIRE(!w.rejects.empty());
  BOOST_TEST((w.rejects.back() == engine::reject_reason::stale_attempt));
  BOOST_TEST(!w.get().task(b.page).waits);
}

BOOST_AUTO_TEST_SUITE_END()
