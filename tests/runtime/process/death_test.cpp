// SPDX-License-Identifier: BSD-3-Clause
// Nothing is left, whoever dies: the supervisor, or tutti itself.
#include "tests/runtime/process/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>

#include <csignal>

using namespace tutti;
using namespace tutti::process;

BOOST_AUTO_TEST_SUITE(runtime_process_death)

BOOST_AUTO_TEST_CASE(a_killed_supervisor_is_reported_and_leaves_nothing) {
  harness h;
  ready_pipe ready{h.scratch() / "ready"};
  for (int i = 0; i < 3; ++i)
    h.process().start(h.shell(hydra));
  auto all = watched(ready.lines(3 * hydra_heads));
  ::kill(h.process().pid(), SIGKILL);
  BOOST_TEST(h.wait_lost()
             == "the process supervisor was ended by signal 9; its processes "
                "have been killed");
  BOOST_TEST(all_end(all));
  // From then on orders go nowhere, and the end is as always.
  h.process().start(h.order({"true"}));
  h.process().end_all(true);
  h.process().shut_down();
}

BOOST_AUTO_TEST_CASE(a_killed_tutti_leaves_nothing) { // D2.7
  scratch_directory scratch;
  doomed_tutti tutti{scratch.path(), 5};
  watched_process supervisor{tutti.supervisor_pid()};
  tutti.kill();
  BOOST_TEST(all_end(tutti.heads()));
  BOOST_TEST(supervisor.ends());
  BOOST_TEST(std::filesystem::is_empty(scratch.path() / "io"));
  // This process may be a subreaper, from other tests: no zombie stays.
  ::waitpid(tutti.supervisor_pid(), nullptr, 0);
}

BOOST_AUTO_TEST_CASE(a_shut_down_leaves_nothing) {
  std::vector<watched_process> all;
  scratch_directory scratch;
  {
    harness h;
    ready_pipe ready{h.scratch() / "ready"};
    h.process().start(h.shell(hydra));
    all = watched(ready.lines(hydra_heads));
    all.emplace_back(h.process().pid());
    h.process().shut_down();
    BOOST_TEST(std::filesystem::is_empty(h.io()));
  }
  BOOST_TEST(all_end(all));
}

BOOST_AUTO_TEST_CASE(a_supervisor_that_did_nothing_ends_as_well) {
  auto forked = supervisor::fork_now();
  BOOST_TEST_REQUIRE(static_cast<bool>(forked));
  watched_process process{(*forked)->pid()};
  (*forked)->shut_down();
  (*forked)->shut_down();
  BOOST_TEST(process.ends());
}

BOOST_AUTO_TEST_SUITE_END()
