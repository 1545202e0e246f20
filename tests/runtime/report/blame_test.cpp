// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/report.hpp"

#include "runtime/report/report_text.hpp"
#include "tests/support/resumed_facts.hpp"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using report::run_model;
using report::slot_use;

namespace {

report::run_report report_of(const plan_sketch& b,
                             std::initializer_list<fact> facts,
                             std::optional<std::uint32_t> jobs = {}) {
  run_model m(b.value, b.slots());
  apply_all(m, facts);
  report::report_options options;
  options.jobs = jobs;
  return make_report(m, options);
}

/// "0-10 work a run-start; 10-40 gate g", in seconds.
std::string path_of(const report::run_report& x) {
  std::string result;
  for (const auto& y : x.blame.path) {
    result += fmt::format("{}{:g}-{:g} {} {}", result.empty() ? "" : "; ",
                          std::chrono::duration<double>(y.from).count(),
                          std::chrono::duration<double>(y.until).count(),
                          y.kind, y.of);
    if (y.kind == "work")
      result += fmt::format(" {} {}", y.why, y.cause);
  }
  return result;
}

/// "busy 10 blocked 3 no-work 1", in seconds, of one agent.
std::string idle_of(const report::run_report& x, std::uint32_t agent) {
  std::string result;
  for (std::size_t i = 0; i < report::slot_use_count; ++i)
    if (auto time = x.blame.idle[agent].time.of[i]; time > duration{0})
      result += fmt::format("{}{} {:g}", result.empty() ? "" : " ",
                            to_string(static_cast<slot_use>(i)),
                            std::chrono::duration<double>(time).count());
  return result;
}

/// "sam on morgan 10 crud; sam on people 30 deploy".
std::string waits_of(const report::run_report& x) {
  std::string result;
  for (const auto& y : x.blame.agent_waits)
    result +=
        fmt::format("{}{} on {} {:g} {}", result.empty() ? "" : "; ", y.waiter,
                    y.on.empty() ? "people" : y.on,
                    std::chrono::duration<double>(y.time).count(), y.most);
  return result;
}

struct pair_team : plan_sketch {
  std::uint32_t morgan = agent("morgan");
  std::uint32_t sam = agent("sam");
  std::uint32_t crud = task("crud", {morgan});
};

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_report_blame)

BOOST_AUTO_TEST_CASE(an_agent_that_was_busy_is_named_with_what) {
  pair_team b;
  auto second = b.task("second", {b.morgan});
  auto x = report_of(
      b, {ready(0s, b.crud), ready(0s, second), started(0s, b.crud, b.morgan),
          finished(10s, b.crud, b.morgan), started(10s, second, b.morgan),
          finished(30s, second, b.morgan),
          run_ended(30s, run_status::succeeded, 0)});
  BOOST_CHECK_EQUAL(path_of(x),
                    "0-10 work crud run-start ; 10-30 work second slot crud");
  BOOST_CHECK(x.blame.path[1].waited == 10s);
  BOOST_CHECK_EQUAL(x.blame.path[1].text,
                    "morgan was busy with crud; ready 10s earlier");
  BOOST_CHECK(x.blame.ideal == 20s);
  BOOST_CHECK(x.blame.contention() == 10s);
  BOOST_CHECK_EQUAL(idle_of(x, b.morgan), "busy 30");
  BOOST_CHECK_EQUAL(idle_of(x, b.sam), "no-work 30");
  BOOST_CHECK(x.tasks[second].queue == 10s);
  BOOST_CHECK(x.tasks[second].slack == 0s);
  BOOST_CHECK(x.tasks[b.crud].slack == 10s);
  BOOST_CHECK(x.tasks[b.crud].on_path == 10s);
}

