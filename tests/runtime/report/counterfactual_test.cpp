// SPDX-License-Identifier: BSD-3-Clause
// What needs-later saves (§2, §10), on durations written by hand.
#include "runtime/report/counterfactual.hpp"

#include "tests/support/run_script.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;

namespace {

/// A finished run of a plan in which each task took so long, by phase; one
/// after the other, since only durations count.
class measured_run {
public:
  measured_run(const plan_sketch& b) : plan_(b.value), slots_(b.slots()) {
  }

  void phase(std::uint32_t task, work_phase phase, duration span,
             task_state to) {
    fact f;
    f.subject = task;
    f.agent = plan_.tasks[task].agents[0].value;
    f.attempt = ++attempts_;
    f.phase = phase;
    if (phase == work_phase::run) {
      add(fact_kind::task_ready, f);
    } else {
      f.state = task_state::waiting_to_integrate;
      add(fact_kind::integrate_ready, f);
    }
    add(fact_kind::task_assigned, f);
    add(fact_kind::attempt_started, f);
    now_ += span;
    f.state = to;
    add(fact_kind::attempt_finished, f);
  }

  std::optional<report::time_saved> saved() {
    fact f;
    f.status = run_status::succeeded;
    f.exit_code = 0;
    add(fact_kind::run_ended, f);
    report::run_model m{plan_, slots_};
    for (const auto& x : facts_)
      m.apply(x);
    return report::saved_by_later(m, {});
  }

private:
  void add(fact_kind kind, fact f) {
    f.kind = kind;
    f.at = now_;
    facts_.push_back(f);
  }

  plan plan_;
  std::vector<std::uint32_t> slots_;
  std::vector<fact> facts_;
  duration now_{0};
  std::uint32_t attempts_ = 0;
};

constexpr auto parked = task_state::waiting_to_integrate;
constexpr auto done = task_state::succeeded;
constexpr auto run = work_phase::run;

void needs_later(plan_sketch& b, std::uint32_t who, std::uint32_t what) {
  auto& t = b.value.tasks[who];
  t.needs_later.push_back({{node_kind::task, what}, need_condition::succeeded});
  t.integrate.present = true;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_report_counterfactual)

BOOST_AUTO_TEST_CASE(work_done_meanwhile_is_saved) {
  plan_sketch b;
  auto sam = b.agent("sam");
  auto morgan = b.agent("morgan");
  auto auth = b.task("auth", {morgan});
  auto page = b.task("page", {sam});
  needs_later(b, page, auth);
  measured_run m{b};
  m.phase(auth, run, 10s, done);
  m.phase(page, run, 8s, parked);
  m.phase(page, work_phase::integrate, 2s, done);
  auto x = m.saved();
  BOOST_REQUIRE(x.has_value());
  BOOST_TEST(x->as_planned.count() == duration{12s}.count()); // 10 beside 8, +2
  BOOST_TEST(x->with_needs.count() == duration{20s}.count()); // 10, then 8 + 2
  BOOST_TEST(x->saved().count() == duration{8s}.count());
}

BOOST_AUTO_TEST_CASE(a_loss_is_negative) {
  // Sam's page runs first and holds back what others wait for, although its
  // other half has to wait anyway.
  plan_sketch b;
  auto sam = b.agent("sam");
  auto morgan = b.agent("morgan");
  auto auth = b.task("auth", {morgan});
  auto page = b.task("page", {sam});
  auto base = b.task("base", {sam});
  auto build = b.task("build", {morgan}, {base});
  needs_later(b, page, auth);
  b.value.tasks[page].priority = 1;
  measured_run m{b};
  m.phase(auth, run, 1s, done);
  m.phase(page, run, 5s, parked);
  m.phase(page, work_phase::integrate, 1s, done);
  m.phase(base, run, 3s, done);
  m.phase(build, run, 10s, done);
  auto x = m.saved();
  BOOST_REQUIRE(x.has_value());
  // page 5, integrate 1, base 3, build 10; as needs: base 3, build 10 beside
  // page 6.
  BOOST_TEST(x->as_planned.count() == duration{19s}.count());
  BOOST_TEST(x->with_needs.count() == duration{13s}.count());
  BOOST_TEST((x->saved() < duration{0}));
}

BOOST_AUTO_TEST_CASE(without_needs_later_there_is_nothing_to_compare) {
  plan_sketch b;
  auto local = b.agent("local");
  auto x = b.task("x", {local});
  measured_run m{b};
  m.phase(x, run, 1s, done);
  BOOST_TEST(!m.saved().has_value());
}

BOOST_AUTO_TEST_CASE(a_plan_that_would_wait_for_itself_is_not_compared) {
  plan_sketch b;
  auto sam = b.agent("sam");
  auto morgan = b.agent("morgan");
  auto page = b.task("page", {sam});
  auto auth = b.task("auth", {morgan});
  b.value.tasks[auth].needs.push_back(
      {{node_kind::task, page}, need_condition::started});
  needs_later(b, page, auth);
  measured_run m{b};
  m.phase(page, run, 1s, parked);
  m.phase(auth, run, 1s, done);
  m.phase(page, work_phase::integrate, 1s, done);
  BOOST_TEST(!m.saved().has_value());
}

BOOST_AUTO_TEST_SUITE_END()
