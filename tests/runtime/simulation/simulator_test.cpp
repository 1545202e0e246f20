// SPDX-License-Identifier: BSD-3-Clause
// Plans in virtual time, each with the makespan that one works out by hand.
#include "runtime/simulation/simulator.hpp"

#include "tests/runtime/simulation/setups.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

std::int64_t minutes(duration x) {
  return std::chrono::duration_cast<std::chrono::minutes>(x).count();
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_simulation_simulator)

BOOST_AUTO_TEST_CASE(a_slot_takes_one_task_after_another_best_rank_first) {
  // §4
  plan_builder b;
  auto ann = b.agent("ann");
  auto ben = b.agent("ben");
  timed(b, "short", ann, 10min);
  auto base = timed(b, "base", ann, 20min);
  timed(b, "rest", ben, 30min, {base});
  BOOST_TEST(minutes(makespan(b.get())) == 50);
  auto fifo = setup_of(b.get());
  fifo.options.plan_order = true;
  BOOST_TEST(minutes(simulation::play(fifo).end) == 60);
}

BOOST_AUTO_TEST_CASE(slots_pools_and_jobs_hold_work_back) {
  // §1
  plan_builder b;
  auto ann = b.agent("ann", 2);
  auto db = b.pool("db", 1);
  for (int i = 0; i < 4; ++i)
    timed(b, "t" + std::to_string(i), ann, 10min);
  BOOST_TEST(minutes(makespan(b.get())) == 20);
  auto one = setup_of(b.get());
  one.options.jobs = 1;
  BOOST_TEST(minutes(simulation::play(one).end) == 40);
  for (std::uint32_t i = 0; i < 4; ++i)
    b[i].pools = {{db, 1}};
  BOOST_TEST(minutes(makespan(b.get())) == 40);
}

BOOST_AUTO_TEST_CASE(any_of_several_agents_takes_the_next_task) {
  // §1
  plan_builder b;
  auto ann = b.agent("ann");
  auto ben = b.agent("ben");
  for (int i = 0; i < 4; ++i)
    b[timed(b, "t" + std::to_string(i), ann, 10min)].agents = {ann, ben};
  BOOST_TEST(minutes(makespan(b.get())) == 20);
}

BOOST_AUTO_TEST_CASE(what_is_needed_later_only_delays_the_end) {
  // §2, §10
  plan_builder b;
  auto ann = b.agent("ann");
  auto ben = b.agent("ben");
  auto auth = timed(b, "auth", ann, 60min);
  auto page = timed(b, "page", ben, 40min);
  b[page].needs_later = {on_task(auth)};
  b[page].integrate.present = true;
  b[page].integrate.estimate = exactly(5min);
  BOOST_TEST(minutes(makespan(b.get())) == 65);
}

BOOST_AUTO_TEST_CASE(after_each_runs_for_each_result_and_batches) {
  // §13
  plan_builder b;
  auto ann = b.agent("ann", 3);
  auto ben = b.agent("ben");
  for (int i = 0; i < 3; ++i)
    timed(b, "t" + std::to_string(i), ann, 10min);
  auto tests = timed(b, "tests", ben, 5min);
  b[tests].kind = task_kind::after_each;
  b[tests].after_each = {task_id{0u}, task_id{1u}, task_id{2u}};
  BOOST_TEST(minutes(makespan(b.get())) == 25);
  b[tests].batch.max = 0;
  // The first is taken alone, the others meanwhile wait together.
  BOOST_TEST(minutes(makespan(b.get())) == 20);
}

BOOST_AUTO_TEST_CASE(people_take_their_time_and_approve) {
  // §16
  plan_builder b;
  auto ann = b.agent("ann");
  auto first = timed(b, "first", ann, 10min);
  auto then = timed(b, "then", ann, 10min);
  auto gate = b.gate("ok", {first}, {then});
  b.get().gates[gate].approval.present = true;
  b.get().gates[gate].approval.human = true;
  simulation::script_options options;
  options.people = {20min};
  auto played = simulation::play_whole(setup_of(b.get(), options));
  BOOST_TEST(minutes(played->how.end) == 40);
  BOOST_TEST(played->how.complete);
  BOOST_TEST(minutes(played->any_team()) == 40);
  BOOST_TEST(minutes(played->report.people) == 20);
}

BOOST_AUTO_TEST_CASE(an_agent_called_as_the_person_does_not_stop_approvals) {
  plan_builder b;
  auto first = timed(b, "first", b.agent("person"), 10min);
  auto gate = b.gate("ok", {first}, {});
  b.get().gates[gate].approval.present = true;
  b.get().gates[gate].approval.human = true;
  BOOST_TEST(simulation::play(setup_of(b.get())).complete);
}

