// SPDX-License-Identifier: BSD-3-Clause
// What changes do to a plan, which help, and which do harm.
#include "runtime/simulation/study.hpp"

#include "runtime/simulation/occupancy.hpp"
#include "runtime/simulation/time_text.hpp"
#include "tests/runtime/simulation/setups.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using simulation::change;
using simulation::change_kind;
using simulation::time_text;

namespace {

bool go_on() {
  return false;
}

simulation::setup changed(const plan& p, change x) {
  auto result = setup_of(p);
  simulation::apply(x, result);
  return result;
}

std::string takes(const plan& p, change x) {
  return time_text(simulation::play(changed(p, x)).end);
}

/// The best advice of a plan.
simulation::advice advice_on(const plan& p) {
  auto played = simulation::play_whole(setup_of(p));
  return simulation::advise(*played, go_on).value();
}

/// The two that need each other: sam's page needs morgan's auth.
struct two_agents : plan_builder {
  agent_id sam = agent("sam");
  agent_id morgan = agent("morgan");
  std::uint32_t design = timed(*this, "design", morgan, 10min);
  std::uint32_t auth = timed(*this, "auth", morgan, 60min, {design});
  std::uint32_t page = timed(*this, "page", sam, 50min, {auth});

  void provide(bool defined_by_design) {
    contract c;
    c.name = "api";
    c.provider = task_id{auth};
    if (defined_by_design)
      c.defined_by = task_id{design};
    get().contracts = {c};
    (*this)[auth].provides = contract_id{0u};
  }
};

/// Graham's nine tasks on three slots: one slot more makes 12 hours 15.
plan anomaly() {
  plan_builder b;
  auto team = b.agent("team", 3);
  std::vector<std::uint32_t> t;
  for (int hours : {3, 2, 2, 2})
    t.push_back(timed(b, "t" + std::to_string(t.size() + 1), team,
                      std::chrono::hours(hours)));
  for (int i = 0; i < 4; ++i)
    t.push_back(timed(b, "t" + std::to_string(t.size() + 1), team, 4h, {t[3]}));
  timed(b, "t9", team, 9h, {t[0]});
  return b.get();
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_simulation_study)

// -- single changes -----------------------------------------------------------

BOOST_AUTO_TEST_CASE(slots_jobs_and_tokens_can_be_changed) {
  plan_builder b;
  auto ann = b.agent("ann");
  auto db = b.pool("db", 1);
  for (int i = 0; i < 4; ++i)
    b[timed(b, "t" + std::to_string(i), ann, 10min)].pools = {{db, 1}};
  const auto& p = b.get();
  BOOST_TEST(takes(p, {change_kind::agent_slots, 0, 2}) == "40m");
  b.get().agents[0].slots = 2;
  BOOST_TEST(takes(p, {change_kind::pool_tokens, 0, 2}) == "20m");
  b.get().pools[0].capacity = 4;
  BOOST_TEST(takes(p, {change_kind::agent_slots, 0, 4}) == "10m");
  BOOST_TEST(takes(p, {change_kind::jobs, 0, 1}) == "40m");
}

BOOST_AUTO_TEST_CASE(slots_of_the_implicit_agent_are_an_option) {
  plan_builder b;
  auto local = b.agent("local", 0);
  b.get().agents[0].implicit = true;
  for (int i = 0; i < 4; ++i)
    timed(b, "t" + std::to_string(i), local, 10min);
  auto x = changed(b.get(), {change_kind::agent_slots, 0, 2});
  BOOST_TEST(simulation::slots_of(x, 0) == 2u);
  BOOST_TEST(time_text(simulation::play(x).end) == "20m");
}

BOOST_AUTO_TEST_CASE(a_dropped_gate_is_open_and_nobody_reviews) {
  // §15, §16
  plan_builder b;
  auto ann = b.agent("ann");
  auto first = timed(b, "first", ann, 10min);
  auto then = timed(b, "then", b.agent("ben"), 10min);
  auto more = timed(b, "more", b.agent("cem"), 10min);
  auto gate = b.gate("ok", {first}, {then});
  b[more].needs = {on_gate(gate)};
  auto review = timed(b, "review/ok", ann, 5min);
  b[review].kind = task_kind::review;
  b[review].review_of = gate_id{gate};
  auto& approval = b.get().gates[gate].approval;
  approval.present = true;
  approval.agents = {ann};
  approval.reviews = {task_id{review}};
  BOOST_TEST(time_text(makespan(b.get())) == "25m");
  auto x = simulation::play_whole(
      changed(b.get(), {change_kind::drop_gate, gate, 0}));
  BOOST_TEST(time_text(x->how.end) == "10m");
  BOOST_TEST(x->how.complete);
  BOOST_TEST((x->model.task(review).state == task_state::left_out));
  BOOST_TEST((x->model.status() == run_status::succeeded));
}

BOOST_AUTO_TEST_CASE(a_need_that_comes_later_needs_the_contract_to_begin) {
  // §12
  two_agents b;
  BOOST_TEST(time_text(makespan(b.get())) == "2h");
  b.provide(true);
  change later{change_kind::need_as_later, b.page, b.auth};
  BOOST_TEST(takes(b.get(), later) == "1h10m"); // auth alone holds it up
  auto x = changed(b.get(), later);
  BOOST_REQUIRE(x.plan.tasks[b.page].needs.size() == 1u);
  BOOST_TEST(x.plan.tasks[b.page].needs[0].of.index == b.design);
  b[b.page].estimate = exactly(80min); // 10 for the contract, then 80
  BOOST_TEST(takes(b.get(), later) == "1h30m");
  b.provide(false); // agreed at load
  BOOST_TEST(takes(b.get(), later) == "1h20m");
}

BOOST_AUTO_TEST_CASE(plain_needs_take_both_phases_in_a_row) {
  two_agents b;
  b[b.page].needs.clear();
  b[b.page].needs_later = {on_task(b.auth)};
  b[b.page].integrate.present = true;
  b[b.page].integrate.estimate = exactly(15min);
  BOOST_TEST(time_text(makespan(b.get())) == "1h25m");
  BOOST_TEST(takes(b.get(), {change_kind::later_as_needs, 0, 0}) == "2h15m");
}

BOOST_AUTO_TEST_CASE(both_halves_of_a_split_task_hold_up_the_same) {
  plan_builder b;
  auto ann = b.agent("ann", 2);
  auto ben = b.agent("ben");
  auto before = timed(b, "before", ann, 10min);
  auto work = timed(b, "work", ann, 60min, {before});
  auto behind = timed(b, "behind", ben, 10min, {work});
  auto gate = b.gate("g", {work}, {behind});
  b.phase("phase", {work});
  auto x = changed(b.get(), {change_kind::split_task, work, 0});
  BOOST_TEST(time_text(simulation::play(x).end) == "50m"); // 10 + 30 + 10
  const auto& p = x.plan;
  BOOST_REQUIRE(p.tasks.size() == 4u);
  BOOST_TEST(p.tasks[3].needs.size() == 1u);
  BOOST_TEST(p.tasks[behind].needs.size() == 2u);
  BOOST_TEST(p.gates[gate].needs.size() == 2u);
  BOOST_TEST(p.phases[0].tasks.size() == 2u);
  // With one slot the halves go one after another.
  b.get().agents[0].slots = 1;
  BOOST_TEST(takes(b.get(), {change_kind::split_task, work, 0}) == "1h20m");
}

BOOST_AUTO_TEST_CASE(what_others_follow_each_time_is_not_split) {
  plan_builder b;
  auto ann = b.agent("ann");
  auto work = timed(b, "work", ann, 10min);
  auto tests = timed(b, "tests", ann, 10min);
  BOOST_TEST(simulation::can_split(b.get(), work));
  b[tests].kind = task_kind::after_each;
  b[tests].after_each = {task_id{work}};
  BOOST_TEST(!simulation::can_split(b.get(), work));
  BOOST_TEST(!simulation::can_split(b.get(), tests));
}

BOOST_AUTO_TEST_CASE(no_single_change_of_a_random_plan_breaks_it) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    dice d{seed};
    auto base = random_setup(d);
    const auto& p = base.plan;
    std::vector<change> all{{change_kind::plan_order, 0, 0},
                            {change_kind::jobs, 0, 1}};
    for (std::uint32_t i = 0; i < p.gates.size(); ++i)
      all.push_back({change_kind::drop_gate, i, 0});
    for (std::uint32_t i = 0; i < p.agents.size(); ++i)
      all.push_back({change_kind::agent_slots, i, 9});
    for (std::uint32_t i = 0; i < p.tasks.size(); ++i)
      if (simulation::can_split(p, i))
        all.push_back({change_kind::split_task, i, 0});
    for (std::uint32_t i = 0; i < p.tasks.size(); ++i)
      for (const auto& n : p.tasks[i].needs)
        if (n.of.kind == node_kind::task)
          all.push_back({change_kind::need_as_later, i, n.of.index});
    if (!simulation::later_could_close_a_circle(p))
      all.push_back({change_kind::later_as_needs, 0, 0});
    auto complete = simulation::play(base).complete;
    for (const auto& c : all) {
      auto x = base;
      simulation::apply(c, x);
      auto how = simulation::play(x);
      BOOST_TEST_CONTEXT("seed " << seed << ": " << to_text(c, p)) {
        if (complete)
          BOOST_TEST(how.complete);
      }
    }
  }
}

