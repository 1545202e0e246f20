// SPDX-License-Identifier: BSD-3-Clause
// The orchestrator and agents over a journal that makes facts durable when the
// test says so (semantics §30, §31), in virtual time.
#include "tests/support/actor_world.hpp"
#include "tests/support/plan_builder.hpp"

#include <nlohmann/json.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

world_options with_journal() {
  world_options result;
  result.has_journal = true;
  return result;
}

/// The run of a world is cut off; its journal is all that is left.
world_options resumed(const actor_world& w) {
  auto result = with_journal();
  result.before = w.journal.facts;
  result.elapsed = 1h;
  return result;
}

void get_stuck(actor_world& w, std::int32_t code = 6) {
  caf::anon_send(w.lead, journal_stuck{"the disk is full", code});
  w.settle();
}

} // namespace

BOOST_AUTO_TEST_SUITE(actors_durable_team)

BOOST_AUTO_TEST_CASE(a_task_starts_once_what_released_it_is_durable) { // §30
  plan_builder b;
  b.agent("a");
  auto one = b.task("one");
  b.task("two", {one});
  actor_world w{b.get(), with_journal()};
  w.begin();
  BOOST_TEST(!w.runs("one"));
  BOOST_TEST(w.seen.facts.empty()); // and nobody has heard of it
  w.make_durable();
  BOOST_TEST(w.runs("one"));
  w.exit("one", 0, "k=v\n");
  BOOST_TEST(!w.runs("two"));
  BOOST_TEST(w.count(fact_kind::handoff_accepted) == 0u);
  w.make_durable();
  BOOST_TEST(w.runs("two"));
  w.exit("two");
  BOOST_TEST(w.count(fact_kind::run_ended) == 0u);
  w.make_durable();
  BOOST_TEST((w.ended().status == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(a_slot_is_filled_again_without_the_disk) { // §30
  plan_builder b;
  b.agent("a");
  b.task("one");
  b.task("two");
  actor_world w{b.get(), with_journal()};
  w.begin();
  w.make_durable();
  BOOST_TEST(w.runs("one"));
  w.exit("one");
  BOOST_TEST(w.runs("two")); // that `one` has ended is not durable yet
}

BOOST_AUTO_TEST_CASE(finished_work_is_kept_and_the_rest_runs_again) { // §31
  plan_builder b;
  b.agent("a");
  b.agent("b");
  auto one = b.task("one");
  auto two = b.task("two");
  auto three = b.task("three", {one, two});
  b[two].agents = {agent_id{1}};
  b[three].retries.max = 0;
  world_options next;
  {
    actor_world w{b.get(), with_journal()};
    w.begin();
    w.make_durable();
    w.exit("one", 0, "k=v\n");
    w.make_durable();
    BOOST_TEST(w.runs("two"));
    next = resumed(w);
  }
  actor_world w{b.get(), std::move(next)};
  w.begin();
  w.make_durable();
  BOOST_TEST(!w.runs("one")); // rule 4
  BOOST_REQUIRE(w.runs("two"));
  BOOST_TEST(w.processes.started[0].name == "two.2");
  w.exit("two");
  w.make_durable();
  BOOST_REQUIRE(w.runs("three"));
  // What it needs was handed over anew, and accepted once (rule 3).
  auto input = nlohmann::json::parse(w.processes.running[0].order.input);
  BOOST_TEST(input["needs"]["one"]["outputs"]["k"] == "v");
  w.exit("three");
  w.make_durable();
  BOOST_TEST((w.ended().status == run_status::succeeded));
  auto accepted = std::count_if(
      w.journal.facts.begin(), w.journal.facts.end(), [&](const fact& f) {
        return f.kind == fact_kind::handoff_accepted && f.cause == one;
      });
  BOOST_TEST(accepted == 0); // it was, before
}

BOOST_AUTO_TEST_CASE(a_stuck_journal_holds_new_work_and_keeps_results) {
  // row 5: disk full
  plan_builder b;
  b.agent("a");
  b.agent("b");
  auto one = b.task("one");
  auto other = b.task("other");
  b.task("two", {one});
  b[other].agents = {agent_id{1}};
  actor_world w{b.get(), with_journal()};
  w.begin();
  w.make_durable();
  w.exit("one", 0, "k=v\n");
  get_stuck(w);
  w.advance(10min); // `other` runs: nobody gives up
  BOOST_TEST(!w.runs("two"));
  BOOST_TEST(w.count(fact_kind::run_ended) == 0u);
  w.make_durable(); // there is space again
  BOOST_REQUIRE(w.runs("two"));
  auto input = nlohmann::json::parse(w.processes.running.back().order.input);
  BOOST_TEST(input["needs"]["one"]["outputs"]["k"] == "v");
}

BOOST_AUTO_TEST_CASE(a_run_whose_journal_stays_stuck_ends_resumable) {
  // row 5: disk full
  plan_builder b;
  auto one = b.task("one");
  b.task("two", {one});
  actor_world w{b.get(), with_journal()};
  w.begin();
  w.make_durable();
  w.exit("one");
  get_stuck(w);
  w.advance(30s);
  BOOST_TEST(w.count(fact_kind::run_ended) == 0u);
  w.advance(40s); // nothing runs, nothing can
  BOOST_TEST((w.ended().status == run_status::stopped));
  BOOST_TEST(w.ended().exit_code == 6);
  w.advance(1h); // and that once
  BOOST_TEST(w.count(fact_kind::run_ended) == 1u);
}

BOOST_AUTO_TEST_CASE(nothing_starts_once_a_stuck_journal_is_given_up) {
  // row 5: disk full
  plan_builder b;
  b.agent("a");
  auto one = b.task("one");
  b.task("two", {one});
  actor_world w{b.get(), with_journal()};
  w.begin();
  w.make_durable();
  w.exit("one", 0, "k=v\n");
  get_stuck(w);
  w.advance(70s);
  BOOST_TEST((w.ended().status == run_status::stopped));
  w.make_durable(); // the disk is there again: too late
  BOOST_TEST(!w.runs("two"));
  auto said = w.ask(control_kind::cancel, "two");
  BOOST_TEST(!said.ok);
  BOOST_TEST(said.ended);
  BOOST_TEST(said.text == "the run has ended");
  get_stuck(w);
  w.advance(1h);
  BOOST_TEST(w.count(fact_kind::run_ended) == 1u);
}

BOOST_AUTO_TEST_CASE(what_ended_while_the_journal_was_stuck_is_told) {
  // row 5: disk full, and all that ran has ended: a minute all the same
  plan_builder b;
  b.agent("a", 2);
  b.task("one");
  b.task("two");
  actor_world w{b.get(), with_journal()};
  w.begin();
  w.make_durable();
  get_stuck(w);
  w.exit("one", 0, "k=v\n");
  w.exit("two", 1);
  w.advance(50s);
  BOOST_TEST(w.count(fact_kind::attempt_finished) == 0u);
  w.advance(20s);
  BOOST_TEST(w.count(fact_kind::attempt_finished) == 2u);
  BOOST_TEST(w.count(fact_kind::run_ended) == 1u);
  BOOST_TEST(w.seen.facts.size() > 0u);
  BOOST_TEST((w.ended().status == run_status::stopped));
  BOOST_TEST(w.ended().exit_code == 6);
  BOOST_REQUIRE(w.ended().extra);
  BOOST_TEST(w.ended().extra->text.find("one, two") != std::string::npos,
             w.ended().extra->text);
}

BOOST_AUTO_TEST_CASE(results_wait_for_the_disk_after_the_last_task) {
  // row 5: disk full
  plan_builder b;
  b.task("one");
  actor_world w{b.get(), with_journal()};
  w.begin();
  w.make_durable();
  get_stuck(w);
  w.exit("one", 0, "k=v\n");
  w.advance(30s);
  w.make_durable(); // there is space again
  BOOST_TEST((w.ended().status == run_status::succeeded));
  BOOST_TEST(w.ended().exit_code == 0);
}

BOOST_AUTO_TEST_CASE(who_stops_a_run_does_not_wait_for_its_disk) {
  // row 5: disk full
  plan_builder b;
  b.task("one");
  actor_world w{b.get(), with_journal()};
  w.begin();
  w.make_durable();
  get_stuck(w);
  w.exit("one");
  caf::anon_send(w.lead, stop_run{143, false});
  w.advance(10s);
  BOOST_TEST((w.ended().status == run_status::stopped));
}

BOOST_AUTO_TEST_CASE(a_journal_that_flaps_is_looked_at_once_in_a_while) {
  plan_builder b;
  b.task("one");
  actor_world w{b.get(), with_journal()};
  w.begin();
  w.make_durable();
  get_stuck(w);
  auto timers = w.timers();
  for (int i = 0; i < 5; ++i) {
    w.make_durable();
    get_stuck(w);
  }
  BOOST_TEST(w.timers() == timers);
}

BOOST_AUTO_TEST_CASE(the_end_of_the_run_is_its_last_fact) { // §27
  plan_builder b;
  b.agent("a");
  auto one = b.task("one");
  b.task("two", {one});
  actor_world w{b.get(), with_journal()};
  w.begin();
  w.make_durable();
  caf::anon_send(w.lead, stop_run{143, false});
  w.settle();
  w.exit("one", 0, "k=v\n"); // its end hands on, and ends the run
  w.make_durable();
  BOOST_TEST(w.ended().exit_code == 143);
  BOOST_TEST(w.count(fact_kind::handoff_sent) == 1u);
  BOOST_TEST((w.journal.facts.back().kind == fact_kind::run_ended));
  BOOST_TEST((w.seen.facts.back().kind == fact_kind::run_ended));
}

namespace {

/// The run's clock, and the actors', that runs on while the program is stopped.
struct two_clocks {
  caf::actor_clock::time_point now;

  [[nodiscard]] world_options options() {
    world_options result;
    result.clock = [this] {
      return now;
    };
    return result;
  }
  void advance(actor_world& w, duration span) {
    now += span;
    w.advance(span);
  }
};

} // namespace

BOOST_AUTO_TEST_CASE(time_stands_still_with_the_program) { // §26: SIGTSTP
  plan_builder b;
  auto one = b.task("one");
  b[one].timeout = 1min;
  two_clocks time;
  actor_world w{b.get(), time.options()};
  w.begin();
  time.advance(w, 50s);
  w.advance(50s); // stopped; its timer comes before anybody says so
  BOOST_TEST(w.processes.told_to_end.empty());
  time.advance(w, 9s);
  BOOST_TEST(w.processes.told_to_end.empty());
  time.advance(w, 1s); // its minute is over
  BOOST_TEST(w.processes.told_to_end.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_result_from_while_the_program_was_stopped_counts) {
  // §26: SIGTSTP
  plan_builder b;
  auto one = b.task("one");
  b[one].timeout = 1min;
  two_clocks time;
  actor_world w{b.get(), time.options()};
  w.begin();
  time.advance(w, 20s);
  w.advance(10min); // stopped
  w.exit("one");
  BOOST_TEST((w.ended().status == run_status::succeeded));
  BOOST_TEST(w.count(fact_kind::result_late) == 0u);
  BOOST_TEST((w.ended().at == 20s)); // and took no longer
}

BOOST_AUTO_TEST_CASE(a_retry_waits_its_whole_time) { // §26: SIGTSTP
  plan_builder b;
  auto one = b.task("one");
  b[one].retries.max = 1;
  b[one].retries.wait = 1min;
  two_clocks time;
  actor_world w{b.get(), time.options()};
  w.begin();
  w.exit("one", 1);
  w.advance(10min); // stopped
  BOOST_TEST(!w.runs("one"));
  time.advance(w, 2min);
  BOOST_TEST(w.runs("one"));
}

BOOST_AUTO_TEST_CASE(a_deadline_is_an_instant_of_the_wall_clock) {
  // §24, row 20: clock jumps
  plan_builder b;
  auto one = b.task("one");
  b[one].deadline = 1h;
  std::int64_t wall = 1'000'000'000;
  world_options how;
  how.wall_clock = [&wall] {
    return wall;
  };
  actor_world w{b.get(), std::move(how)};
  w.begin();
  w.advance(2min);
  BOOST_TEST(w.processes.told_to_end.empty());
  wall += std::chrono::nanoseconds{2h}.count(); // the machine slept
  w.advance(1min);
  BOOST_TEST(w.processes.told_to_end.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
