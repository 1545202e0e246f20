// SPDX-License-Identifier: BSD-3-Clause
// No signal reaches anybody but whom it is meant for, though process numbers
// come again; and who is meant cannot hide.
#include "runtime/process/mark.hpp"
#include "runtime/process/process_table.hpp"
#include "tests/runtime/process/harness.hpp"
#include "tests/support/program.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

using namespace tutti;
using namespace tutti::process;
using namespace std::chrono_literals;

namespace {

bool is_zombie(pid_t pid) {
  auto x = read_process(pid);
  return x && x->zombie;
}

/// A child that becomes `sh -c script` after `before`.
pid_t fork_shell(const char* script, const std::function<void()>& before) {
  auto pid = ::fork();
  if (pid != 0)
    return pid;
  before();
  ::execl("/bin/sh", "sh", "-c", script, nullptr);
  ::_exit(127);
}

int wait_signal(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_identity)

BOOST_AUTO_TEST_CASE(
    a_signal_for_a_process_of_the_past_reaches_nobody) { // D2.5
  auto pid = fork_shell("exec tail -f /dev/null", [] {});
  auto now = read_process(pid);
  BOOST_TEST_REQUIRE(now.has_value());
  auto past = *now;
  --past.start_time; // whose number was the same
  signal_process(past, SIGKILL);
  signal_process(*now, SIGTERM);
  BOOST_TEST(wait_signal(pid) == SIGTERM);
  signal_process(*now, SIGKILL); // nobody, now
}

BOOST_AUTO_TEST_CASE(a_leaders_number_is_kept_while_its_group_lives) { // D2.5
  harness h{[](supervisor_options& x) {
    x.drain = 100s;
  }};
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.shell("tail -f /dev/null & echo $! > ready; echo $$ > ready");
  h.process().start(x);
  auto told = ready.lines(2);
  auto follower = watched({told[0]});
  pid_t leader = std::stoi(told[1]);
  BOOST_TEST(tutti::test::eventually([leader] {
    return is_zombie(leader);
  }));
  // The end of another is reaped in the same stroke as this one's would be.
  BOOST_TEST(h.run_shell("exit 3").code == 3);
  BOOST_TEST(is_zombie(leader));
  BOOST_TEST(read_process(std::stoi(told[0]))->group == leader);
  h.process().end({x.id, true});
  BOOST_TEST(h.wait_exited(x.id).code == 0);
  BOOST_TEST(all_end(follower));
  BOOST_TEST(!read_process(leader).has_value());
}

BOOST_AUTO_TEST_CASE(a_mark_in_the_limits_outlives_a_scrubbed_environment) {
  scratch_directory scratch;
  ready_pipe ready{scratch.path() / "ready"};
  auto mark = run_mark::make();
  auto path = (scratch.path() / "ready").string();
  auto script = "exec env -i setsid sh -c 'echo $$ > " + path
              + "; exec tail -f /dev/null'";
  auto pid = fork_shell(script.c_str(), [&mark] {
    bear_limit(mark.limit(7));
  });
  auto scrubbed = std::stoi(ready.lines(1).front());
  BOOST_TEST(mark.attempt_of(scrubbed).value_or(0) == 7U);
  BOOST_TEST(!run_mark::make().attempt_of(scrubbed).has_value());
  ::kill(scrubbed, SIGKILL);
  ::kill(pid, SIGKILL);
  (void)wait_signal(pid);
}

BOOST_AUTO_TEST_CASE(a_mark_in_the_environment_is_found_beside_others) {
  auto outer = run_mark::make();
  auto inner = run_mark::make();
  scratch_directory scratch;
  ready_pipe ready{scratch.path() / "ready"};
  // It stays what it is: while it became another program, it would have no
  // environment for a moment.
  auto script =
      "echo $$ > " + (scratch.path() / "ready").string() + "; kill -STOP $$";
  auto pid = fork_shell(script.c_str(), [&] {
    auto both = outer.variable(3) + ":" + inner.variable(4);
    ::setenv(std::string{process_variable}.c_str(), both.c_str(), 1);
  });
  ready.lines(1);
  BOOST_TEST(outer.attempt_of(pid).value_or(0) == 3U);
  BOOST_TEST(inner.attempt_of(pid).value_or(0) == 4U);
  BOOST_TEST(!run_mark::make().attempt_of(pid).has_value());
  ::kill(pid, SIGKILL);
  (void)wait_signal(pid);
}

BOOST_AUTO_TEST_CASE(a_mark_is_read_as_it_was_written) {
  auto mark = run_mark::make();
  auto again = run_mark::parse(mark.text());
  BOOST_TEST_REQUIRE(again.has_value());
  BOOST_TEST(again->limit(1) == mark.limit(1));
  for (const auto* text :
       {"", "12345678", "1234567890", "12345678g", "fffffffff", "-12345678"})
    BOOST_TEST(!run_mark::parse(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(a_task_bears_both_marks_and_the_supervisor_none) {
  harness h;
  auto x = h.shell("ulimit -S -a > /dev/null; cat /proc/self/limits; env");
  auto text = content(h.run(x).log);
  BOOST_TEST(text.find("TUTTI_PROCESS=") != std::string::npos, text);
  auto locks = text.substr(text.find("Max file locks") + 14);
  BOOST_TEST(std::atoll(locks.c_str()) > 0, text);
  auto own = content("/proc/" + std::to_string(h.process().pid()) + "/limits");
  BOOST_TEST(own.substr(own.find("Max file locks"))
                 .starts_with("Max file locks            unlimited"),
             own);
}

BOOST_AUTO_TEST_SUITE_END()
