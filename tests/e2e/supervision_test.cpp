// SPDX-License-Identifier: BSD-3-Clause
// Whatever happens to tutti, to its supervisor or to what they run: nothing is
// left, nothing is starved, and what is said of it is true.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>

using namespace tutti::test;

namespace {

/// The largest memory, in KiB, that `look` saw, of each it looked at.
std::vector<long> looked_at(const std::vector<std::string>& lines) {
  std::vector<long> result;
  for (const auto& x : lines)
    result.push_back(std::stol(x.substr(x.find(':') + 1)));
  return result;
}

/// Processes of every kind. Tells the supervisor's pid and those of two: the
/// second hides, without an environment, in a session of its own. (A tail ends
/// by itself when nobody can read its output any more, so that goes to a file.)
constexpr const char* hiding = R"(
tasks:
  hides:
    run: |
      echo $PPID > up
      exec > log 2>&1
      setsid tail -f /dev/null & echo $! > up
      (env -i PATH="$PATH" setsid sh -c 'echo $$ > up; exec tail -f /dev/null' &)
      exec tail -f /dev/null
)";

/// Tells the supervisor's pid and its own.
constexpr const char* waits = R"(
tasks:
  waits: { run: echo $PPID > up; echo $$ > up; exec tail -f /dev/null }
  next: { needs: waits, run: touch next }
)";

struct process_facts {
  std::string state; ///< "Z": dead, but nobody has looked; empty: no process
  int parent = 0;
  int terminal = 0; ///< 0: none
};

process_facts about(int pid) {
  std::ifstream stat{"/proc/" + std::to_string(pid) + "/stat"};
  std::string word;
  process_facts result;
  int group = 0;
  int session = 0;
  stat >> word >> word >> result.state >> result.parent >> group >> session
      >> result.terminal;
  return result;
}

bool lives(int pid) {
  auto state = about(pid).state;
  return !state.empty() && state != "Z";
}

