// SPDX-License-Identifier: BSD-3-Clause
// Where the times of a simulation come from.
#include "runtime/simulation/estimates.hpp"

#include "tests/runtime/simulation/setups.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using simulation::history_use;
using simulation::time_source;

namespace {

/// The facts of a run of which each attempt took so long.
std::vector<fact> facts_of(const plan& p, simulation::script s) {
  std::vector<fact> result;
  simulation::simulator x{engine::compile(p, {}), s};
  static_cast<void>(x.play([&](const fact& f) {
    result.push_back(f);
  }));
  return result;
}

struct two_tasks : plan_builder {
  agent_id ann = agent("ann");
  std::uint32_t known = timed(*this, "known", ann, 10min);
  std::uint32_t open = task("open");
  simulation::measured_times history;

  two_tasks() {
    (*this)[open].needs_later = {on_task(known)};
    (*this)[open].integrate.present = true;
    get().agents[0].slots = 2;
  }
  /// Three runs in which all took 20, 30 and 70 minutes, and integrating 5.
  void remember() {
    for (auto time : {20min, 30min, 70min}) {
      simulation::script s;
      s.work.assign(2, {exactly(time), exactly(5min)});
      history.add(get(), facts_of(get(), s));
    }
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_simulation_estimates)

BOOST_AUTO_TEST_CASE(the_plan_goes_first_then_earlier_runs_then_a_minute) {
  two_tasks b;
  const auto& p = b.get();
  auto x = simulation::make_script(p, b.history, {});
  BOOST_TEST((x.run[b.known] == time_source::plan));
  BOOST_TEST((x.run[b.open] == time_source::guess));
  BOOST_TEST((x.script.work[b.open].run.mode == 1min));
  BOOST_TEST(x.count(p, time_source::plan) == 1u);
  BOOST_TEST(x.count(p, time_source::guess) == 2u); // run and integrate
  b.remember();
  BOOST_TEST(b.history.runs() == 3u);
  x = simulation::make_script(p, b.history, {});
  BOOST_TEST((x.script.work[b.known].run.mode == 10min));
  BOOST_TEST((x.script.work[b.open].run == exactly(30min)));
  BOOST_TEST((x.script.work[b.open].integrate == exactly(5min)));
  BOOST_TEST(x.count(p, time_source::history) == 2u);
  BOOST_TEST(x.count(p, time_source::guess) == 0u);
}

BOOST_AUTO_TEST_CASE(earlier_runs_count_always_or_never_where_one_says_so) {
  two_tasks b;
  b.remember();
  auto always = simulation::make_script(b.get(), b.history,
                                        {history_use::always, {}, {}});
  BOOST_TEST((always.script.work[b.known].run.mode == 30min));
  auto never =
      simulation::make_script(b.get(), b.history, {history_use::never, {}, {}});
  BOOST_TEST((never.script.work[b.open].run.mode == 1min));
}

BOOST_AUTO_TEST_CASE(failed_attempts_and_waits_inside_are_no_measure) {
  plan_builder b;
  b.task("t");
  auto made = [](fact_kind kind, std::uint32_t attempt, duration at,
                 attempt_end end = attempt_end::success) {
    fact f;
    f.kind = kind;
    f.subject = 0;
    f.attempt = attempt;
    f.end = end;
    f.at = at;
    return f;
  };
  simulation::measured_times x;
  x.add(b.get(),
        {made(fact_kind::attempt_started, 1, 0min),
         made(fact_kind::attempt_finished, 1, 50min, attempt_end::failure),
         made(fact_kind::attempt_started, 2, 60min),
         made(fact_kind::attempt_waits, 2, 63min),
         made(fact_kind::attempt_goes_on, 2, 90min),
         made(fact_kind::attempt_finished, 2, 94min)});
  BOOST_TEST((x.run("t") == duration{7min}));
  BOOST_TEST(!x.integrate("t").has_value());
  BOOST_TEST(!x.run("other").has_value());
}

BOOST_AUTO_TEST_CASE(of_an_even_number_of_runs_the_middle_two_count) {
  two_tasks b;
  for (auto time : {10min, 20min}) {
    simulation::script s;
    s.work.assign(2, {exactly(time), exactly(5min)});
    b.history.add(b.get(), facts_of(b.get(), s));
  }
  BOOST_TEST((b.history.run("open") == duration{15min}));
}

BOOST_AUTO_TEST_CASE(people_take_what_is_said_or_what_they_took) {
  plan_builder b;
  auto t = timed(b, "t", b.agent("ann"), 10min);
  auto gate = b.gate("ok", {t}, {});
  b.get().gates[gate].approval.present = true;
  b.get().gates[gate].approval.human = true;
  simulation::measured_times history;
  auto x = simulation::make_script(b.get(), history, {});
  BOOST_TEST((x.people[gate] == time_source::guess));
  simulation::script s;
  s.work.assign(1, {exactly(10min), {}});
  s.people.assign(1, exactly(25min));
  history.add(b.get(), facts_of(b.get(), s));
  x = simulation::make_script(b.get(), history, {});
  BOOST_TEST((x.people[gate] == time_source::history));
  BOOST_TEST((x.script.people[gate] == exactly(25min)));
  simulation::script_options said;
  said.people = {duration{5min}};
  x = simulation::make_script(b.get(), history, said);
  BOOST_TEST((x.people[gate] == time_source::plan));
  BOOST_TEST((x.script.people[gate] == exactly(5min)));
}

BOOST_AUTO_TEST_CASE(people_take_as_long_as_the_approvals_estimate) {
  plan_builder b;
  auto t = timed(b, "t", b.agent("ann"), 10min);
  auto review = timed(b, "review/ok", b.agent("ben"), 20min);
  auto gate = b.gate("ok", {t}, {});
  b[review].kind = task_kind::review;
  b[review].review_of = gate_id{gate};
  b.get().gates[gate].approval.present = true;
  b.get().gates[gate].approval.human = true;
  b.get().gates[gate].approval.reviews = {task_id{review}};
  auto x = simulation::make_script(b.get(), {}, {});
  BOOST_TEST((x.people[gate] == time_source::plan));
  BOOST_TEST((x.script.people[gate] == exactly(20min)));
}

BOOST_AUTO_TEST_CASE(an_output_that_nobody_says_is_false) {
  // §7
  plan_builder b;
  auto ann = b.agent("ann");
  auto prd = timed(b, "prd", ann, 10min);
  auto stripe = timed(b, "stripe", ann, 10min, {prd});
  b[stripe].condition = output_is_true(prd, "stripe");
  auto x = simulation::play_whole(setup_of(b.get()));
  BOOST_TEST((x->model.task(stripe).state == task_state::left_out));
  simulation::script_options said;
  said.outputs = {{task_id{prd}, {"stripe", make_text("true")}}};
  x = simulation::play_whole(setup_of(b.get(), said));
  BOOST_TEST((x->model.task(stripe).state == task_state::succeeded));
}

BOOST_AUTO_TEST_CASE(who_provides_a_contract_hands_on_its_mock) {
  // §12
  plan_builder b;
  auto ann = b.agent("ann");
  auto api = timed(b, "api", ann, 10min);
  auto more = timed(b, "more", ann, 10min, {api});
  contract c;
  c.name = "users";
  c.provider = task_id{api};
  c.mock = R"({"paged": true})";
  b.get().contracts = {c};
  b[api].provides = contract_id{0u};
  b[more].condition = output_is_true(api, "paged");
  auto x = simulation::play_whole(setup_of(b.get()));
  BOOST_TEST((x->model.task(more).state == task_state::succeeded));
}

BOOST_AUTO_TEST_SUITE_END()
