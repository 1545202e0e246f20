// SPDX-License-Identifier: BSD-3-Clause
// Nothing is left, whoever dies: the supervisor, or tutti itself.
#include "runtime/process/files.hpp"
#include "tests/runtime/process/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace tutti;
using namespace tutti::process;

namespace {

/// Forks, forks twice, leaves the session, ignores TERM; tells five pids.
constexpr const char* hydra =
    "trap '' TERM;"
    "tail -f /dev/null & echo $! > ready;"
    "setsid tail -f /dev/null & echo $! > ready;"
    "(sh -c 'echo $$ > ready; exec tail -f /dev/null' &);"
    "(setsid sh -c 'echo $$ > ready; tail -f /dev/null & wait' &);"
    "(env -i PATH=$PATH setsid sh -c 'echo $$ > ready;"
    "exec tail -f /dev/null' &);"
    "echo $$ > ready; wait";
constexpr std::size_t hydra_heads = 6;

bool all_end(const std::vector<watched_process>& xs) {
  for (const auto& x : xs)
    if (!x.ends())
      return false;
  return true;
}

/// What a tutti would do that is killed: starts `count` hydras and waits. Runs
/// in a forked process.
[[noreturn]] void doomed_tutti(const std::filesystem::path& scratch,
                               process_id count) {
  auto forked = supervisor::fork_now();
  if (!forked)
    ::_exit(1);
  supervisor_options options;
  options.log_directory = scratch.string();
  options.io_directory = (scratch / "io").string();
  (*forked)->configure(options);
  for (process_id id = 1; id <= count; ++id) {
    start_process x;
    x.id = id;
    x.name = "hydra-" + std::to_string(id);
    x.argv = {"sh", "-c", hydra};
    x.directory = scratch.string();
    x.input = "{}";
    (*forked)->start(x);
  }
  (void)write_file((scratch / "supervisor").string(),
                   std::to_string((*forked)->pid()));
  while (true)
    ::pause();
}

} // namespace

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

BOOST_AUTO_TEST_CASE(a_killed_tutti_leaves_nothing) {
  scratch_directory scratch;
  std::filesystem::create_directory(scratch.path() / "io");
  ready_pipe ready{scratch.path() / "ready"};
  auto tutti = ::fork();
  BOOST_TEST_REQUIRE(tutti >= 0);
  if (tutti == 0)
    doomed_tutti(scratch.path(), 5);
  auto all = watched(ready.lines(5 * hydra_heads));
  auto pid = std::stoi(content(scratch.path() / "supervisor"));
  all.emplace_back(pid);
  ::kill(tutti, SIGKILL);
  BOOST_TEST(::waitpid(tutti, nullptr, 0) == tutti);
  BOOST_TEST(all_end(all));
  BOOST_TEST(!std::filesystem::exists(scratch.path() / "io"));
  // This process may be a subreaper, from other tests: no zombie stays.
  ::waitpid(pid, nullptr, 0);
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
    BOOST_TEST(!std::filesystem::exists(h.io()));
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
