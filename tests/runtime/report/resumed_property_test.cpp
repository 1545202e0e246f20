// SPDX-License-Identifier: BSD-3-Clause
// Random runs whose program is gone every now and then (semantics §31): what
// the model says of them is what their facts say, and how long nobody was there
// changes no figure of the work.
#include "runtime/display/summary.hpp"
#include "runtime/report/report.hpp"
#include "runtime/report/report_json.hpp"
#include "runtime/report/run_model.hpp"
#include "runtime/report/status_json.hpp"
#include "tests/support/json_schema.hpp"
#include "tests/support/long_suite.hpp"
#include "tests/support/random_play.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/chrono.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using nlohmann::json;
using report::run_model;

namespace {

const std::uint64_t seeds_max = is_long() ? 20000 : 300;
constexpr std::size_t all = 1000; // more than a list has

std::vector<std::uint32_t> slots_of(const plan& p) {
  std::vector<std::uint32_t> result;
  for (const auto& x : p.agents)
    result.push_back(std::max(x.slots, 1u));
  return result;
}

bool works(task_state x) {
  return x == task_state::running || x == task_state::integrating;
}

std::set<std::uint32_t> indices(const std::vector<task_id>& xs) {
  std::set<std::uint32_t> result;
  for (auto x : xs)
    BOOST_CHECK(result.insert(x.value).second); // nobody is listed twice
  return result;
}

/// The tasks for which something holds.
template <class Holds>
std::set<std::uint32_t> tasks_that(const run_model& m, Holds holds) {
  std::set<std::uint32_t> result;
  for (std::uint32_t i = 0; i < m.plan().tasks.size(); ++i)
    if (holds(m.task(i), i))
      result.insert(i);
  return result;
}

// -- what holds after each fact -----------------------------------------------

void check_lists(const run_model& m) {
  using record = report::task_record;
  auto is_plain = [&m](std::uint32_t i) {
    return m.plan().tasks[i].kind != task_kind::requests;
  };
  BOOST_CHECK(indices(m.in_progress(all))
              == tasks_that(m, [](const record& t, std::uint32_t) {
                   return works(t.state);
                 }));
  BOOST_CHECK(indices(m.waiting_inside(all))
              == tasks_that(m, [](const record& t, std::uint32_t) {
                   return t.waits_since.has_value();
                 }));
  BOOST_CHECK(indices(m.failures())
              == tasks_that(m, [](const record& t, std::uint32_t) {
                   return is_failure(t.state);
                 }));
  BOOST_CHECK(indices(m.completed(all))
              == tasks_that(m, [&](const record& t, std::uint32_t i) {
                   return is_terminal(t.state) && t.attempts > 0 && is_plain(i);
                 }));
  std::set<std::uint32_t> parked;
  for (const auto& x : m.waiting_to_integrate(all))
    parked.insert(x.waiter.index);
  BOOST_CHECK(parked == tasks_that(m, [](const record& t, std::uint32_t) {
                return t.state == task_state::waiting_to_integrate;
              }));
}

void check_counts(const run_model& m) {
  std::size_t sum = 0;
  std::size_t ended = 0;
  for (int i = 0; i <= static_cast<int>(task_state::cancelled); ++i) {
    auto state = static_cast<task_state>(i);
    auto same = tasks_that(m, [&](const auto& t, std::uint32_t task) {
      return t.state == state
          && (m.plan().tasks[task].kind != task_kind::requests
              || is_failure(state));
    });
    BOOST_CHECK_EQUAL(m.count(state), same.size());
    sum += same.size();
    ended += is_terminal(state) ? same.size() : 0;
  }
  BOOST_CHECK_EQUAL(m.task_count(), sum);
  BOOST_CHECK_EQUAL(m.terminal_count(), ended);
  for (std::size_t i = 0; i < m.plan().agents.size(); ++i) {
    auto mine = tasks_that(m, [i](const auto& t, std::uint32_t) {
      return t.busy_now && t.agent.value == i;
    });
    BOOST_CHECK_EQUAL(m.agent(i).running, mine.size());
    BOOST_CHECK(indices(m.running_of(i, all)) == mine);
    BOOST_CHECK_LE(mine.size(), m.agent(i).slots);
  }
  for (std::size_t i = 0; i < m.plan().phases.size(); ++i) {
    std::size_t done = 0;
    for (auto x : m.plan().phases[i].tasks)
      done += is_terminal(m.task(x.value).state);
    BOOST_CHECK_EQUAL(m.phase(i).done, done);
  }
  std::size_t open = 0;
  for (const auto& r : m.requests())
    open += r.number != 0 && r.state == report::request_state::open;
  BOOST_CHECK_EQUAL(m.open_request_count(), open);
}

void check_sessions(const run_model& m) {
  const auto& xs = m.sessions();
  auto down = 0ns;
  for (std::size_t i = 0; i < xs.size(); ++i) {
    BOOST_CHECK(xs[i].from <= xs[i].until);
    BOOST_CHECK_LE(xs[i].kept, m.task_count());
    (void)indices(xs[i].again);
    if (i > 0) {
      // One of which nothing was durable leaves a gap.
      BOOST_CHECK_LT(xs[i - 1].number, xs[i].number);
      BOOST_CHECK(xs[i - 1].until <= xs[i].from);
      down += xs[i].from - xs[i - 1].until;
    }
  }
  BOOST_CHECK(m.down() == down);
  BOOST_CHECK(m.session().until == m.now());
  BOOST_CHECK(m.up_time(0s, m.now()) == m.now() - down);
  for (const auto& x : m.intervals()) {
    BOOST_CHECK(xs[x.session].from <= x.started);
    BOOST_CHECK(x.finished <= xs[x.session].until);
  }
}

void check_rules(const run_model& m) {
  check_lists(m);
  check_counts(m);
  check_sessions(m);
}

// -- what holds in the end ----------------------------------------------------

void check_against_engine(const run_model& m, const engine::engine& e) {
  const auto& p = m.plan();
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    BOOST_CHECK_EQUAL(to_string(m.task(i).state), to_string(e.task(i).state));
    BOOST_CHECK_EQUAL(m.task(i).doubted, e.task(i).doubted);
    BOOST_CHECK_EQUAL(m.task(i).version, e.task(i).version);
    if (p.tasks[i].kind != task_kind::after_each)
      continue;
    std::set<std::uint32_t> mine;
    std::set<std::uint32_t> engines;
    for (const auto& x : m.task(i).backlog)
      mine.insert(x.from.value);
    for (const auto& x : e.stream(i)->queue)
      engines.insert(x.work.from.value);
    BOOST_CHECK(mine == engines);
  }
  for (std::uint32_t i = 0; i < p.gates.size(); ++i)
    BOOST_CHECK_EQUAL(to_string(m.gate(i).state), to_string(e.gate(i).state));
  for (std::uint32_t i = 0; i < p.services.size(); ++i)
    BOOST_CHECK_EQUAL(to_string(m.service(i).state),
                      to_string(e.service(i).service));
}