// §16: who was asked, when, and when somebody answered.
BOOST_AUTO_TEST_CASE(a_gate_is_told_with_who_was_asked_and_who_answered) {
  pair_team b;
  auto page = b.task("page", {b.sam});
  auto deploy = b.gate("deploy", {b.crud}, {page});
  b.value.gates[deploy].approval.present = true;
  b.value.gates[deploy].approval.human = true;
  auto opened = make_fact(fact_kind::gate_opened, 40s, deploy);
  auto x = report_of(b, {ready(0s, b.crud), started(0s, b.crud, b.morgan),
                         finished(10s, b.crud, b.morgan), asked(10s, deploy),
                         verdict_of(40s, deploy, verdict::approved, "ann"),
                         opened, ready(40s, page), started(41s, page, b.sam),
                         finished(50s, page, b.sam),
                         run_ended(50s, run_status::succeeded, 0)});
  BOOST_CHECK_EQUAL(path_of(x),
                    "0-10 work crud run-start ; 10-40 gate deploy; 40-41 "
                    "orchestrator page; 41-50 work page need deploy");
  BOOST_CHECK_EQUAL(x.blame.path[1].text,
                    "gate deploy asked a person at 10s: approved by ann at "
                    "40s");
  BOOST_CHECK(x.blame.alarms); // a second in which nobody knows why
  BOOST_CHECK_EQUAL(idle_of(x, b.morgan), "busy 10 no-work 40");
  BOOST_CHECK_EQUAL(idle_of(x, b.sam), "busy 9 starting 1 blocked 10 gate 30");
  BOOST_CHECK_EQUAL(waits_of(x), "sam on people 30 deploy; sam on morgan 10 "
                                 "crud");
  BOOST_CHECK(x.blame.ideal == 49s); // people take as long as they take
}

BOOST_AUTO_TEST_CASE(a_run_that_waits_for_a_person_says_so_at_its_end) {
  pair_team b;
  auto page = b.task("page", {b.sam});
  auto deploy = b.gate("deploy", {b.crud}, {page});
  b.value.gates[deploy].approval.present = true;
  b.value.gates[deploy].approval.human = true;
  auto x = report_of(b, {ready(0s, b.crud), started(0s, b.crud, b.morgan),
                         finished(10s, b.crud, b.morgan), asked(10s, deploy),
                         run_ended(25s, run_status::waiting, 6)});
  BOOST_CHECK_EQUAL(path_of(x), "0-10 work crud run-start ; 10-25 gate ");
  BOOST_CHECK_EQUAL(x.blame.path[1].text,
                    "gate deploy asked a person, who had not answered");
  BOOST_CHECK_EQUAL(idle_of(x, b.sam), "gate 25");
}

BOOST_AUTO_TEST_CASE(a_handoff_on_its_way_is_a_hop_of_its_own) { // §10
  pair_team b;
  auto page = b.task("page", {b.sam}, {b.crud});
  auto x = report_of(
      b,
      {ready(0s, b.crud), started(0s, b.crud, b.morgan),
       finished(10s, b.crud, b.morgan),
       handoff_fact(fact_kind::handoff_sent, 10s, b.crud, page),
       handoff_fact(fact_kind::handoff_accepted, 12s, b.crud, page),
       ready(12s, page), started(12s, page, b.sam), finished(20s, page, b.sam),
       run_ended(20s, run_status::succeeded, 0)});
  BOOST_CHECK_EQUAL(path_of(x),
                    "0-10 work crud run-start ; 10-12 handoff page; 12-20 work "
                    "page need crud");
  BOOST_CHECK_EQUAL(idle_of(x, b.sam), "busy 8 starting 2 blocked 10");
  BOOST_CHECK(x.blame.path[2].cause_agent == "morgan");
}

BOOST_AUTO_TEST_CASE(the_wait_before_a_retry_is_the_retrys) { // §26
  pair_team b;
  auto x = report_of(
      b, {ready(0s, b.crud), started(0s, b.crud, b.morgan),
          finished(5s, b.crud, b.morgan, task_state::ready, 1),
          ready(15s, b.crud), started(15s, b.crud, b.morgan, 2),
          finished(20s, b.crud, b.morgan, task_state::succeeded, 0, 2),
          run_ended(20s, run_status::succeeded, 0)});
  BOOST_CHECK_EQUAL(path_of(x),
                    "0-5 work crud run-start ; 5-15 retry crud; 15-20 work "
                    "crud retry crud");
  BOOST_CHECK_EQUAL(idle_of(x, b.morgan), "busy 10 held 10");
}

