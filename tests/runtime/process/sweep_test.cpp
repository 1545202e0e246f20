// SPDX-License-Identifier: BSD-3-Clause
// What is left of a run that was killed together with its supervisor (D2.7).
#include "runtime/process/sweep.hpp"

#include "runtime/process/files.hpp"
#include "runtime/process/process_table.hpp"
#include "tests/runtime/process/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

using namespace tutti;
using namespace tutti::process;

namespace {

/// Other tests have made this process a subreaper. Here orphans are to go where
/// those of a killed tutti go: to nobody who would look after them.
class no_subreaper {
public:
  no_subreaper() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  }
  ~no_subreaper() {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  no_subreaper(const no_subreaper&) = delete;
  no_subreaper& operator=(const no_subreaper&) = delete;
};

/// tutti and its supervisor die at the same moment: the latter is stopped, so
/// that it cannot see the death of the former.
void kill_both(doomed_tutti& x) {
  ::kill(x.supervisor_pid(), SIGSTOP);
  x.kill();
  ::kill(x.supervisor_pid(), SIGKILL);
}

std::size_t living(const std::vector<watched_process>& xs) {
  return static_cast<std::size_t>(
      std::count_if(xs.begin(), xs.end(), [](const auto& x) {
        return !x.has_ended();
      }));
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_sweep)

BOOST_AUTO_TEST_CASE(what_a_run_left_that_nobody_ended_is_swept) { // D2.7
  no_subreaper orphans_go;
  scratch_directory scratch;
  doomed_tutti tutti{scratch.path(), 3};
  watched_process supervisor{tutti.supervisor_pid()};
  kill_both(tutti);
  BOOST_TEST(supervisor.ends());
  // Those that the death of the leaders does not take along, scrubbed ones too.
  auto left = living(tutti.heads());
  BOOST_TEST(left >= 3 * (hydra_heads - 1));
  auto io = (scratch.path() / "io").string();
  auto x = sweep_run(io);
  BOOST_TEST(x.ended >= left);
  BOOST_TEST(x.left == 0U);
  BOOST_TEST(living(tutti.heads()) == 0U);
  BOOST_TEST(sweep_run(io).ended == 0U);
}

BOOST_AUTO_TEST_CASE(a_frozen_supervisor_of_a_dead_tutti_is_swept_first) {
  no_subreaper orphans_go;
  scratch_directory scratch;
  doomed_tutti tutti{scratch.path(), 1};
  watched_process supervisor{tutti.supervisor_pid()};
  ::kill(tutti.supervisor_pid(), SIGSTOP);
  tutti.kill();
  BOOST_TEST(!supervisor.has_ended());
  BOOST_TEST(sweep_run((scratch.path() / "io").string()).left == 0U);
  BOOST_TEST(supervisor.has_ended());
  BOOST_TEST(all_end(tutti.heads()));
}

BOOST_AUTO_TEST_CASE(the_leaders_die_with_the_supervisor) { // D2.8
  no_subreaper orphans_go;
  scratch_directory scratch;
  ready_pipe ready{scratch.path() / "up"};
  doomed_tutti tutti{
      scratch.path(), 0, {}, [&scratch](supervisor& x) {
        start_process task;
        task.id = 1;
        task.name = "task";
        task.argv = {"sh", "-c", "echo $$ > up; exec tail -f /dev/null"};
        task.directory = scratch.path().string();
        x.start(task);
      }};
  auto leader = watched(ready.lines(1));
  kill_both(tutti);
  BOOST_TEST(all_end(leader));
}

BOOST_AUTO_TEST_CASE(living_runs_and_strangers_are_not_touched) {
  harness living_run;
  no_subreaper orphans_go; // the harness had it otherwise
  ready_pipe up{living_run.scratch() / "up"};
  ready_pipe go{living_run.scratch() / "go"};
  // With a helper that hides, and looks like one of a run that is dead.
  auto x = living_run.shell("(env -i setsid sh -c 'echo $$ > up; read x < go' "
                            "&); echo up > up; read x < go; exit 3");
  living_run.process().start(x);
  up.lines(2);
  auto stranger = ::fork();
  if (stranger == 0) {
    ::execl("/bin/sh", "sh", "-c", "exec tail -f /dev/null", nullptr);
    ::_exit(127);
  }
  scratch_directory scratch;
  doomed_tutti dead{scratch.path(), 1};
  kill_both(dead);
  BOOST_TEST(sweep_run((scratch.path() / "io").string()).ended > 0U);
  BOOST_TEST(all_end(dead.heads()));
  BOOST_TEST(::waitpid(stranger, nullptr, WNOHANG) == 0);
  living_run.run_shell("echo > go; echo > go");
  auto end = living_run.wait_exited(x.id);
  BOOST_TEST(end.code == 3);
  BOOST_TEST(!end.leaked);
  ::kill(stranger, SIGKILL);
  ::waitpid(stranger, nullptr, 0);
}

// A task of the dead run has started the next run: it must not end itself.
BOOST_AUTO_TEST_CASE(who_sweeps_is_spared_with_its_family) {
  no_subreaper orphans_go;
  scratch_directory scratch;
  doomed_tutti dead{scratch.path(), 1};
  auto io = (scratch.path() / "io").string();
  auto record = read_file(io + "/supervisor", 4096).content;
  auto mark = run_mark::parse(record.substr(record.find(' ') + 1, 9));
  BOOST_TEST_REQUIRE(mark.has_value());
  kill_both(dead);
  auto parent = ::fork();
  if (parent == 0) {
    bear_limit(mark->limit(1));
    auto sweeper = ::fork();
    if (sweeper == 0) {
      auto child = ::fork();
      if (child == 0)
        while (true)
          ::pause();
      auto x = sweep_run(io);
      bool spared = ::waitpid(child, nullptr, WNOHANG) == 0;
      ::kill(child, SIGKILL);
      ::_exit(spared && x.ended > 0 && x.left == 0 ? 0 : 1);
    }
    int status = 1;
    ::waitpid(sweeper, &status, 0);
    ::_exit(status == 0 ? 0 : 1);
  }
  int status = 1;
  ::waitpid(parent, &status, 0);
  BOOST_TEST(status == 0);
  BOOST_TEST(all_end(dead.heads()));
}

BOOST_AUTO_TEST_CASE(a_run_of_another_boot_has_no_processes) {
  no_subreaper orphans_go;
  scratch_directory scratch;
  doomed_tutti tutti{scratch.path(), 1};
  auto path = (scratch.path() / "io/supervisor").string();
  auto record = read_file(path, 4096).content;
  kill_both(tutti);
  for (const auto& changed :
       {"0" + record, std::string{}, std::string{"x y 1 2\n"},
        record.substr(0, record.rfind(' '))}) {
    (void)write_file(path, changed);
    auto x = sweep_run((scratch.path() / "io").string());
    BOOST_TEST(x.ended + x.left == 0U, changed);
  }
  BOOST_TEST(living(tutti.heads()) > 0U);
  (void)write_file(path, record);
  BOOST_TEST(sweep_run((scratch.path() / "io").string()).ended > 0U);
  BOOST_TEST(all_end(tutti.heads()));
}

BOOST_AUTO_TEST_SUITE_END()