struct supervision_fixture : run_fixture {
  /// Runs `hiding`, and kills tutti and its supervisor at the same moment;
  /// returns two of those that nobody ends.
  std::vector<int> kill_both(fifo& up) const {
    auto running = start(hiding);
    int supervisor = std::stoi(up.take());
    std::vector<int> left{std::stoi(up.take()), std::stoi(up.take())};
    ::kill(supervisor, SIGSTOP); // so that it does not see the death of tutti
    running->send_signal(SIGKILL);
    BOOST_TEST(running->wait().status == 137);
    ::kill(supervisor, SIGKILL);
    BOOST_TEST(std::all_of(left.begin(), left.end(), lives));
    return left;
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_supervision, supervision_fixture)

// row 7, D2.7
BOOST_AUTO_TEST_CASE(what_nobody_was_left_to_end_is_swept_by_the_next_run) {
  fifo up{dir, "up"};
  auto left = kill_both(up);
  auto x = run("tasks: { a: touch a }\n");
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.err.find("was killed and had left processes behind: ")
                 != std::string::npos,
             x.err);
  BOOST_TEST(std::none_of(left.begin(), left.end(), lives));
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(what_was_left_is_swept_before_the_run_goes_on) { // §31
  fifo up{dir, "up"};
  auto left = kill_both(up);
  auto running = start(hiding, {"--resume"});
  BOOST_REQUIRE(up.take() != "");
  BOOST_TEST(std::none_of(left.begin(), left.end(), lives));
  running->send_signal(SIGINT);
  auto x = finish(*running);
  BOOST_TEST(x.status == 130, x.err);
  BOOST_TEST(x.err.find("was killed and had left processes behind: ")
                 != std::string::npos,
             x.err);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_killed_supervisor_is_9_and_nothing_is_left) { // §26, §27
  fifo up{dir, "up"};
  auto running = start(waits);
  ::kill(std::stoi(up.take()), SIGKILL);
  auto x = finish(*running);
  BOOST_TEST(x.status == 9);
  BOOST_TEST(x.report.at("status") == "lost");
  BOOST_TEST(x.report.at("exit_code") == 9);
  BOOST_TEST(x.out.find("to go on: tutti run tutti.yaml --resume=2")
                 != std::string::npos,
             x.out);
  BOOST_TEST((x.out + x.err)
                     .find("the process supervisor was ended by signal "
                           "9; its processes have been killed")
                 != std::string::npos,
             x.out + x.err);
  BOOST_TEST(!dir.exists("next"));
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_stopped_supervisor_goes_on_and_is_told_of) { // §26
  fifo up{dir, "up"};
  auto running = start(waits);
  ::kill(std::stoi(up.take()), SIGSTOP);
  BOOST_TEST(running->read_until("the process supervisor had been stopped by a "
                                 "signal; it goes on."));
  ::kill(std::stoi(up.take()), SIGTERM);
  auto x = finish(*running);
  BOOST_TEST(x.status == 1);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_killed_agent_process_is_lost_and_tried_again) { // row 6
  fifo up{dir, "up"};
  auto running = start(R"(
tasks:
  work: { retries: 1, run: test -e once && exit 0; touch once; echo $$ > up; exec tail -f /dev/null }
  next: { needs: work, run: touch next }
)");
  ::kill(std::stoi(up.take()), SIGKILL);
  auto x = finish(*running);
  BOOST_TEST(x.status == 0, x.err);
  BOOST_TEST(x.task("work").at("attempts") == 2);
  BOOST_TEST(dir.exists("next"));
  check_no_process_left();
}

// row 15, D2.6: over 1.1 GB of output. The first task and the last look at the
// memory of those who run them: the supervisor, and tutti.
BOOST_AUTO_TEST_CASE(floods_take_little_memory_of_tutti_and_its_supervisor) {
  dir.write_script("look", R"(#!/bin/sh
for pid in $PPID $(cut -d' ' -f4 "/proc/$PPID/stat"); do
  grep VmHWM "/proc/$pid/status"
done > "$1"
)");
  auto x = run(R"(
tasks:
  before: { run: [./look, seen-before] }
  line: { needs: before, run: "head -c 1000000000 /dev/zero | tr '\\000' x" }
  lines: { needs: before, run: seq 10000000 }
  bytes: { needs: before, run: head -c 80000000 /dev/urandom }
  after: { needs: [line, lines, bytes], run: [./look, seen-after] }
)",
               {"--jobs", "3"});
  BOOST_TEST(x.status == 0, x.err);
  auto before = looked_at(lines("seen-before"));
  auto after = looked_at(lines("seen-after"));
  BOOST_REQUIRE((before.size() == 2 && after.size() == 2));
  auto supervisor_kib = after[0] - before[0];
  auto tutti_kib = after[1] - before[1];
  BOOST_TEST_MESSAGE("the supervisor grew by " << supervisor_kib
                                               << " KiB, tutti by " << tutti_kib
                                               << " KiB");
  BOOST_TEST(supervisor_kib < 2048);
  BOOST_TEST(tutti_kib < 16384);
  // All of it was read.
  constexpr std::uint64_t kept = std::uint64_t{64} << 20;
  for (const auto& [task, bytes] :
       std::map<std::string, std::uint64_t>{{"line", 1'000'000'000},
                                            {"lines", 78'888'897},
                                            {"bytes", 80'000'000}})
    BOOST_TEST(x.task(task).at("dropped_bytes") == bytes - kept, task);
}

// As on a server, or in the background: no terminal, no session to belong to,
// and no standard streams.
BOOST_AUTO_TEST_CASE(a_run_without_a_terminal_is_looked_after_as_well) {
  fifo up{dir, "up"};
  dir.write("tutti.yaml", hiding);
  auto how = options({"-c", R"(setsid "$0" run < /dev/null > out 2>&1 & exit)",
                      std::getenv("TUTTI_BINARY")});
  how.path = "/bin/sh";
  BOOST_TEST(run_program(how).status == 0);
  int supervisor = std::stoi(up.take());
  std::vector<int> all{supervisor, std::stoi(up.take()), std::stoi(up.take())};
  auto tutti = about(supervisor).parent;
  for (int pid : all)
    BOOST_TEST(about(pid).terminal == 0);
  BOOST_TEST(about(tutti).terminal == 0);
  ::kill(tutti, SIGHUP);
  BOOST_TEST(eventually([&all] {
    return std::none_of(all.begin(), all.end(), lives);
  }));
  check_no_process_left();
}

BOOST_AUTO_TEST_SUITE_END()