BOOST_AUTO_TEST_CASE(time_in_which_tutti_was_not_there_is_nobodys) { // §31
  pair_team b;
  auto x = report_of(
      b, {ready(0s, b.crud), started(0s, b.crud, b.morgan),
          make_fact(fact_kind::task_paused, 5s, b.crud), resumed(100s, 2),
          cut(100s, b.crud, b.morgan), ready(100s, b.crud),
          started(100s, b.crud, b.morgan, 2),
          finished(120s, b.crud, b.morgan, task_state::succeeded, 0, 2),
          run_ended(120s, run_status::succeeded, 0)});
  BOOST_CHECK_EQUAL(path_of(x), "0-5 work crud run-start ; 5-100 down crud; "
                                "100-120 work crud retry crud");
  BOOST_CHECK_EQUAL(idle_of(x, b.morgan), "busy 25 down 95");
  BOOST_CHECK_EQUAL(idle_of(x, b.sam), "no-work 25 down 95");
  BOOST_CHECK_EQUAL(x.honesty.unseen, 1u);
  BOOST_CHECK(x.honesty.unseen_time == 5s);
}

// §2: what is needed later only delays the end of page, and so release.
BOOST_AUTO_TEST_CASE(the_path_goes_through_what_was_needed_later) {
  pair_team b;
  auto page = b.task("page", {b.sam});
  auto release = b.task("release", {b.sam}, {page});
  b.value.tasks[page].needs_later = {{{node_kind::task, b.crud}, {}}};
  auto done = integrate_ready(30s, page);
  done.state = task_state::succeeded;
  auto x = report_of(
      b, {ready(0s, b.crud), ready(0s, page), started(0s, b.crud, b.morgan),
          started(0s, page, b.sam), parked(5s, page, b.sam),
          finished(30s, b.crud, b.morgan), done, ready(30s, release),
          started(30s, release, b.sam), finished(40s, release, b.sam),
          run_ended(40s, run_status::succeeded, 0)});
  BOOST_CHECK_EQUAL(path_of(x),
                    "0-30 work crud run-start ; 30-40 work release need page");
  BOOST_CHECK_EQUAL(waits_of(x), "sam on morgan 25 crud");
  BOOST_CHECK(x.blame.ideal == 40s);
  BOOST_CHECK(x.tasks[page].slack == 25s);
}

BOOST_AUTO_TEST_CASE(tokens_and_the_limit_of_attempts_are_told_from_slots) {
  for (bool pool : {true, false}) {
    pair_team b;
    auto page = b.task("page", {b.sam});
    if (pool) {
      b.value.pools.push_back({"db", 1});
      b.value.tasks[b.crud].pools.push_back({pool_id{0}, 1});
      b.value.tasks[page].pools.push_back({pool_id{0}, 1});
    }
    auto x = report_of(
        b,
        {ready(0s, b.crud), ready(0s, page), started(0s, b.crud, b.morgan),
         finished(10s, b.crud, b.morgan), started(10s, page, b.sam),
         finished(15s, page, b.sam), run_ended(15s, run_status::succeeded, 0)},
        pool ? std::optional<std::uint32_t>{} : 1);
    BOOST_CHECK_EQUAL(path_of(x),
                      fmt::format("0-10 work crud run-start ; 10-15 work page "
                                  "{} crud",
                                  pool ? "pool" : "jobs"));
    BOOST_CHECK_EQUAL(idle_of(x, b.sam), "busy 5 held 10");
    BOOST_CHECK_EQUAL(waits_of(x), "");
  }
}

// §19: morgan answers what page asked while it ran; page integrates it.
BOOST_AUTO_TEST_CASE(the_path_goes_through_questions_and_answers) {
  pair_team b;
  auto page = b.task("page", {b.sam});
  auto answers = b.task("requests/morgan", {b.morgan});
  b.value.tasks[answers].kind = task_kind::requests;
  b.value.agents[b.morgan].requests = {true, task_id{answers}};
  b.value.tasks[page].integrate.present = true;
  work_item item;
  item.from = task_id{page};
  item.request = 1;
  auto answered = make_fact(fact_kind::request_answered, 14s, 1);
  answered.state = task_state::succeeded;
  auto x =
      report_of(b, {ready(0s, page), started(0s, page, b.sam),
                    request_fact(4s, 1, page, b.morgan, "user?"),
                    ready(4s, answers), assigned(4s, answers, b.morgan, {item}),
                    started(4s, answers, b.morgan), parked(6s, page, b.sam),
                    finished(14s, answers, b.morgan, task_state::waiting),
                    answered, integrate_ready(14s, page),
                    integrates(14s, page, b.sam), integrated(20s, page, b.sam),
                    run_ended(20s, run_status::succeeded, 0)});
  BOOST_CHECK_EQUAL(path_of(x),
                    "0-4 work page run-start ; 4-14 work requests/morgan "
                    "request page; 14-20 work page answer requests/morgan");
  BOOST_CHECK_EQUAL(waits_of(x),
                    "sam on morgan 8 requests/morgan; morgan on sam 4 page");
}

