// SPDX-License-Identifier: BSD-3-Clause
// A run that writes its journal behind itself (`--durability off`; semantics
// §30): what waits for the disk all the same, and what does not.
#include "actors/orchestrator/held_sends.hpp"
#include "tests/support/actor_world.hpp"
#include "tests/support/plan_builder.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

world_options behind() {
  world_options result;
  result.has_journal = true;
  result.writes_behind = true;
  return result;
}

void get_stuck(actor_world& w) {
  caf::anon_send(w.lead, journal_stuck{"the disk is full", 6});
  w.settle();
}

/// What the last process was handed by `one`.
std::string handed_by_one(const actor_world& w) {
  auto input = nlohmann::json::parse(w.processes.running.back().order.input);
  return input["needs"]["one"]["outputs"]["k"];
}

/// `one`, and `two` that needs it.
struct chain {
  plan_builder b;
  agent_id a = b.agent("a");
  std::uint32_t one = b.task("one");
  std::uint32_t two = b.task("two", {one});
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(actors_behind_team, chain)

BOOST_AUTO_TEST_CASE(orders_leave_before_facts_are_written) {
  actor_world w{b.get(), behind()};
  w.begin();
  BOOST_TEST(w.runs("one"));
  BOOST_TEST(w.count(fact_kind::run_started) == 1u); // and viewers hear of it
  w.exit("one", 0, "k=v\n");
  BOOST_REQUIRE(w.runs("two"));
  BOOST_TEST(handed_by_one(w) == "v");
  BOOST_TEST(w.count(fact_kind::handoff_accepted) == 1u);
  BOOST_TEST((w.journal.facts.back().kind != fact_kind::run_ended));
}

BOOST_AUTO_TEST_CASE(the_end_is_told_once_it_is_written) {
  actor_world w{b.get(), behind()};
  w.begin();
  w.exit("one");
  w.exit("two");
  BOOST_TEST((w.journal.facts.back().kind == fact_kind::run_ended));
  w.make_durable(w.journal.last - 1);
  BOOST_TEST(w.count(fact_kind::attempt_finished) == 2u);
  BOOST_TEST(w.count(fact_kind::run_ended) == 0u);
  w.make_durable();
  BOOST_TEST((w.ended().status == run_status::succeeded));
  BOOST_TEST((w.seen.facts.back().kind == fact_kind::run_ended));
}

BOOST_AUTO_TEST_CASE(who_asks_for_something_is_answered_at_once) {
  actor_world w{b.get(), behind()};
  w.begin();
  auto said = w.ask(control_kind::cancel, "two");
  BOOST_TEST(said.ok);
  BOOST_TEST(!said.text.empty());
}

// Whoever goes on with the run knows that it was given out (§33).
BOOST_AUTO_TEST_CASE(exclusive_work_waits_until_that_is_written) {
  b[two].exclusive = true;
  auto other = b.task("other", {one});
  b[other].agents = {b.agent("b")};
  actor_world w{b.get(), behind()};
  w.begin();
  w.exit("one", 0, "k=v\n");
  BOOST_TEST(w.runs("other")); // who is beside it does not wait
  BOOST_TEST(!w.runs("two"));
  auto given_out = std::any_of(
      w.journal.facts.begin(), w.journal.facts.end(), [this](const fact& f) {
        return f.kind == fact_kind::task_assigned && f.subject == two;
      });
  BOOST_TEST(given_out);
  w.make_durable();
  BOOST_REQUIRE(w.runs("two"));
  BOOST_TEST(handed_by_one(w) == "v"); // which came before it
}

// What is said about it meanwhile stays behind it, so that it is not lost.
BOOST_AUTO_TEST_CASE(a_cancel_does_not_overtake_exclusive_work) { // §26
  b[two].exclusive = true;
  actor_world w{b.get(), behind()};
  w.begin();
  w.exit("one");
  (void)w.ask(control_kind::cancel, "two");
  BOOST_TEST(w.processes.told_to_end.empty());
  w.make_durable();
  BOOST_TEST(w.processes.told_to_end.size() == 1u);
  w.exit("two", 143);
  w.make_durable();
  BOOST_TEST((w.ended().status == run_status::failed));
}

/// Each of so many tasks hands on to each of so many others: two facts a
/// handoff.
BOOST_AUTO_TEST_CASE(what_is_far_behind_is_waited_for) {
  constexpr std::uint32_t width = 720;
  static_assert(2 * width * (width - 1) > held_sends::behind_max);
  plan_builder wide;
  wide.agent("a");
  wide.agent("b", 2);
  std::vector<std::uint32_t> makers;
  for (std::uint32_t i = 0; i < width; ++i)
    makers.push_back(wide.task("make-" + std::to_string(i)));
  for (std::uint32_t i = 0; i < width; ++i)
    wide[wide.task("take-" + std::to_string(i), makers)].agents = {agent_id{1}};
  actor_world w{wide.get(), behind()};
  w.begin();
  for (std::uint32_t i = 0; i < width && !w.processes.running.empty(); ++i)
    w.exit(w.processes.running.front().order.name.substr(
        0, w.processes.running.front().order.name.rfind('.')));
  BOOST_TEST(w.journal.last > held_sends::behind_max);
  BOOST_TEST(w.processes.running.empty());
  w.make_durable();
  BOOST_TEST(!w.processes.running.empty());
}

BOOST_AUTO_TEST_CASE(a_stuck_journal_holds_new_work_and_keeps_results) {
  // row 5: disk full
  auto other = b.task("other");
  b[other].agents = {b.agent("b")};
  actor_world w{b.get(), behind()};
  w.begin();
  get_stuck(w);
  w.exit("one", 0, "k=v\n");
  w.advance(10min); // `other` runs: nobody gives up
  BOOST_TEST(!w.runs("two"));
  BOOST_TEST(w.count(fact_kind::run_ended) == 0u);
  BOOST_TEST(w.count(fact_kind::attempt_finished) == 0u);
  w.make_durable(); // there is space again
  BOOST_REQUIRE(w.runs("two"));
  BOOST_TEST(handed_by_one(w) == "v");
  BOOST_TEST(w.count(fact_kind::attempt_finished) == 1u);
}

BOOST_AUTO_TEST_CASE(once_there_is_space_again_nothing_waits) {
  actor_world w{b.get(), behind()};
  w.begin();
  get_stuck(w);
  w.make_durable();
  w.exit("one");
  BOOST_TEST(w.runs("two"));
}

BOOST_AUTO_TEST_CASE(a_run_whose_journal_stays_stuck_ends_resumable) {
  // row 5: disk full
  actor_world w{b.get(), behind()};
  w.begin();
  get_stuck(w);
  w.exit("one");
  w.advance(30s);
  BOOST_TEST(w.count(fact_kind::run_ended) == 0u);
  w.advance(40s); // nothing runs, nothing can
  BOOST_TEST((w.ended().status == run_status::stopped));
  BOOST_TEST(w.ended().exit_code == 6);
  BOOST_TEST(w.count(fact_kind::attempt_finished) == 1u);
  BOOST_REQUIRE(w.ended().extra);
  BOOST_TEST(w.ended().extra->text.find("one") != std::string::npos,
             w.ended().extra->text);
  w.make_durable(); // too late
  BOOST_TEST(!w.runs("two"));
  w.advance(1h);
  BOOST_TEST(w.count(fact_kind::run_ended) == 1u);
}

BOOST_AUTO_TEST_CASE(an_end_that_cannot_be_written_is_given_up) {
  // row 5: disk full, and nobody knows it before the end
  actor_world w{b.get(), behind()};
  w.begin();
  w.exit("one");
  w.exit("two");
  get_stuck(w);
  w.advance(70s);
  BOOST_TEST((w.ended().status == run_status::stopped));
  BOOST_TEST(w.ended().exit_code == 6);
  BOOST_TEST(w.count(fact_kind::run_ended) == 1u);
}

/// What a killed run has written is a beginning of what happened: with each
/// the next one comes to the same end.
BOOST_AUTO_TEST_CASE(every_beginning_can_be_gone_on_with) { // §31
  b[two].exclusive = true;
  b[two].retries.max = 0;
  auto three = b.task("three", {two});
  b[three].needs_later = {on_task(one)};
  b[three].integrate.present = true;
  auto finish = [](actor_world& w) {
    for (int steps = 0; w.count(fact_kind::run_ended) == 0 && steps < 20;
         ++steps) {
      w.make_durable();
      if (w.processes.running.empty())
        continue;
      auto name = w.processes.running.front().order.name;
      w.exit(name.substr(0, name.rfind('.')), 0, "k=v\n");
    }
    return w.ended().status;
  };
  std::vector<fact> all;
  {
    actor_world w{b.get(), behind()};
    w.begin();
    BOOST_TEST((finish(w) == run_status::succeeded));
    all = w.journal.facts;
  }
  for (std::size_t n = 0; n + 1 < all.size(); ++n) {
    auto how = behind();
    how.before.assign(all.begin(),
                      all.begin() + static_cast<std::ptrdiff_t>(n));
    actor_world w{b.get(), std::move(how)};
    w.begin();
    BOOST_TEST((finish(w) == run_status::succeeded), "after fact " << n);
  }
}

BOOST_AUTO_TEST_SUITE_END()