// -- comparison ---------------------------------------------------------------

BOOST_AUTO_TEST_CASE(changes_are_compared_alone_and_together) {
  two_agents b;
  std::vector<change> changes{{change_kind::agent_slots, b.sam.value, 2},
                              {change_kind::plan_order, 0, 0}};
  auto all = simulation::compare(setup_of(b.get()), changes, {}, go_on);
  BOOST_REQUIRE(all.has_value());
  BOOST_REQUIRE(all->size() == 4u);
  BOOST_TEST((*all)[0].text == "as it is");
  BOOST_TEST((*all)[1].text == "sam: 2 slots");
  BOOST_TEST((*all)[2].text == "in the order of the plan");
  BOOST_TEST((*all)[3].changes.size() == 2u);
  BOOST_TEST(!(*all)[3].many.has_value());
  auto one =
      simulation::compare(setup_of(b.get()), {changes[0]}, {5, 1}, go_on);
  BOOST_REQUIRE(one->size() == 2u);
  BOOST_TEST((*one)[1].many->makespans.size() == 5u);
}

BOOST_AUTO_TEST_CASE(drawn_times_have_percentiles) {
  plan_builder b;
  auto t = timed(b, "t", b.agent("ann"), 30min);
  b[t].estimate = {10min, 30min, 50min};
  auto x = simulation::play_many(setup_of(b.get()), 2000, 7, go_on).value();
  BOOST_TEST(x.makespans.size() == 2000u);
  BOOST_TEST(std::is_sorted(x.makespans.begin(), x.makespans.end()));
  // Of a symmetric triangle: half its width times sqrt(share / 2) from an end.
  auto near = [&](double share, duration expected) {
    return std::abs((x.percentile(share) - expected).count())
         < duration{1min}.count();
  };
  BOOST_TEST(near(0.5, 30min));
  BOOST_TEST(near(0.1, duration{10min} + 537s)); // 20 * sqrt(0.2) minutes
  BOOST_TEST(near(0.9, duration{50min} - 537s));
  BOOST_TEST((x.mean() > 29min && x.mean() < 31min));
  auto again = simulation::play_many(setup_of(b.get()), 2000, 7, go_on).value();
  BOOST_TEST((x.makespans == again.makespans));
  auto other = simulation::play_many(setup_of(b.get()), 2000, 8, go_on).value();
  BOOST_TEST((x.makespans != other.makespans));
}

