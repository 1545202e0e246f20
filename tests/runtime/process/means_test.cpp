// SPDX-License-Identifier: BSD-3-Clause
// What happens where descriptors, processes or memory run out.
#include "runtime/process/process_table.hpp"
#include "tests/runtime/process/harness.hpp"
#include "tests/support/program.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <optional>
#include <thread>

using namespace tutti;
using namespace tutti::process;

namespace {

/// Also lowers what it may be raised to, so that it stays.
void limit(pid_t pid, __rlimit_resource what, rlim_t value) {
  rlimit x{value, value};
  BOOST_TEST_REQUIRE(::prlimit(pid, what, &x, nullptr) == 0);
}

/// Does something as a user whom the limit of processes applies to.
void as_plain_user(const std::function<void()>& deed) {
  std::thread{[&deed] {
    constexpr int nobody = 65534;
    if (::geteuid() == 0) // of this thread alone, and for good
      ::syscall(SYS_setresuid, nobody, nobody, nobody);
    deed();
  }}.join();
}

int oom_score(const std::string& pid) {
  return std::stoi(content("/proc/" + pid + "/oom_score_adj"));
}

rlim_t address_space(pid_t pid) {
  auto pages = std::stoull(content("/proc/" + std::to_string(pid) + "/statm"));
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

/// Runs until it is ended, with one that leaves the session; tells both pids.
constexpr const char* pair = "setsid tail -f /dev/null & echo $! > ready;"
                             "echo $$ > ready; wait";

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_means)

BOOST_AUTO_TEST_CASE(without_memory_tasks_die_before_tutti) { // D2.12
  harness h;
  auto own = oom_score("self");
  auto end = h.run_shell("cat /proc/self/oom_score_adj;"
                         "env -i setsid cat /proc/self/oom_score_adj");
  auto raised = std::to_string(std::min(own + 500, 1000)) + "\n";
  BOOST_TEST(content(end.log) == raised + raised);
  BOOST_TEST(oom_score(std::to_string(h.process().pid())) == own);
}

BOOST_AUTO_TEST_CASE(a_task_gets_the_limit_of_files_that_tutti_had) {
  rlimit own{};
  ::getrlimit(RLIMIT_NOFILE, &own);
  auto lower = own;
  lower.rlim_cur = std::min<rlim_t>(own.rlim_cur, 512);
  ::setrlimit(RLIMIT_NOFILE, &lower);
  {
    harness h;
    BOOST_TEST(content(h.run_shell("ulimit -S -n").log)
               == std::to_string(lower.rlim_cur) + "\n");
  }
  ::setrlimit(RLIMIT_NOFILE, &own);
}

BOOST_AUTO_TEST_CASE(without_descriptors_a_start_waits_for_an_end) { // row 29
  harness h;
  ready_pipe ready{h.scratch() / "ready"};
  BOOST_TEST(h.run(h.order({"true"})).code == 0);
  limit(h.process().pid(), RLIMIT_NOFILE, 24 + 2 * 2); // enough for two
  auto a = h.shell(pair);
  auto b = h.shell(pair);
  auto c = h.shell(pair);
  for (const auto& x : {a, b, c})
    h.process().start(x);
  auto two = watched(ready.lines(4));
  // What there is suffices to find and end those that hide.
  h.process().end({a.id, false});
  BOOST_TEST(h.wait_exited(a.id).code == 128 + SIGTERM);
  auto third = watched(ready.lines(2));
  h.process().end({b.id, true});
  h.process().end({c.id, true});
  BOOST_TEST(h.wait_exited(b.id).code == 128 + SIGKILL);
  BOOST_TEST(h.wait_exited(c.id).code == 128 + SIGKILL);
  BOOST_TEST(all_end(two));
  BOOST_TEST(all_end(third));
}

BOOST_AUTO_TEST_CASE(without_any_descriptor_a_start_is_refused) { // row 29
  harness h;
  limit(h.process().pid(), RLIMIT_NOFILE, 24);
  auto x = h.run(h.order({"true"}));
  BOOST_TEST((x.end == process_end::refused));
  BOOST_TEST(x.message
             == "cannot start a process: too many files are open; raise the "
                "limit (ulimit -n)");
}

BOOST_AUTO_TEST_CASE(a_fork_that_fails_waits_or_is_refused) { // row 29
  std::optional<harness> h;
  as_plain_user([&h] {
    h.emplace();
  });
  auto set_limit = [&h](rlimit x) {
    as_plain_user([&] {
      BOOST_TEST(::prlimit(h->process().pid(), RLIMIT_NPROC, &x, nullptr) == 0);
    });
  };
  auto running = h->order({"tail", "-f", "/dev/null"});
  h->process().start(running);
  // The first has started when the second has ended.
  BOOST_TEST(h->run(h->order({"true"})).code == 0);
  rlimit own{};
  ::getrlimit(RLIMIT_NPROC, &own);
  set_limit({0, own.rlim_max});
  auto held = h->order({"true"});
  h->process().start(held);
  h->process().end({running.id, true});
  auto x = h->wait_exited(held.id);
  BOOST_TEST((x.end == process_end::refused));
  BOOST_TEST(x.message
             == "cannot start a process: the limit of processes is reached; "
                "raise it (ulimit -u, or that of the container)");
  set_limit(own);
  BOOST_TEST(h->run(h->order({"true"})).code == 0);
}

BOOST_AUTO_TEST_CASE(a_supervisor_without_memory_leaves_nothing) { // row 29
  harness h;
  ready_pipe ready{h.scratch() / "ready"};
  h.process().start(h.shell(hydra));
  auto all = watched(ready.lines(hydra_heads));
  limit(h.process().pid(), RLIMIT_AS, std::size_t{64} << 20);
  auto x = h.order({"true"});
  x.input = std::string(std::size_t{60} << 20, 'x');
  h.process().start(x);
  auto lost = h.wait_lost();
#ifdef __SANITIZE_ADDRESS__ // its allocator ends the process in its own way
  BOOST_TEST(!lost.empty());
#else
  BOOST_TEST(lost
             == "the process supervisor ran out of memory; its processes have "
                "been killed");
#endif
  BOOST_TEST(all_end(all));
}

// Each time it ends a little later: in a start, in its output, in the end.
BOOST_AUTO_TEST_CASE(wherever_memory_ends_nothing_is_left) { // row 29
  for (rlim_t room = 0; room < 12; ++room) {
    harness h;
    auto tag = "TEST_TAG_OF=" + h.scratch().string();
    limit(h.process().pid(), RLIMIT_AS,
          address_space(h.process().pid()) + (room << 16));
    for (int i = 0; i < 10; ++i) {
      auto x = h.shell("setsid tail -f /dev/null & head -c 100000 /dev/zero;"
                       "wait");
      x.env = {tag};
      x.input = std::string(50'000, 'x');
      h.process().start(x);
    }
    h.process().shut_down();
    BOOST_TEST(tutti::test::processes_with(tag).empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
