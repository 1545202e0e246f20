// SPDX-License-Identifier: BSD-3-Clause
// tutti and its supervisor watch each other: who is frozen, or hangs, is found
// out, and every wait has a bound.
#include "runtime/process/process_table.hpp"
#include "tests/runtime/process/harness.hpp"
#include "tests/runtime/process/tracer.hpp"
#include "tests/support/program.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <sys/resource.h>

using namespace tutti;
using namespace tutti::process;
using namespace std::chrono_literals;

namespace {

void short_lease(supervisor_options& x) {
  x.heartbeat = 50ms;
  x.lease = 300ms;
}

void short_bounds(supervisor_options& x) {
  x.kill_bound = 50ms;
}

/// Runs until it is killed; returns its pid.
pid_t start_endless(harness& h, start_process& x) {
  ready_pipe ready{h.scratch() / "ready"};
  x = h.shell("echo $$ > ready; exec tail -f /dev/null");
  h.process().start(x);
  return std::stoi(ready.lines(1).front());
}

#define REQUIRE_TRACING(x)                                                     \
  if (!(x).holds()) {                                                          \
    BOOST_TEST_MESSAGE("skipped: tracing is not permitted here");              \
    return;                                                                    \
  }

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_watch)

BOOST_AUTO_TEST_CASE(a_frozen_tutti_loses_its_lease) { // §26, row 8
  scratch_directory scratch;
  doomed_tutti tutti{scratch.path(), 2, short_lease};
  ::kill(tutti.pid(), SIGSTOP);
  BOOST_TEST(all_end(tutti.heads()));
  // It lives on, to tell what it has done should tutti wake up.
  BOOST_TEST(read_process(tutti.supervisor_pid()).has_value());
}

BOOST_AUTO_TEST_CASE(what_waits_for_means_does_not_start_after_the_lease) {
  scratch_directory scratch;
  doomed_tutti tutti{scratch.path(), 1, short_lease, [&](supervisor& x) {
                       rlimit enough_for_one{26, 26};
                       ::prlimit(x.pid(), RLIMIT_NOFILE, &enough_for_one,
                                 nullptr);
                       start_process held;
                       held.id = 100;
                       held.name = "held";
                       held.argv = {"touch", "held"};
                       held.directory = scratch.path().string();
                       x.start(held);
                     }};
  ::kill(tutti.pid(), SIGSTOP);
  BOOST_TEST(all_end(tutti.heads()));
  ::kill(tutti.pid(), SIGCONT);
  BOOST_TEST(tutti.exited()
             == "ended before it could start: tutti gave no sign of life");
  BOOST_TEST(tutti.exited().starts_with("tutti gave no sign of life for"));
  BOOST_TEST(!std::filesystem::exists(scratch.path() / "held"));
}

BOOST_AUTO_TEST_CASE(a_suspended_lease_does_not_run_out) { // §26, row 31
  scratch_directory scratch;
  scratch_directory other;
  doomed_tutti stopped{scratch.path(), 1, short_lease, [](supervisor& x) {
                         x.suspend_lease();
                       }};
  ::kill(stopped.pid(), SIGSTOP);
  // Another that is stopped later loses its processes first.
  doomed_tutti frozen{other.path(), 1, short_lease};
  ::kill(frozen.pid(), SIGSTOP);
  BOOST_TEST(all_end(frozen.heads()));
  for (const auto& x : stopped.heads())
    BOOST_TEST(!x.has_ended());
  stopped.kill();
  BOOST_TEST(all_end(stopped.heads()));
}

BOOST_AUTO_TEST_CASE(a_stopped_supervisor_is_told_of_and_goes_on) { // §26
  harness h{[](supervisor_options& x) {
    x.heartbeat = 20ms;
  }};
  ::kill(h.process().pid(), SIGSTOP);
  BOOST_TEST(h.wait_notice()
             == "the process supervisor had been stopped by a signal; it goes "
                "on");
  BOOST_TEST(h.run_shell("exit 3").code == 3);
}

BOOST_AUTO_TEST_CASE(a_stopped_supervisor_does_not_hold_up_the_end) {
  std::vector<watched_process> all;
  {
    harness h;
    ready_pipe ready{h.scratch() / "ready"};
    h.process().start(h.shell(hydra));
    all = watched(ready.lines(hydra_heads));
    ::kill(h.process().pid(), SIGSTOP);
    h.process().shut_down();
    BOOST_TEST(std::filesystem::is_empty(h.io()));
  }
  BOOST_TEST(all_end(all));
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_hangs_is_killed) { // §26, D2.4
  harness h{[](supervisor_options& x) {
    short_lease(x);
    short_bounds(x);
  }};
  ready_pipe ready{h.scratch() / "ready"};
  h.process().start(h.shell(hydra));
  auto all = watched(ready.lines(hydra_heads));
  tracer hold{h.process().pid(), tracer::hold::at_once};
  REQUIRE_TRACING(hold);
  BOOST_TEST(h.wait_notice().starts_with(
      "the process supervisor has not answered for 1 s; after 1 s"));
  // It cannot even be reaped, which nobody waits for.
  BOOST_TEST(h.wait_lost()
             == "the process supervisor gave no sign of life for 1 s and was "
                "killed; some of its processes cannot be killed");
  BOOST_TEST(all_end(all));
  h.process().shut_down();
}

BOOST_AUTO_TEST_CASE(what_cannot_be_killed_is_reported_and_let_be) { // §26
  harness h{short_bounds};
  start_process x;
  auto pid = start_endless(h, x);
  tracer hold{pid, tracer::hold::until_death};
  REQUIRE_TRACING(hold);
  h.process().end({x.id, true});
  auto end = h.wait_exited(x.id);
  BOOST_TEST((end.end == process_end::unkillable));
  BOOST_TEST(end.message == "still there 0.050 s after KILL");
  // The others go on, and when it is gone at last no zombie is left.
  BOOST_TEST(h.run_shell("exit 3").code == 3);
  hold.let_go();
  BOOST_TEST(tutti::test::eventually([pid] {
    return !read_process(pid).has_value();
  }));
}

BOOST_AUTO_TEST_CASE(the_last_wait_has_a_bound_too) { // §26, D2.4
  harness h{short_bounds};
  start_process x;
  tracer hold{start_endless(h, x), tracer::hold::until_death};
  REQUIRE_TRACING(hold);
  watched_process supervisor{h.process().pid()};
  h.process().shut_down();
  BOOST_TEST(supervisor.has_ended());
  // By its record the next start would find what is left.
  BOOST_TEST(std::filesystem::exists(h.io() / "supervisor"));
}

BOOST_AUTO_TEST_SUITE_END()
