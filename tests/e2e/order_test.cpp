// SPDX-License-Identifier: BSD-3-Clause
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti::test;

using lines_type = std::vector<std::string>;

BOOST_FIXTURE_TEST_SUITE(e2e_order, run_fixture)

BOOST_AUTO_TEST_CASE(a_plan_of_tasks_with_only_run_works) {
  auto x = run(R"(
tasks:
  one: echo one >> done
  two: { run: echo two >> done }
  three: { run: [sh, -c, "echo three >> done"] }
)");
  BOOST_TEST(x.status == 0);
  auto done = lines("done");
  std::sort(done.begin(), done.end());
  BOOST_TEST(done == (lines_type{"one", "three", "two"}),
             boost::test_tools::per_element());
  BOOST_TEST(x.report.at("status") == "succeeded");
}

BOOST_AUTO_TEST_CASE(a_task_starts_after_all_that_it_needs) {
  auto x = run(R"(
tasks:
  c: { needs: [a, b], run: echo c >> order }
  b: { needs: a, run: echo b >> order }
  a: { run: echo a >> order }
)",
               {"--jobs", "3"});
  BOOST_TEST(x.status == 0);
  BOOST_TEST(lines("order") == (lines_type{"a", "b", "c"}),
             boost::test_tools::per_element());
}

// Each end of a FIFO blocks until the other is opened, so only a run that has
// both tasks under way at once can end.
BOOST_AUTO_TEST_CASE(independent_tasks_of_different_agents_run_at_once) {
  make_fifo(dir, "f");
  make_fifo(dir, "g");
  auto x = run(R"(
agents: { ann: {}, ben: {} }
tasks:
  here: { agent: ann, run: 'echo hi > f; read x < g; test "$x" = ho' }
  there: { agent: ben, run: 'read x < f; echo ho > g; test "$x" = hi' }
)");
  BOOST_TEST(x.status == 0);
}

BOOST_AUTO_TEST_CASE(the_slots_of_an_agent_work_at_once) {
  make_fifo(dir, "f");
  auto x = run(R"(
agents: { ann: { slots: 2 } }
tasks:
  here: { agent: ann, run: echo hi > f }
  there: { agent: ann, run: read x < f }
)");
  BOOST_TEST(x.status == 0);
}

BOOST_AUTO_TEST_CASE(an_agent_without_slots_does_one_task_at_a_time) {
  auto x = run(R"(
agents: { ann: {} }
tasks:
  a: { agent: ann, run: mkdir busy; rmdir busy }
  b: { agent: ann, run: mkdir busy; rmdir busy }
  c: { agent: ann, run: mkdir busy; rmdir busy }
  d: { agent: ann, run: mkdir busy; rmdir busy }
)");
  BOOST_TEST(x.status == 0, x.err);
}

BOOST_AUTO_TEST_CASE(jobs_1_runs_one_task_at_a_time) {
  auto x = run(R"(
agents: { ann: {}, ben: {}, cyd: {} }
tasks:
  a: { agent: ann, run: mkdir busy; rmdir busy }
  b: { agent: ben, run: mkdir busy; rmdir busy }
  c: { agent: cyd, run: mkdir busy; rmdir busy }
  d: { run: mkdir busy; rmdir busy }
)",
               {"-j", "1"});
  BOOST_TEST(x.status == 0, x.err);
}

BOOST_AUTO_TEST_CASE(the_higher_priority_goes_first_on_one_slot) {
  auto x = run(R"(
agents: { ann: {} }
tasks:
  low: { agent: ann, priority: -1, run: echo low >> order }
  plain: { agent: ann, run: echo plain >> order }
  high: { agent: ann, priority: 10, run: echo high >> order }
  higher: { agent: ann, priority: 20, run: echo higher >> order }
)");
  BOOST_TEST(x.status == 0);
  BOOST_TEST(lines("order") == (lines_type{"higher", "high", "plain", "low"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_longer_chain_goes_first_at_equal_priority) {
  auto x = run(R"(
agents: { ann: {} }
tasks:
  short: { agent: ann, estimate: 1m, run: echo short >> order }
  long: { agent: ann, estimate: 2m, run: echo long >> order }
)");
  BOOST_TEST(x.status == 0);
  BOOST_TEST(lines("order") == (lines_type{"long", "short"}),
             boost::test_tools::per_element());
}

// The counter is kept under a lock; who sees more than two says so.
constexpr const char* count_up = R"(#!/bin/sh
exec 9>lock
flock 9
n=$(( $(cat running 2>/dev/null || echo 0) + $1 ))
echo $n > running
[ $n -le 2 ] || echo "$n at once" >> over
)";

BOOST_AUTO_TEST_CASE(a_pool_bounds_how_many_hold_its_tokens) {
  dir.write_script("count", count_up);
  std::string plan = "pools: { licence: 2 }\ntasks:\n";
  for (int i = 0; i < 8; ++i)
    plan += "  t" + std::to_string(i)
          + ": { pool: { licence: 1 }, run: ./count 1; ./count -1 }\n";
  auto x = run(plan, {"--jobs", "8"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(dir.read("over") == "");
  BOOST_TEST(lines("running") == lines_type{"0"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_pool_lets_as_many_in_as_it_has_tokens) {
  make_fifo(dir, "f");
  auto x = run(R"(
pools: { licence: 2 }
tasks:
  here: { pool: { licence: 1 }, run: echo hi > f }
  there: { pool: { licence: 1 }, run: read x < f }
)",
               {"--jobs", "4"});
  BOOST_TEST(x.status == 0);
}

// Two tasks that any of two agents may do meet, so both agents took one.
BOOST_AUTO_TEST_CASE(any_of_several_agents_takes_a_task) {
  make_fifo(dir, "f");
  auto x = run(R"(
agents: { ann: {}, ben: {} }
tasks:
  here: { agent: { any-of: [ann, ben] }, run: echo hi > f }
  there: { agent: { any-of: [ann, ben] }, run: read x < f }
)");
  BOOST_TEST(x.status == 0);
  BOOST_TEST(x.task("here").at("agent") != x.task("there").at("agent"));
}

BOOST_AUTO_TEST_CASE(after_orders_whatever_the_result) {
  auto x = run(R"(
tasks:
  last: { after: bad, run: echo last >> order }
  bad: { run: echo bad >> order; exit 3 }
)",
               {"--jobs", "2"});
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("last") == "succeeded");
  BOOST_TEST(lines("order") == (lines_type{"bad", "last"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_need_for_the_start_does_not_wait_for_the_end) {
  make_fifo(dir, "f");
  auto x = run(R"(
agents: { ann: {}, ben: {} }
tasks:
  server: { agent: ann, run: read x < f }
  client: { agent: ben, needs: { server: started }, run: echo stop > f }
)");
  BOOST_TEST(x.status == 0);
}

BOOST_AUTO_TEST_CASE(a_phase_stands_for_all_its_tasks) {
  auto x = run(R"(
phases:
  build:
    tasks:
      a: { run: echo build >> order }
      b: { run: echo build >> order }
  test:
    needs: build
    tasks:
      c: { run: echo test >> order }
      d: { run: echo test >> order }
tasks:
  ship: { needs: test, run: echo ship >> order }
)",
               {"--jobs", "4"});
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(lines("order")
                 == (lines_type{"build", "build", "test", "test", "ship"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
