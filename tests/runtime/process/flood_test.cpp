// SPDX-License-Identifier: BSD-3-Clause
// Floods of output take bounded memory, and hold up nobody else.
#include "tests/runtime/process/harness.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace tutti;
using namespace tutti::process;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t limit = 1'000'000;

void small_log(supervisor_options& x) {
  x.log_bytes_max = limit;
}

struct flood {
  const char* script;
  std::uint64_t bytes;
};

/// All of it is read, and the log says how much of it it lacks; meanwhile the
/// supervisor grows by less than a 70th of the smallest of these.
void check_flood(const flood& x) {
  harness h{small_log};
  BOOST_TEST(h.run_shell("echo one; exit 0").code == 0);
  auto before = peak_memory(h.process().pid());
  auto end = h.run_shell(x.script);
  BOOST_TEST(end.code == 0);
  BOOST_TEST(end.dropped_bytes == x.bytes - limit);
  auto log = content(end.log);
  BOOST_TEST(log.substr(limit)
             == "\n[tutti: " + std::to_string(x.bytes - limit)
                    + " bytes of output are not in this log; the limit is "
                      "1000000 bytes]\n");
  auto grown_kib = peak_memory(h.process().pid()) - before;
  BOOST_TEST_MESSAGE(x.script << ": the supervisor grew by " << grown_kib
                              << " KiB");
  BOOST_TEST(grown_kib < 1024);
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_process_flood)

BOOST_AUTO_TEST_CASE(one_line_of_a_gigabyte) { // D2.6, row 15
  check_flood({"head -c 1000000000 /dev/zero | tr '\\000' x", 1'000'000'000});
}

BOOST_AUTO_TEST_CASE(ten_million_lines) { // D2.6, row 15
  check_flood({"seq 10000000", 78'888'897});
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text) { // D2.6, row 15
  check_flood({"head -c 100000000 /dev/urandom", 100'000'000});
}

BOOST_AUTO_TEST_CASE(a_flood_holds_up_nobody) { // D2.6
  harness h{small_log};
  std::vector<start_process> floods;
  for (int i = 0; i < 8; ++i) {
    floods.push_back(h.order({"yes"}));
    h.process().start(floods.back());
  }
  for (const auto& x : floods)
    h.wait_line(x.id, "y");
  // Another's lines are seen, its end is told, and orders are obeyed.
  auto other = h.talking("while read -r line; do echo \"got $line\"; echo "
                         "\"log $line\" >&2; done; exit 3");
  h.process().start(other);
  for (const auto* word : {"a", "b", "c"}) {
    h.say(other.id, std::string{word} + "\n");
    h.wait_output(other.id, std::string{"got "} + word + "\n");
    h.wait_line(other.id, std::string{"log "} + word);
  }
  h.hang_up(other.id);
  BOOST_TEST(h.wait_exited(other.id).code == 3);
  auto ended = h.order({"tail", "-f", "/dev/null"});
  h.process().start(ended);
  h.process().end({ended.id, false});
  BOOST_TEST(h.wait_exited(ended.id).code == 128 + SIGTERM);
  for (const auto& x : floods)
    BOOST_TEST(!h.has_exited(x.id));
  h.process().end_all(true);
  std::uint64_t dropped = 0; // how much each came to say is the system's choice
  for (const auto& x : floods)
    dropped += h.wait_exited(x.id).dropped_bytes;
  BOOST_TEST(dropped > 0U);
}

// Whoever got hold of the pipe is no process of the attempt, so nobody may end
// it; the attempt is over all the same.
BOOST_AUTO_TEST_CASE(a_pipe_in_strange_hands_is_given_up) { // D2.1
  harness h{[](supervisor_options& x) {
    x.drain = 10ms;
  }};
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.shell("sh -c 'echo $PPID > ready'; exec tail -f /dev/null");
  h.process().start(x);
  auto path = "/proc/" + ready.lines(1).front() + "/fd/1";
  unique_fd held{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  BOOST_TEST_REQUIRE(static_cast<bool>(held));
  h.process().end({x.id, false});
  auto end = h.wait_exited(x.id);
  BOOST_TEST(end.leaked);
  BOOST_TEST(end.message.starts_with(
      "its output is still held open by a process that left no trace"));
}

// As above, but it is talked with, and a flood comes through that pipe.
BOOST_AUTO_TEST_CASE(a_flood_from_strange_hands_is_given_up) { // D2.1, D2.6
  harness h{[](supervisor_options& x) {
    x.drain = 10ms;
  }};
  ready_pipe ready{h.scratch() / "ready"};
  auto x = h.talking("sh -c 'echo $PPID > ready'; exec tail -f /dev/null");
  h.process().start(x);
  auto path = "/proc/" + ready.lines(1).front() + "/fd/1";
  unique_fd held{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  BOOST_TEST_REQUIRE(static_cast<bool>(held));
  auto writer = ::fork();
  if (writer == 0) {
    ::signal(SIGPIPE, SIG_DFL);
    ::dup2(held.get(), 1);
    ::execlp("yes", "yes", nullptr);
    ::_exit(127);
  }
  held.reset();
  h.wait_output(x.id, "y\n");
  h.process().end({x.id, true});
  BOOST_TEST(h.wait_exited(x.id).leaked);
  // Nobody reads on.
  int status = 0;
  ::waitpid(writer, &status, 0);
  BOOST_TEST(WTERMSIG(status) == SIGPIPE);
}

BOOST_AUTO_TEST_SUITE_END()