BOOST_AUTO_TEST_CASE(percentiles_are_those_of_the_nearest_rank) {
  simulation::spread x{{1s, 2s, 3s, 4s, 5s, 6s, 7s, 8s, 9s, 10s}, 0};
  BOOST_TEST((x.percentile(0.1) == 1s));
  BOOST_TEST((x.percentile(0.5) == 5s));
  BOOST_TEST((x.percentile(0.9) == 9s));
  BOOST_TEST((x.percentile(0.99) == 10s));
  BOOST_TEST((x.mean() == 5500ms));
  BOOST_TEST((simulation::spread{{3s}, 0}.percentile(0.1) == 3s));
}

BOOST_AUTO_TEST_CASE(every_study_ends_when_it_is_asked_to) {
  two_agents b;
  auto stop = [n = 0]() mutable {
    return ++n > 2;
  };
  auto x = setup_of(b.get());
  BOOST_TEST(!simulation::play_many(x, 1000000, 1, stop).has_value());
  BOOST_TEST(!simulation::compare(x, {{change_kind::plan_order, 0, 0}},
                                  {1000000, 1}, stop)
                  .has_value());
  auto played = simulation::play_whole(x);
  BOOST_TEST(!simulation::advise(*played, [] {
                return true;
              }).has_value());
}

// -- advice -------------------------------------------------------------------

BOOST_AUTO_TEST_CASE(the_best_single_change_comes_first) {
  two_agents b;
  b.provide(true);
  auto x = advice_on(b.get());
  BOOST_REQUIRE(x.helps());
  BOOST_TEST(x.rows[0].text == "page needs auth later");
  BOOST_TEST(time_text(x.rows[0].gain) == "50m");
  BOOST_TEST(time_text(x.rows[0].makespan) == "1h10m");
  // The figures are what the change really does.
  BOOST_TEST(takes(b.get(), x.rows[0].what) == "1h10m");
}

BOOST_AUTO_TEST_CASE(a_second_slot_is_advised_where_an_agent_has_too_much) {
  plan_builder b;
  auto ann = b.agent("ann");
  for (int i = 0; i < 4; ++i)
    timed(b, "t" + std::to_string(i), ann, 30min);
  auto x = advice_on(b.get());
  BOOST_REQUIRE(x.helps());
  BOOST_TEST(x.rows[0].text == "ann: 2 slots");
  BOOST_TEST(time_text(x.rows[0].gain) == "1h");
}

