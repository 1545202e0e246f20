// SPDX-License-Identifier: BSD-3-Clause
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti::test;

using lines_type = std::vector<std::string>;

BOOST_FIXTURE_TEST_SUITE(e2e_failure, run_fixture)

BOOST_AUTO_TEST_CASE(what_needs_a_failed_task_is_skipped_and_the_rest_runs) {
  auto x = run(R"(
tasks:
  bad: exit 3
  dependent: { needs: bad, run: touch dependent }
  second: { needs: dependent, run: touch second }
  other: touch other
  next: { needs: other, run: touch next }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.report.at("status") == "failed");
  BOOST_TEST(x.status_of("bad") == "failed");
  BOOST_TEST(x.task("bad").at("exit_code") == 3);
  BOOST_TEST(x.status_of("dependent") == "skipped");
  BOOST_TEST(x.status_of("second") == "skipped");
  BOOST_TEST(x.status_of("next") == "succeeded");
  BOOST_TEST(!dir.exists("dependent"));
  BOOST_TEST(!dir.exists("second"));
  BOOST_TEST(dir.exists("next"));
}

BOOST_AUTO_TEST_CASE(an_allowed_failure_fails_nothing_else) {
  auto x = run(R"(
tasks:
  flaky: { run: exit 1, allow-failure: true }
  next: { needs: flaky, run: touch next }
)");
  BOOST_TEST(x.status == 0);
  BOOST_TEST(x.report.at("status") == "succeeded");
  BOOST_TEST(x.status_of("flaky") == "failed");
  BOOST_TEST(dir.exists("next"));
}

BOOST_AUTO_TEST_CASE(conditions_other_than_success_are_kept) {
  auto x = run(R"(
tasks:
  bad: exit 1
  clean-up: { needs: { bad: failed }, run: touch clean-up }
  report: { needs: { bad: completed }, run: touch report }
  never: { needs: { clean-up: failed }, run: touch never }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(dir.exists("clean-up"));
  BOOST_TEST(dir.exists("report"));
  BOOST_TEST(x.status_of("never") == "skipped");
}

BOOST_AUTO_TEST_CASE(a_retry_is_another_attempt) {
  auto x = run(R"(
tasks:
  third-time: { retries: 2, run: 'echo $TUTTI_ATTEMPT >> tries; test $TUTTI_ATTEMPT = 3' }
)");
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(lines("tries") == (lines_type{"1", "2", "3"}),
             boost::test_tools::per_element());
  BOOST_TEST(x.task("third-time").at("attempts") == 3);
}

BOOST_AUTO_TEST_CASE(after_the_last_retry_the_task_has_failed) {
  auto x = run(R"(
tasks:
  never: { retries: 1, run: echo try >> tries; exit 4 }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(lines("tries").size() == 2u);
  BOOST_TEST(x.status_of("never") == "failed");
  BOOST_TEST(x.task("never").at("exit_code") == 4);
}

BOOST_AUTO_TEST_CASE(a_timeout_ends_the_task_and_all_its_processes) {
  auto x = run(R"(
tasks:
  hangs: { timeout: 1s, run: tail -f /dev/null & tail -f /dev/null }
  next: { needs: hangs, run: touch next }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("hangs") == "timed-out");
  BOOST_TEST(x.status_of("next") == "skipped");
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(silence_for_the_idle_timeout_ends_the_task) {
  auto x = run(R"(
tasks:
  silent: { idle-timeout: 1s, run: echo once; exec tail -f /dev/null }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("silent") == "timed-out");
  check_no_process_left();
}

// The first failure must end a task that would never end by itself.
BOOST_AUTO_TEST_CASE(fail_fast_cancels_what_runs_and_what_waits) {
  fifo up{dir, "up"};
  make_fifo(dir, "both");
  auto x = run(R"(
fail-fast: true
agents: { ann: {}, ben: {} }
tasks:
  bad: { agent: ann, run: read x < both; exit 1 }
  endless: { agent: ben, run: echo go > both; exec tail -f /dev/null }
  waits: { agent: ben, run: touch waits }
  at-last: { finally: true, run: touch at-last }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("bad") == "failed");
  BOOST_TEST(x.status_of("at-last") == "succeeded");
  BOOST_TEST(dir.exists("at-last"));
  // Either of ben's tasks may have been first: what did not end is cancelled.
  BOOST_TEST(x.status_of("endless") == "cancelled");
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_finally_task_runs_after_a_failure_and_comes_last) {
  auto x = run(R"(
tasks:
  clean: { finally: true, run: echo clean >> order }
  bad: echo bad >> order; exit 1
  next: { needs: bad, run: echo next >> order }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(lines("order") == (lines_type{"bad", "clean"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_command_that_does_not_exist_is_127) { // row 30
  auto x = run(R"(
tasks:
  typo: no-such-command-at-all --now
  listed: { run: [no-such-command-either] }
)");
  BOOST_TEST(x.status == 1);
  for (const auto* name : {"typo", "listed"}) {
    BOOST_TEST(x.status_of(name) == "failed");
    BOOST_TEST(x.task(name).at("exit_code") == 127);
  }
  BOOST_TEST((x.out + x.err).find("no-such-command-at-all")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_command_that_cannot_be_executed_is_126) { // row 30
  dir.write("plain.txt", "not a program\n");
  auto x = run(R"(
tasks:
  text: { run: [./plain.txt] }
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.task("text").at("exit_code") == 126);
  BOOST_TEST((x.out + x.err).find("plain.txt") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_working_directory_that_is_none_fails_its_task_alone) {
  auto x = run(R"(
tasks:
  lost: { working-directory: nowhere, run: touch here }
  fine: touch fine
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.status_of("fine") == "succeeded");
  BOOST_TEST(x.status_of("lost") != "succeeded");
  BOOST_TEST((x.out + x.err).find("nowhere") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_signal_that_ends_a_task_is_a_failure_that_names_it) {
  auto x = run(R"(
tasks:
  shot: kill -KILL $$
  piped: kill -PIPE $$
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.task("shot").at("exit_code") == 137);
  // SIGPIPE has its usual effect in tasks, whatever tutti does with it.
  BOOST_TEST(x.task("piped").at("exit_code") == 141);
}

BOOST_AUTO_TEST_CASE(the_last_lines_of_a_failed_task_are_in_the_summary) {
  auto x = run(R"(
tasks:
  bad: echo the reason is plain; exit 1
)");
  BOOST_TEST(x.status == 1);
  BOOST_TEST(x.out.find("the reason is plain") != std::string::npos);
  auto log = x.task("bad").at("log").get<std::string>();
  BOOST_TEST(x.out.find(log.substr(log.rfind('/') + 1)) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