void check_report(const run_model& m) {
  auto r = make_report(m, {});
  BOOST_CHECK(r.up + r.down == r.makespan);
  BOOST_CHECK(r.bounds.value <= r.up);
  auto busy = 0ns;
  for (const auto& x : r.agents) {
    BOOST_CHECK((x.busy + x.idle == r.up * x.slots));
    busy += x.busy;
  }
  BOOST_CHECK(busy == r.sequential);
  BOOST_CHECK(r.people <= r.up);
  BOOST_CHECK_LE(m.progress(m.now()), 1.0);
}

/// What must not depend on how long tutti was away.
std::string work_figures(const report::run_report& r) {
  auto result = fmt::format("{} {} {} {}\n", r.up, r.sequential, r.bounds.value,
                            r.people);
  for (const auto& x : r.tasks)
    result += fmt::format("{} {} {} {} {}\n", x.name, x.run, x.integrate,
                          x.waited_later, x.waited_inside);
  for (const auto& x : r.agents)
    result += fmt::format("{} {} {}\n", x.name, x.busy, x.idle);
  for (const auto& x : r.gates)
    result += fmt::format("{} {} {}\n", x.name, x.asked_for, x.people);
  for (const auto& x : r.services)
    result += fmt::format("{} {} {}\n", x.name, x.starting, x.restarts);
  for (const auto& x : r.handoffs)
    result += fmt::format("{} {} {}\n", x.from, x.to, x.took.value_or(-1ns));
  for (const auto& x : r.requests)
    result += fmt::format("{} {}\n", x.number, x.waited.value_or(-1ns));
  for (const auto& x : r.sessions)
    result += fmt::format("{} {} {}\n", x.kept, x.again.size(), x.cut);
  return result;
}