BOOST_AUTO_TEST_CASE(without_a_contract_no_need_is_put_off) {
  two_agents b;
  auto x = advice_on(b.get());
  BOOST_TEST(!x.helps());
  BOOST_TEST(x.tried > 0u);
}

BOOST_AUTO_TEST_CASE(a_split_is_advised_where_slots_are_free) {
  plan_builder b;
  timed(b, "long", b.agent("ann", 2), 60min);
  auto x = advice_on(b.get());
  BOOST_REQUIRE(x.helps());
  BOOST_TEST(x.rows[0].text == "long split in two");
  BOOST_TEST(time_text(x.rows[0].gain) == "30m");
}

BOOST_AUTO_TEST_CASE(a_change_that_makes_it_longer_says_so) {
  auto s = setup_of(anomaly());
  s.options.plan_order = true; // the list of the textbook
  auto played = simulation::play_whole(s);
  BOOST_TEST(time_text(played->how.end) == "12h");
  auto x = simulation::advise(*played, go_on).value();
  auto slower = std::find_if(x.rows.begin(), x.rows.end(), [](const auto& r) {
    return r.text == "team: 4 slots";
  });
  BOOST_REQUIRE((slower != x.rows.end()));
  BOOST_TEST(time_text(slower->makespan) == "15h");
  BOOST_TEST(time_text(-slower->gain) == "3h");
  BOOST_TEST(!x.helps());
}

BOOST_AUTO_TEST_CASE(a_comparison_knows_an_anomaly_from_a_restriction) {
  auto s = setup_of(anomaly());
  s.options.plan_order = true;
  auto trials = simulation::compare(s,
                                    {{change_kind::agent_slots, 0, 4},
                                     {change_kind::agent_slots, 0, 2}},
                                    {}, go_on)
                    .value();
  BOOST_TEST(trials[1].is_anomaly(trials[0].how));
  BOOST_TEST(time_text(trials[1].how.end) == "15h");
  BOOST_TEST(!trials[2].is_anomaly(trials[0].how));
  BOOST_TEST(!trials[0].is_anomaly(trials[0].how));
}

BOOST_AUTO_TEST_CASE(of_many_agents_those_with_the_most_work_are_tried) {
  plan_builder b;
  for (std::uint32_t i = 0; i < simulation::candidates_max + 5; ++i)
    timed(b, "t" + std::to_string(i), b.agent("a" + std::to_string(i)),
          std::chrono::minutes(10 + i));
  auto x = advice_on(b.get());
  BOOST_TEST(x.left_out == 5u);
}

// -- occupancy ----------------------------------------------------------------

BOOST_AUTO_TEST_CASE(free_slots_are_blocked_while_there_is_work_ahead) {
  two_agents b;
  auto x = simulation::play_whole(setup_of(b.get()));
  auto all = simulation::occupancy_of(x->model);
  BOOST_TEST(time_text(all[0].busy) == "50m");
  BOOST_TEST(time_text(all[0].blocked) == "1h10m");
  BOOST_TEST(time_text(all[0].idle) == "0s");
  BOOST_TEST(time_text(all[1].busy) == "1h10m");
  BOOST_TEST(time_text(all[1].blocked) == "0s");
  BOOST_TEST(time_text(all[1].idle) == "50m");
}

BOOST_AUTO_TEST_CASE(work_in_a_slot_never_overlaps) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    dice d{seed};
    auto x = simulation::play_whole(random_setup(d));
    std::size_t shown = 0;
    for (const auto& row : simulation::slot_rows(x->model)) {
      duration free_at{0};
      for (auto i : row.stretch) {
        const auto& work = x->model.intervals()[i];
        BOOST_REQUIRE((work.started >= free_at));
        free_at = work.finished;
        ++shown;
      }
      BOOST_REQUIRE(row.slot < x->model.agent(row.agent.value).slots);
    }
    BOOST_TEST(shown == x->model.intervals().size());
  }
}

BOOST_AUTO_TEST_CASE(times_read_as_in_a_plan) {
  BOOST_TEST(time_text(0s) == "0s");
  BOOST_TEST(time_text(8h) == "8h");
  BOOST_TEST(time_text(4h + 45min) == "4h45m");
  BOOST_TEST(time_text(90s) == "1m30s");
  BOOST_TEST(time_text(1500ms) == "1.5s");
  BOOST_TEST(time_text(250ms) == "250ms");
  BOOST_TEST(time_text(59min + 59s + 900ms) == "1h");
  BOOST_TEST(time_text(59s + 999ms + 900us) == "1m");
  BOOST_TEST(time_text(49h) == "2d1h");
  BOOST_TEST(simulation::difference_text(0s) == "same");
  BOOST_TEST(simulation::difference_text(15min) == "+15m");
  BOOST_TEST(simulation::difference_text(-105min) == "-1h45m");
}

BOOST_AUTO_TEST_SUITE_END()
