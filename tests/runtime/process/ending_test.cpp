// SPDX-License-Identifier: BSD-3-Clause
// How attempts are ended, and what they leave behind is found.
#include "runtime/process/process_table.hpp"
#include "tests/runtime/process/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <csignal>

using namespace tutti;
using namespace tutti::process;
using namespace std::chrono_literals;

namespace {

void short_drain(supervisor_options& x) {
  x.drain = 10ms;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_ending)

BOOST_AUTO_TEST_CASE(an_end_is_a_term) {
  harness h;
  // A busy shell misses no signal; one that waits could, just before it waits.
  auto x = h.shell("trap 'echo bye; exit 5' TERM; echo ready;"
                   "while :; do :; done");
  h.process().start(x);
  h.wait_line(x.id, "ready");
  h.process().end({x.id, false});
  auto end = h.wait_exited(x.id);
  BOOST_TEST((end.end == process_end::exited));
  BOOST_TEST(end.code == 5);
  BOOST_TEST(content(end.log) == "ready\nbye\n");
}

BOOST_AUTO_TEST_CASE(an_end_right_after_the_start_is_not_lost) {
  harness h;
  for (int i = 0; i < 20; ++i) {
    auto x = h.order({"tail", "-f", "/dev/null"});
    h.process().start(x);
    h.process().end({x.id, false});
    auto end = h.wait_exited(x.id);
    BOOST_TEST(end.code == 128 + SIGTERM);
    BOOST_TEST(end.message == "ended by signal 15 (Terminated)");
  }
}

BOOST_AUTO_TEST_CASE(what_ignores_term_is_killed_after_the_grace) { // row 7
  harness h;
  auto x = h.shell("trap '' TERM; echo ready; tail -f /dev/null");
  x.grace = 20ms;
  h.process().start(x);
  h.wait_line(x.id, "ready");
  h.process().end({x.id, false});
  auto end = h.wait_exited(x.id);
  BOOST_TEST((end.end == process_end::exited));
  BOOST_TEST(end.code == 128 + SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_second_end_at_once_does_not_wait_for_the_grace) {
  harness h; // its grace is longer than the test's patience
  auto x = h.shell("trap '' TERM; echo ready; tail -f /dev/null");
  h.process().start(x);
  h.wait_line(x.id, "ready");
  h.process().end({x.id, false});
  h.process().end({x.id, true});
  BOOST_TEST(h.wait_exited(x.id).code == 128 + SIGKILL);
}

BOOST_AUTO_TEST_CASE(end_all_ends_all) {
  harness h;
  constexpr std::size_t count = 20;
  for (std::size_t i = 0; i < count; ++i)
    h.process().start(h.order({"tail", "-f", "/dev/null"}));
  h.process().end_all(false);
  for (const auto& x : h.wait_count(count))
    BOOST_TEST(x.code == 128 + SIGTERM);
  h.process().end_all(true);
  BOOST_TEST(h.run(h.order({"true"})).code == 0);
}

BOOST_AUTO_TEST_CASE(a_stopped_process_hears_term) {
  harness h;
  auto x = h.shell("echo $$; kill -STOP $$");
  h.process().start(x);
  h.process().end({x.id, false});
  BOOST_TEST(h.wait_exited(x.id).code == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(silence_beyond_the_idle_timeout_ends_it) {
  harness h;
  auto x = h.order({"tail", "-f", "/dev/null"});
  x.idle_timeout = 20ms;
  auto end = h.run(x);
  BOOST_TEST((end.end == process_end::idle));
  BOOST_TEST(end.code == 128 + SIGTERM);
  BOOST_TEST(end.message.starts_with("no output for 0.020 s; ended by"));
}

// D2.1
BOOST_AUTO_TEST_CASE(a_child_in_the_background_does_not_hold_up_the_end) {
  harness h{short_drain};
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.shell("tail -f /dev/null & echo $! > ready; exit 3");
  h.process().start(x);
  auto left = watched(ready.lines(1));
  auto end = h.wait_exited(x.id);
  BOOST_TEST((end.end == process_end::exited));
  BOOST_TEST(end.code == 3);
  BOOST_TEST(end.leaked);
  BOOST_TEST(all_end(left));
}

BOOST_AUTO_TEST_CASE(one_in_the_background_may_finish_within_the_drain) {
  harness h{[](supervisor_options& x) {
    x.drain = 100s;
  }};
  ready_pipe ready{h.scratch() / "ready"};
  ready_pipe go{h.scratch() / "go"};
  auto x = h.shell("(echo a > ready; read x < go; echo late) & exit 0");
  h.process().start(x);
  ready.lines(1);
  h.run_shell("echo > go");
  auto end = h.wait_exited(x.id);
  BOOST_TEST(!end.leaked);
  BOOST_TEST(content(end.log) == "late\n");
}

BOOST_AUTO_TEST_CASE(followers_that_ignore_term_are_killed) { // D2.3
  harness h{short_drain};
  ready_pipe ready{h.scratch() / "ready"};
  // The follower tells its pid when it is deaf; the leader waits for that.
  auto x = h.shell("mkfifo deaf; sh -c 'trap \"\" TERM; echo $$ | tee deaf "
                   "> ready; exec tail -f /dev/null > /dev/null 2>&1' &"
                   "read x < deaf; exit 0");
  x.grace = 10ms;
  h.process().start(x);
  auto left = watched(ready.lines(1));
  auto end = h.wait_exited(x.id);
  BOOST_TEST(end.code == 0);
  BOOST_TEST(end.leaked);
  BOOST_TEST(all_end(left));
}

BOOST_AUTO_TEST_CASE(who_leaves_the_session_is_found) { // D2.2, row 7
  harness h{short_drain};
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.shell("mkfifo out; setsid sh -c 'echo $$ > out;"
                   "exec tail -f /dev/null > /dev/null 2>&1' &"
                   "read pid < out; echo $pid > ready; exit 0");
  h.process().start(x);
  auto left = watched(ready.lines(1));
  auto end = h.wait_exited(x.id);
  BOOST_TEST(end.leaked);
  BOOST_TEST(all_end(left));
}

// D2.2, row 7
BOOST_AUTO_TEST_CASE(who_forks_twice_and_leaves_is_ended_with_the_attempt) {
  harness h;
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.shell("(setsid sh -c 'echo $$ > ready;"
                   "exec tail -f /dev/null > /dev/null 2>&1' &);"
                   "setsid -f tail -f /dev/null;"
                   "tail -f /dev/null & echo $! > ready; echo $$ > ready;"
                   "wait");
  h.process().start(x);
  auto all = watched(ready.lines(3));
  h.process().end({x.id, false});
  auto end = h.wait_exited(x.id);
  BOOST_TEST(end.code == 128 + SIGTERM);
  BOOST_TEST(all_end(all));
  auto table = process_table::snapshot();
  BOOST_TEST(table.children(h.process().pid()).empty());
}

BOOST_AUTO_TEST_CASE(a_neighbour_of_the_ended_attempt_lives_on) {
  harness h;
  ready_pipe ready{h.scratch() / "ready"};
  ready_pipe go{h.scratch() / "go"};
  auto neighbour = h.shell("(setsid sh -c 'echo $$ > ready; read x < go;"
                           "exit 0' &); read x < go; exit 0");
  auto x = h.order({"tail", "-f", "/dev/null"});
  h.process().start(neighbour);
  ready.lines(1);
  h.process().start(x);
  h.process().end({x.id, true});
  BOOST_TEST(h.wait_exited(x.id).code == 128 + SIGKILL);
  h.run_shell("echo > go; echo > go");
  auto end = h.wait_exited(neighbour.id);
  BOOST_TEST(end.code == 0);
  BOOST_TEST(!end.leaked);
}

BOOST_AUTO_TEST_CASE(who_scrubs_its_environment_is_ended_with_the_attempt) {
  harness h{short_drain};
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.shell("mkfifo out; (env -i setsid sh -c 'echo $$ > out;"
                   "exec tail -f /dev/null > /dev/null 2>&1' &);"
                   "read pid < out; echo $pid > ready; exit 0");
  h.process().start(x);
  auto left = watched(ready.lines(1));
  auto end = h.wait_exited(x.id);
  BOOST_TEST(end.code == 0);
  BOOST_TEST(end.leaked);
  BOOST_TEST(all_end(left));
}

// The leader dies by TERM, which its follower does not hear; and nothing tells
// whose follower it was but its mark. // D2.2, D2.3
BOOST_AUTO_TEST_CASE(a_deaf_follower_without_environment_is_killed) {
  harness h;
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.shell("env -i setsid sh -c 'trap \"\" TERM; echo $$ > ready;"
                   "exec tail -f /dev/null' & exec tail -f /dev/null");
  x.grace = 20ms;
  h.process().start(x);
  auto left = watched(ready.lines(1));
  h.process().end({x.id, false});
  BOOST_TEST(h.wait_exited(x.id).code == 128 + SIGTERM);
  BOOST_TEST(all_end(left));
}

BOOST_AUTO_TEST_CASE(who_covers_all_its_traces_is_ended_with_the_run) {
  std::vector<watched_process> left;
  {
    harness h{short_drain};
    ready_pipe ready{h.scratch() / "ready"};
    auto x = h.shell("mkfifo out; (env -i setsid prlimit --locks=unlimited sh "
                     "-c 'echo $$ > out;"
                     "exec tail -f /dev/null > /dev/null 2>&1' &);"
                     "read pid < out; echo $pid > ready; exit 0");
    h.process().start(x);
    left = watched(ready.lines(1));
    auto end = h.wait_exited(x.id);
    BOOST_TEST(end.code == 0);
    BOOST_TEST(!end.leaked);
    BOOST_TEST(!left.front().has_ended());
  }
  BOOST_TEST(all_end(left));
}

BOOST_AUTO_TEST_CASE(a_nested_run_that_is_killed_leaves_nothing) {
  harness h{short_drain};
  ready_pipe ready{h.scratch() / "ready"};
  // Its own tag hides the outer one unless the outer one is kept.
  auto x = h.shell("mkfifo out; (TUTTI_PROCESS=$TUTTI_PROCESS:1-1.1 setsid sh "
                   "-c 'echo $$ > out; exec tail -f /dev/null > /dev/null "
                   "2>&1' &); read pid < out; echo $pid > ready; exit 0");
  h.process().start(x);
  auto left = watched(ready.lines(1));
  BOOST_TEST(h.wait_exited(x.id).leaked);
  BOOST_TEST(all_end(left));
}

BOOST_AUTO_TEST_SUITE_END()