std::vector<fact> facts_of(std::uint64_t seed, plan& played) {
  random_play play{seed, 12, true};
  play.play();
  played = play.played();
  auto result = play.facts();
  // Ends of attempts that there never were come only in random plays.
  std::erase_if(result, [](const fact& f) {
    return f.kind == fact_kind::result_late && f.attempt == 0;
  });
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_report_resumed_property)

BOOST_AUTO_TEST_CASE(the_model_keeps_its_rules_through_crashes) { // §31
  std::size_t sessions = 0;
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    random_play play{seed, 12, true};
    play.play();
    BOOST_TEST_INFO_SCOPE("seed " << seed);
    run_model m{play.played(), slots_of(play.played())};
    for (const auto& f : play.facts()) {
      m.apply(f);
      check_rules(m);
    }
    check_against_engine(m, play.state());
    check_report(m);
    BOOST_CHECK_EQUAL(m.in_progress_count(), 0u);
    sessions += m.sessions().size();
  }
  BOOST_CHECK_GT(sessions, 2 * seeds_max); // or they were not resumed at all
}

// A viewer that looks on, and one that comes later, see the same.
BOOST_AUTO_TEST_CASE(who_looks_on_sees_what_a_replay_shows) {
  auto report_rules = shipped_schema("report");
  auto status_rules = shipped_schema("status");
  for (std::uint64_t seed = 1; seed <= seeds_max / 10; ++seed) {
    plan p;
    auto facts = facts_of(seed, p);
    BOOST_TEST_INFO_SCOPE("seed " << seed);
    run_model live{p, slots_of(p)};
    for (const auto& f : facts) {
      live.apply(f);
      auto status = json::parse(status_json(live, live.now() + 1s));
      validate(status, status_rules, status_rules, "status");
      (void)display::summary_text(live, {}, {}, 80);
    }
    run_model replayed{p, slots_of(p)};
    for (const auto& f : facts)
      replayed.apply(f);
    auto document = to_json(make_report(live, {}));
    BOOST_CHECK_EQUAL(document, to_json(make_report(replayed, {})));
    BOOST_CHECK_EQUAL(status_json(live, live.now()),
                      status_json(replayed, replayed.now()));
    validate(json::parse(document), report_rules, report_rules, "report");
  }
}

BOOST_AUTO_TEST_CASE(how_long_nobody_was_there_is_no_figure_of_the_work) {
  for (std::uint64_t seed = 1; seed <= seeds_max; ++seed) {
    plan p;
    auto facts = facts_of(seed, p);
    BOOST_TEST_INFO_SCOPE("seed " << seed);
    run_model m{p, slots_of(p)};
    run_model away{p, slots_of(p)};
    auto gone = 0ns;
    for (auto f : facts) {
      m.apply(f);
      if (f.kind == fact_kind::run_resumed)
        gone += 1h;
      f.at += gone;
      away.apply(f);
    }
    BOOST_CHECK_EQUAL(work_figures(make_report(m, {})),
                      work_figures(make_report(away, {})));
    BOOST_CHECK(away.down() == m.down() + gone);
  }
}

BOOST_AUTO_TEST_SUITE_END()