// §17: what was sent back is made again.
BOOST_AUTO_TEST_CASE(the_path_goes_through_rework) {
  pair_team b;
  auto page = b.task("page", {b.sam});
  auto deploy = b.gate("deploy", {b.crud}, {page});
  b.value.gates[deploy].approval.present = true;
  b.value.gates[deploy].approval.human = true;
  auto rework = make_fact(fact_kind::rework_requested, 20s, deploy);
  fact_extra extra;
  extra.tasks = {task_id{b.crud}};
  rework.extra = std::make_shared<const fact_extra>(extra);
  auto again = started(20s, b.crud, b.morgan, 2);
  again.version = 2;
  auto x = report_of(
      b,
      {ready(0s, b.crud), started(0s, b.crud, b.morgan),
       finished(10s, b.crud, b.morgan), asked(10s, deploy),
       verdict_of(20s, deploy, verdict::changes_requested, "ann", "no",
                  {task_id{b.crud}}),
       rework, version_fact(fact_kind::version_started, 20s, b.crud, 2),
       ready(20s, b.crud), again,
       finished(25s, b.crud, b.morgan, task_state::succeeded, 0, 2),
       asked(25s, deploy, 2), verdict_of(26s, deploy, verdict::approved, "ann"),
       make_fact(fact_kind::gate_opened, 26s, deploy), ready(26s, page),
       started(26s, page, b.sam), finished(30s, page, b.sam),
       run_ended(30s, run_status::succeeded, 0)});
  BOOST_CHECK_EQUAL(path_of(x),
                    "0-10 work crud run-start ; 10-20 gate deploy; 20-25 work "
                    "crud rework deploy; 25-26 gate deploy; 26-30 work page "
                    "need deploy");
}

BOOST_AUTO_TEST_CASE(the_slots_of_an_agent_are_told_apart) {
  plan_sketch b;
  auto team = b.agent("team", 2);
  auto x = b.task("x", {team});
  auto y = b.task("y", {team});
  auto z = b.task("z", {team}, {x});
  auto r = report_of(b, {ready(0s, x), ready(0s, y), started(0s, x, team),
                         started(0s, y, team), finished(4s, y, team),
                         finished(10s, x, team), ready(10s, z),
                         started(10s, z, team), finished(12s, z, team),
                         run_ended(12s, run_status::succeeded, 0)});
  // One slot waits for what the other does.
  BOOST_CHECK_EQUAL(idle_of(r, team), "busy 16 blocked 6 no-work 2");
  BOOST_CHECK_EQUAL(waits_of(r), "team on team 6 x");
}

BOOST_AUTO_TEST_CASE(a_comparison_names_growth_new_waits_and_another_order) {
  pair_team b;
  auto second = b.task("second", {b.morgan});
  auto page = b.task("page", {b.sam}, {b.crud});
  auto before = report_of(
      b, {ready(0s, b.crud), ready(0s, second), started(0s, b.crud, b.morgan),
          finished(2s, b.crud, b.morgan), started(2s, second, b.morgan),
          ready(2s, page), started(2s, page, b.sam), finished(4s, page, b.sam),
          finished(6s, second, b.morgan),
          run_ended(6s, run_status::succeeded, 0)});
  auto now = report_of(
      b, {ready(0s, b.crud), ready(0s, second), started(0s, second, b.morgan),
          finished(5s, second, b.morgan), started(5s, b.crud, b.morgan),
          finished(7s, b.crud, b.morgan), ready(7s, page),
          started(7s, page, b.sam), finished(9s, page, b.sam),
          run_ended(9s, run_status::succeeded, 0)});
  auto c = report::compare(now, before);
  BOOST_CHECK(c.makespan == 6s);
  BOOST_REQUIRE_EQUAL(c.tasks.size(), 1u);
  BOOST_CHECK_EQUAL(c.tasks[0].name, "second");
  BOOST_CHECK(c.tasks[0].growth() == 1s);
  BOOST_REQUIRE_EQUAL(c.waits.size(), 1u);
  BOOST_CHECK_EQUAL(c.waits[0].waiter, "sam");
  BOOST_CHECK(c.waits[0].before == 2s && c.waits[0].now == 7s);
  BOOST_REQUIRE_EQUAL(c.order.size(), 1u);
  BOOST_CHECK_EQUAL(c.order[0].agent, "morgan");
  BOOST_CHECK(c.order[0].before != c.order[0].now);
  auto same = report::compare(now, now);
  BOOST_CHECK(same.tasks.empty() && same.waits.empty() && same.order.empty());
}