BOOST_AUTO_TEST_CASE(reviewing_agents_approve_in_their_estimate) {
  // §16
  plan_builder b;
  auto ann = b.agent("ann");
  auto first = timed(b, "first", ann, 10min);
  auto then = timed(b, "then", ann, 10min);
  auto gate = b.gate("ok", {first}, {then});
  auto review = timed(b, "review/ok", b.agent("ben"), 7min);
  b[review].kind = task_kind::review;
  b[review].review_of = gate_id{gate};
  auto& approval = b.get().gates[gate].approval;
  approval.present = true;
  approval.agents = {agent_id{1u}};
  approval.reviews = {task_id{review}};
  BOOST_TEST(minutes(makespan(b.get())) == 27);
}

BOOST_AUTO_TEST_CASE(services_are_ready_at_once) {
  // §23
  plan_builder b;
  b.get().services.emplace_back().name = "db";
  auto t = timed(b, "t", b.agent("ann"), 10min);
  b[t].needs.push_back({{node_kind::service, 0}, need_condition::succeeded});
  BOOST_TEST(minutes(makespan(b.get())) == 10);
}

BOOST_AUTO_TEST_CASE(the_script_says_how_all_else_ends) {
  plan_builder b;
  auto ann = b.agent("ann");
  auto first = timed(b, "first", ann, 10min);
  timed(b, "then", ann, 10min, {first});
  auto x = setup_of(b.get());
  x.script.fails = {true, false};
  auto played = simulation::play_whole(std::move(x));
  BOOST_TEST(minutes(played->how.end) == 10);
  BOOST_TEST((played->model.task(first).state == task_state::failed));
  BOOST_TEST((played->model.task(1).state == task_state::skipped));
}

BOOST_AUTO_TEST_CASE(a_play_that_waits_for_what_never_comes_is_incomplete) {
  plan_builder b;
  auto first = timed(b, "first", b.agent("ann"), 10min);
  auto gate = b.gate("ok", {first}, {});
  auto& approval = b.get().gates[gate].approval;
  approval.present = true;
  approval.human = true;
  approval.min = 2; // the loader refuses it
  auto how = simulation::play(setup_of(b.get()));
  BOOST_TEST(!how.complete);
  BOOST_TEST(minutes(how.end) == 11);
}

BOOST_AUTO_TEST_CASE(times_are_drawn_between_min_and_max) {
  estimate x{10min, 20min, 60min};
  BOOST_TEST((simulation::triangular(x, 0) == 10min));
  BOOST_TEST((simulation::triangular(x, 0.2) == 20min)); // (20-10)/(60-10)
  duration before{0};
  duration sum{0};
  for (int i = 0; i < 1000; ++i) {
    auto t = simulation::triangular(x, i / 1000.0);
    BOOST_REQUIRE((t >= x.min && t <= x.max && t >= before));
    before = t;
    sum += t;
  }
  // The mean is (10 + 20 + 60) / 3.
  BOOST_TEST(std::abs((sum / 1000 - duration{30min}).count())
             < duration{6s}.count());
  BOOST_TEST((simulation::triangular(exactly(5min), 0.7) == 5min));
}

BOOST_AUTO_TEST_CASE(draws_depend_on_seed_task_and_attempt_alone) {
  BOOST_TEST(simulation::drawn(1, 2, 3) == simulation::drawn(1, 2, 3));
  BOOST_TEST(simulation::drawn(1, 2, 3) != simulation::drawn(2, 2, 3));
  BOOST_TEST(simulation::drawn(1, 2, 3) != simulation::drawn(1, 3, 3));
  BOOST_TEST(simulation::drawn(1, 2, 3) != simulation::drawn(1, 2, 4));
  double sum = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    auto u = simulation::drawn(7, i, 1);
    BOOST_REQUIRE((u >= 0 && u < 1));
    sum += u;
  }
  BOOST_TEST(std::abs(sum / 10000 - 0.5) < 0.02);
}

BOOST_AUTO_TEST_CASE(each_attempt_of_an_after_each_task_draws_its_own_time) {
  plan_builder b;
  auto ann = b.agent("ann", 2);
  auto ben = b.agent("ben");
  timed(b, "x", ann, 10min);
  timed(b, "y", ann, 10min);
  auto tests = timed(b, "tests", ben, 5min);
  b[tests].kind = task_kind::after_each;
  b[tests].after_each = {task_id{0u}, task_id{1u}};
  b[tests].estimate = {1min, 5min, 9min};
  auto x = setup_of(b.get());
  x.script.seed = 5;
  auto played = simulation::play_whole(std::move(x));
  std::vector<duration> runs;
  for (const auto& i : played->model.intervals())
    if (i.task.value == tests)
      runs.push_back(i.finished - i.started);
  BOOST_REQUIRE(runs.size() == 2u);
  BOOST_TEST((runs[0] != runs[1]));
}

BOOST_AUTO_TEST_SUITE_END()
