// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/run_model.hpp"

#include "tests/support/run_script.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;
using namespace tutti::test;

BOOST_AUTO_TEST_SUITE(runtime_report_later_end)

BOOST_AUTO_TEST_CASE(without_integrate_a_parked_task_just_ends) { // §10
  plan_sketch b;
  auto sam = b.agent("sam");
  auto page = b.task("page", {sam});
  report::run_model m{b.value, b.slots()};
  auto tell = [&](fact_kind kind, task_state state) {
    fact f;
    f.kind = kind;
    f.subject = page;
    f.agent = 0;
    f.attempt = 1;
    f.state = state;
    m.apply(f);
  };
  tell(fact_kind::task_ready, task_state::ready);
  tell(fact_kind::task_assigned, task_state::ready);
  tell(fact_kind::attempt_started, task_state::running);
  tell(fact_kind::attempt_finished, task_state::waiting_to_integrate);
  BOOST_TEST((m.task(page).state == task_state::waiting_to_integrate));
  tell(fact_kind::integrate_ready, task_state::succeeded);
  BOOST_TEST((m.task(page).state == task_state::succeeded));
  BOOST_TEST(m.terminal_count() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