// §13: one run for each of many triggers, each with a handoff of its own.
BOOST_AUTO_TEST_CASE(a_stream_of_many_runs_costs_its_runs) {
  constexpr std::uint32_t triggers = 30'000;
  plan_sketch b;
  auto morgan = b.agent("morgan");
  auto quinn = b.agent("quinn");
  for (std::uint32_t i = 0; i < triggers; ++i)
    b.task("t" + std::to_string(i), {morgan});
  auto tests = b.task("tests", {quinn});
  b.value.tasks[tests].kind = task_kind::after_each;
  for (std::uint32_t i = 0; i < triggers; ++i)
    b.value.tasks[tests].after_each.push_back(task_id{i});
  run_model m(b.value, b.slots());
  for (std::uint32_t i = 0; i < triggers; ++i) {
    work_item item;
    item.from = task_id{i};
    auto end = (i + 1) * 1ms;
    apply_all(m,
              {ready(i * 1ms, i), started(i * 1ms, i, morgan),
               finished(end, i, morgan),
               handoff_fact(fact_kind::handoff_sent, end, i, tests),
               handoff_fact(fact_kind::handoff_accepted, end + 1us, i, tests),
               ready(end + 1us, tests),
               assigned(end + 1us, tests, quinn, {item}, i + 1),
               started(end + 1us, tests, quinn, i + 1),
               finished(end + 500us, tests, quinn,
                        i + 1 < triggers ? task_state::waiting
                                         : task_state::succeeded,
                        0, i + 1)});
  }
  m.apply(run_ended(triggers * 1ms + 500us, run_status::succeeded, 0));
  auto begin = std::clock();
  auto x = make_report(m, {});
  auto took = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  BOOST_TEST_MESSAGE("in " << took << " s");
  BOOST_CHECK_LT(took, 15.0); // a quadratic step takes minutes
  BOOST_CHECK_EQUAL(x.blame.path.back().kind, "work");
  BOOST_CHECK_EQUAL(x.blame.path.back().why, "trigger");
  BOOST_CHECK(x.blame.waited(report::wait_kind::handoff) == 1us);
}

BOOST_AUTO_TEST_CASE(the_whole_text_fits_every_width) {
  pair_team b;
  for (int i = 0; i < 80; ++i)
    b.task("a-task-with-a-rather-long-name-" + std::to_string(i),
           {i % 2 == 0 ? b.morgan : b.sam},
           {static_cast<std::uint32_t>(b.value.tasks.size() - 1)});
  run_model m(b.value, b.slots());
  for (const auto& f :
       naive_run(b.value, std::vector<duration>(81, 90s)).facts())
    m.apply(f);
  auto made = make_report(m, {});
  made.against = report::compare(made, made);
  for (std::size_t columns = 20; columns <= 130; ++columns) {
    report::text_options options;
    options.columns = columns;
    options.whole = true;
    options.unicode = false;
    auto text = to_text(made, options);
    std::size_t longest = 0;
    for (std::size_t at = 0; at < text.size();) {
      auto end = text.find('\n', at);
      longest = std::max(longest, end - at);
      at = end + 1;
    }
    BOOST_TEST_CONTEXT(columns << " columns\n" << text) {
      BOOST_CHECK_LE(longest, columns);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
