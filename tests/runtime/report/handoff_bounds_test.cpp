// SPDX-License-Identifier: BSD-3-Clause
// Bounds of runs with handoffs in full: what ends after what, people, requests.
#include "runtime/report/bounds.hpp"
#include "runtime/report/chains.hpp"
#include "runtime/report/report.hpp"
#include "tests/support/handoff_facts.hpp"
#include "tests/support/random_run.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using report::bound_kind;
using report::compute_bounds;
using report::run_model;

namespace {

struct fixture : handoff_team {
  run_model m{value, slots()};

  std::string chain() {
    std::string result;
    for (auto x : compute_bounds(m).chain)
      result += value.tasks[x.value].name + ' ';
    return result;
  }
  duration bound_of(bound_kind x) {
    return compute_bounds(m)[x].value;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(runtime_report_handoff_bounds, fixture)

// §10: fin(page) >= fin(crud) + integrate(page)
BOOST_AUTO_TEST_CASE(what_is_needed_later_comes_before_integrate_only) {
  apply_all(m, {started(0s, page, sam), started(0s, crud, morgan),
                parked(1s, page, sam), started(1s, layouts, sam),
                finished(3s, layouts, sam), finished(5s, crud, morgan),
                integrates(5s, page, sam), integrated(7s, page, sam),
                run_ended(7s, run_status::succeeded, 0)});
  BOOST_CHECK(bound_of(bound_kind::chain) == 7s);
  BOOST_CHECK_EQUAL(chain(), "crud page ");
  // morgan's 5 s, and what sam has to integrate then.
  BOOST_CHECK(bound_of(bound_kind::agent) == 7s);
}

// §13
BOOST_AUTO_TEST_CASE(a_run_comes_after_the_trigger_that_it_is_for) {
  work_item of_page;
  of_page.from = task_id{page};
  work_item of_crud;
  of_crud.from = task_id{crud};
  apply_all(m, {started(0s, page, sam), started(0s, crud, morgan),
                finished(1s, page, sam), assigned(1s, tests, quinn, {of_page}),
                started(1s, tests, quinn),
                finished(2s, tests, quinn, task_state::waiting),
                finished(6s, crud, morgan),
                assigned(6s, tests, quinn, {of_crud}, 2),
                started(6s, tests, quinn, 2),
                finished(9s, tests, quinn, task_state::waiting, 0, 2),
                run_ended(9s, run_status::succeeded, 0)});
  BOOST_CHECK(bound_of(bound_kind::chain) == 9s);
  BOOST_CHECK_EQUAL(chain(), "crud tests ");
}

// §16, §17: people are agents with a calendar of their own
BOOST_AUTO_TEST_CASE(people_and_what_they_send_back_bound_a_run) {
  auto rework = make_fact(fact_kind::rework_requested, 61s, deploy);
  rework.version = 2;
  fact_extra what;
  what.tasks = {task_id{crud}};
  rework.extra = std::make_shared<const fact_extra>(what);
  apply_all(m,
            {started(0s, crud, morgan), finished(1s, crud, morgan),
             started(1s, page, sam), finished(1s, page, sam), asked(1s, deploy),
             verdict_of(61s, deploy, verdict::changes_requested, "kim", "",
                        {task_id{crud}}),
             rework, version_fact(fact_kind::version_started, 61s, crud, 2),
             started(61s, crud, morgan, 2), finished(63s, crud, morgan),
             asked(63s, deploy, 2),
             verdict_of(64s, deploy, verdict::approved, "kim"),
             make_fact(fact_kind::gate_opened, 65s, deploy),
             started(65s, release, casey), finished(66s, release, casey),
             run_ended(66s, run_status::succeeded, 0)});
  auto x = compute_bounds(m);
  BOOST_CHECK(x.tight == bound_kind::human);
  // 1 (crud) + 60 (kim) + 2 (crud) + 1 (kim) + 1 (release); the second of
  // those in which riley was waited for is not.
  BOOST_CHECK(x.value == 65s);
  BOOST_CHECK(x[bound_kind::human].work == 61s);
  BOOST_CHECK(x[bound_kind::chain].value == 4s);
  BOOST_CHECK_EQUAL(make_report(m, {}).explanation,
                    "human-bound: 1m 01s of it people took to decide, most at "
                    "gate deploy");
}

BOOST_AUTO_TEST_CASE(an_approval_of_agents_alone_waits_for_no_person) {
  value.gates[deploy].approval.human = false;
  m = run_model{value, slots()};
  apply_all(m, {started(0s, crud, morgan), finished(1s, crud, morgan),
                asked(1s, deploy), started(1s, review, riley),
                finished(9s, review, riley),
                verdict_of(9s, deploy, verdict::approved, "riley"),
                make_fact(fact_kind::gate_opened, 9s, deploy),
                run_ended(9s, run_status::succeeded, 0)});
  BOOST_CHECK(bound_of(bound_kind::human) == 0s);
}

// §19
BOOST_AUTO_TEST_CASE(an_answer_comes_after_its_request_and_before_integrate) {
  work_item item;
  item.from = task_id{page};
  item.request = 1;
  auto answer = make_fact(fact_kind::request_answered, 5s, 1);
  answer.state = task_state::succeeded;
  apply_all(m, {started(0s, page, sam),
                request_fact(1s, 1, page, morgan, "createUser"),
                assigned(1s, answers, morgan, {item}),
                started(1s, answers, morgan), parked(2s, page, sam),
                finished(5s, answers, morgan, task_state::waiting), answer,
                integrates(5s, page, sam), integrated(6s, page, sam),
                run_ended(6s, run_status::succeeded, 0)});
  BOOST_CHECK(bound_of(bound_kind::chain) == 6s); // 1 + 4 + 1
  BOOST_CHECK_EQUAL(chain(), "page requests/morgan page ");
}

// The largest is the bound, and the first within 1 % of it is named.
BOOST_AUTO_TEST_CASE(no_bound_exceeds_the_makespan_of_a_random_team) {
  std::size_t by_people = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    dice d{seed};
    auto p = random_team{d}.make();
    std::vector<std::uint32_t> slots;
    for (const auto& a : p.agents)
      slots.push_back(a.slots);
    run_model run(p, slots);
    for (const auto& f : random_run(p, d).facts())
      run.apply(f);
    auto x = compute_bounds(run);
    duration largest{0};
    for (const auto& b : x.of) {
      BOOST_REQUIRE_MESSAGE(b.value <= run.now(),
                            "seed " << seed << ": a bound of "
                                    << b.value.count() << " exceeds "
                                    << run.now().count());
      largest = std::max(largest, b.value);
    }
    BOOST_REQUIRE(x.value == largest);
    BOOST_REQUIRE(x[x.tight].value >= largest - largest / 100);
    by_people += x.tight == bound_kind::human;
    // Each stretch fits between what comes before and behind it.
    const report::chains c(run, false);
    for (std::size_t i = 0; i < c.stretches().size(); ++i) {
      const auto& s = c.stretches()[i];
      BOOST_REQUIRE_MESSAGE(c.head(i) <= s.start
                                && c.tail(i) <= run.now() - s.end,
                            "seed " << seed << ": stretch " << i);
    }
  }
  BOOST_CHECK_GT(by_people, 0u);
}

BOOST_AUTO_TEST_SUITE_END()
