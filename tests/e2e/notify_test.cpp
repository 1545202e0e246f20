// SPDX-License-Identifier: BSD-3-Clause
// What a plan says of its whole run: whom it tells, and how long an end takes.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>

using namespace tutti::test;

namespace {

/// Fails once, and asks a person.
constexpr const char* eventful = R"(
tasks:
  bad: { run: exit 3 }
  good: { run: echo good }
gates:
  go: { needs: good, approval: { by: human, message: May it go? } }
)";

/// Its lines stand in any order: commands run beside each other.
std::vector<std::string> sorted(std::vector<std::string> xs) {
  std::sort(xs.begin(), xs.end());
  return xs;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_notify, run_fixture)

BOOST_AUTO_TEST_CASE(a_plan_tells_of_approval_failure_and_end) {
  auto x = run(std::string{eventful} + R"(
notify:
  on: [approval, failed, finished]
  run: 'echo "$TUTTI_EVENT $TUTTI_SUBJECT $TUTTI_MESSAGE" >> told'
name: eventful
)",
               {"--no-wait"});
  BOOST_TEST(x.status == 1, x.err);
  std::vector<std::string> wanted{
      "approval go May it go?", "failed bad exit code 3",
      "finished eventful waiting: a task failed (exit code 1)"};
  BOOST_TEST(sorted(lines("told")) == wanted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_plan_chooses_what_it_tells_of) {
  auto x = run(std::string{eventful}
                   + "notify: { on: failed, run: 'echo $TUTTI_EVENT >> told' "
                     "}\n",
               {"--no-wait"});
  BOOST_TEST(x.status == 1, x.err);
  BOOST_TEST(lines("told") == std::vector<std::string>{"failed"},
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_lone_command_is_told_of_everything) {
  auto x = run(std::string{"params: { file: told }\n"} + eventful
                   + "notify: [sh, -c, 'echo $TUTTI_EVENT >> \"$0\"', "
                     "\"${{ params.file }}\"]\n",
               {"--no-wait"});
  BOOST_TEST(x.status == 1, x.err);
  std::vector<std::string> wanted{"approval", "failed", "finished"};
  BOOST_TEST(sorted(lines("told")) == wanted, boost::test_tools::per_element());
}

// §26: left to the grace of 10 s that counts otherwise, this takes longer.
BOOST_AUTO_TEST_CASE(the_grace_of_the_plan_reaches_what_ignores_term) {
  fifo up{dir, "up"};
  auto running = start(R"(
grace: 20ms
tasks:
  deaf: { run: 'trap "" TERM; echo up > up; exec tail -f /dev/null' }
)");
  BOOST_REQUIRE(up.take() == "up");
  auto before = std::chrono::steady_clock::now();
  running->send_signal(SIGINT);
  auto x = finish(*running);
  BOOST_TEST(x.status == 130, x.err);
  BOOST_TEST(
      (std::chrono::steady_clock::now() - before < std::chrono::seconds(8)));
  check_no_process_left();
}

// §26: the same for services and sessions, which end with the run.
BOOST_AUTO_TEST_CASE(the_grace_of_the_plan_reaches_services) {
  auto before = std::chrono::steady_clock::now();
  auto x = run(R"(
grace: 0s
services:
  deaf: { run: 'trap "" TERM; touch up; exec tail -f /dev/null', ready: { run: test -e up, every: 10ms } }
tasks:
  work: { needs: deaf, run: echo done }
)");
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(
      (std::chrono::steady_clock::now() - before < std::chrono::seconds(8)));
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(who_ends_within_the_grace_is_not_killed) {
  fifo up{dir, "up"};
  auto running = start(R"(
grace: 1m
tasks:
  tidy:
    run: |
      trap 'echo saved > saved; exit 1' TERM
      echo up > up
      while :; do sleep 0.02; done
)");
  BOOST_REQUIRE(up.take() == "up");
  running->send_signal(SIGINT);
  auto x = finish(*running);
  BOOST_TEST(x.status == 130, x.err);
  BOOST_TEST(lines("saved") == std::vector<std::string>{"saved"},
             boost::test_tools::per_element());
  check_no_process_left();
}

BOOST_AUTO_TEST_SUITE_END()
