// SPDX-License-Identifier: BSD-3-Clause
// The clocks of a task beside `timeout` and `idle-timeout` (failure_test.cpp),
// and what it is told to do.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti::test;

BOOST_FIXTURE_TEST_SUITE(e2e_clocks, run_fixture)

// From ready to done, with all retries.
BOOST_AUTO_TEST_CASE(a_deadline_ends_retries_that_go_on) {
  auto x = run(R"(
tasks:
  again: { deadline: 300ms, retries: 1000000, run: exit 1 }
  rest: { run: touch rest }
)");
  BOOST_TEST(x.status == 5);
  BOOST_TEST(x.status_of("again") == "timed-out");
  BOOST_TEST(x.task("again").at("attempts") > 1);
  BOOST_TEST(dir.exists("rest"));
}

// §2: what is needed later does not come before the deadline is over.
BOOST_AUTO_TEST_CASE(a_deadline_includes_the_wait_for_what_is_needed_later) {
  auto x = run(R"(
agents: { a: {}, b: {}, c: {} }
tasks:
  slow: { agent: a, run: 'while ! test -e over; do sleep 0.01; done' }
  page: { agent: b, needs-later: slow, deadline: 200ms, run: touch ran, integrate: touch joined }
  end: { agent: c, needs: { page: completed }, run: touch over }
)");
  BOOST_TEST(x.status == 5);
  BOOST_TEST(x.status_of("page") == "timed-out");
  BOOST_TEST(dir.exists("ran"));
  BOOST_TEST(!dir.exists("joined"));
  BOOST_TEST(x.status_of("slow") == "succeeded");
}

// The agent is free only when the queued task has given up.
BOOST_AUTO_TEST_CASE(a_queue_timeout_ends_what_does_not_get_its_turn) {
  auto x = run(R"(
agents: { a: {}, b: {} }
tasks:
  busy: { agent: a, priority: 1, run: 'while ! test -e over; do sleep 0.01; done' }
  queued: { agent: a, queue-timeout: 200ms, run: touch queued }
  patient: { agent: a, run: touch patient }
  end: { agent: b, needs: { queued: completed }, run: touch over }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("queued") == "timed-out");
  BOOST_TEST(!dir.exists("queued"));
  BOOST_TEST(dir.exists("patient"));
}

BOOST_AUTO_TEST_CASE(a_prompt_reaches_the_command_filled_in) {
  auto x = run(R"(
params: { what: layouts }
defaults: { run: 'echo "$TUTTI_PROMPT" >> said' }
tasks:
  mock: { run: echo }
  build: { prompt: "Build the ${{ params.what }}", needs-later: mock, integrate: { prompt: Replace the mock } }
)");
  BOOST_TEST(x.status == 0, x.out + x.err);
  std::vector<std::string> wanted{"Build the layouts", "Replace the mock"};
  BOOST_TEST(lines("said") == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
