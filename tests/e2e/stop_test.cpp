// SPDX-License-Identifier: BSD-3-Clause
// How runs end before their time, and that nothing of them is left.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

using namespace tutti::test;

namespace {

/// Says that it is there and never ends by itself.
constexpr const char* endless = R"(
tasks:
  endless: { run: echo up > up; exec tail -f /dev/null }
  next: { needs: endless, run: touch next }
  clean: { finally: true, run: touch clean }
)";

/// Is deaf to all that asks it to end.
constexpr const char* stubborn = R"(
tasks:
  stubborn: { run: 'trap "" TERM INT HUP; echo up > up; exec tail -f /dev/null' }
)";

/// Leaves processes of every kind behind that hold on to life.
constexpr const char* runaway = R"(
tasks:
  forks:
    run: |
      tail -f /dev/null &
      (trap '' TERM HUP INT; exec tail -f /dev/null) &
      setsid tail -f /dev/null &
      setsid sh -c 'tail -f /dev/null & exit 0'
      (setsid sh -c '(tail -f /dev/null &) ; exit 0' &)
      echo up > up
      exec tail -f /dev/null
  sits: { run: echo up > up; exec tail -f /dev/null }
)";

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_stop, run_fixture)

BOOST_AUTO_TEST_CASE(the_first_ctrl_c_ends_the_run_in_good_order) {
  fifo up{dir, "up"};
  auto running = start(endless);
  BOOST_REQUIRE(up.take() == "up");
  running->send_signal(SIGINT);
  auto x = finish(*running);
  BOOST_TEST(x.status == 130);
  BOOST_TEST((x.out + x.err).find("Ctrl-C") != std::string::npos,
             x.out + x.err);
  BOOST_TEST(x.report.at("status") == "stopped");
  BOOST_TEST(!dir.exists("next"));
  BOOST_TEST(dir.exists("clean"));
  check_no_process_left();
}

// Left alone, the task would be killed only when the grace of 10 s is over.
BOOST_AUTO_TEST_CASE(the_second_ctrl_c_kills_at_once) { // D2.9, row 7
  fifo up{dir, "up"};
  auto running = start(stubborn);
  BOOST_REQUIRE(up.take() == "up");
  running->send_signal(SIGINT);
  BOOST_REQUIRE(running->read_until("Ctrl-C"));
  auto before = std::chrono::steady_clock::now();
  running->send_signal(SIGINT);
  auto x = finish(*running);
  BOOST_TEST(x.status == 130);
  BOOST_TEST(
      (std::chrono::steady_clock::now() - before < std::chrono::seconds(8)));
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(ctrl_c_in_a_terminal_ends_the_run) {
  fifo up{dir, "up"};
  dir.write("tutti.yaml", endless);
  auto how = options({"run"});
  how.terminal = terminal_size{};
  program running{how};
  BOOST_REQUIRE(up.take() == "up");
  running.type("\x03");
  auto x = running.wait();
  BOOST_TEST(x.status == 130);
  BOOST_TEST(dir.exists("clean"));
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(sigterm_ends_the_run_with_143) {
  fifo up{dir, "up"};
  auto running = start(endless);
  BOOST_REQUIRE(up.take() == "up");
  running->send_signal(SIGTERM);
  auto x = finish(*running);
  BOOST_TEST(x.status == 143);
  BOOST_TEST(dir.exists("clean"));
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(sighup_ends_the_run_with_6) {
  fifo up{dir, "up"};
  auto running = start(endless);
  BOOST_REQUIRE(up.take() == "up");
  running->send_signal(SIGHUP);
  auto x = finish(*running);
  BOOST_TEST(x.status == 6);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_terminal_that_goes_away_leaves_nothing) { // row 31
  fifo up{dir, "up"};
  dir.write("tutti.yaml", endless);
  auto how = options({"run"});
  how.terminal = terminal_size{};
  {
    program running{how};
    BOOST_REQUIRE(up.take() == "up");
  }
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(kill_9_leaves_no_process) { // D2.7
  fifo up{dir, "up"};
  auto running = start(runaway, {"--jobs", "2"});
  BOOST_REQUIRE(up.take() == "up");
  BOOST_REQUIRE(up.take() == "up");
  BOOST_TEST(processes_with(tag).size() >= 8u);
  running->send_signal(SIGKILL);
  BOOST_TEST(running->wait().status == 137);
  check_no_process_left();
}

// D2.2, row 7
BOOST_AUTO_TEST_CASE(ctrl_c_leaves_no_process_of_those_that_hide) {
  fifo up{dir, "up"};
  auto running = start(runaway, {"--jobs", "2"});
  BOOST_REQUIRE(up.take() == "up");
  BOOST_REQUIRE(up.take() == "up");
  running->send_signal(SIGINT);
  running->send_signal(SIGINT);
  BOOST_TEST(finish(*running).status == 130);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(what_a_task_leaves_behind_is_ended_with_it) {
  auto x = run(R"(
tasks:
  leaves: setsid tail -f /dev/null > leaked.txt & tail -f /dev/null & exit 0
)");
  BOOST_TEST(x.status == 0, x.err);
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_run_after_kill_9_works) {
  fifo up{dir, "up"};
  auto running = start(endless);
  BOOST_REQUIRE(up.take() == "up");
  running->send_signal(SIGKILL);
  BOOST_TEST(running->wait().status == 137);
  auto x = run("tasks: { a: touch a }\n");
  BOOST_TEST(x.status == 0, x.err);
  check_no_process_left();
}

// The first and the last task look at the same processes while they stand
// still; between them are 500 others.
BOOST_AUTO_TEST_CASE(no_descriptor_stays_open_after_500_tasks) {
  fifo up{dir, "up"};
  fifo first{dir, "first"};
  fifo last{dir, "last"};
  std::string plan =
      "tasks:\n"
      "  first: echo up > up; read x < first\n"
      "  last: { after: middle, run: echo up > up; read x < last "
      "}\nphases:\n  middle:\n    needs: first\n    tasks:\n";
  for (int i = 0; i < 500; ++i)
    plan += "      t" + std::to_string(i) + ": echo hello\n";
  auto running = start(plan);
  auto count = [&] {
    std::size_t sum = 0;
    for (int pid : processes_with(tag))
      sum += descriptor_count(pid);
    return sum;
  };
  BOOST_REQUIRE(up.take() == "up");
  auto before = count();
  first.put();
  BOOST_REQUIRE(up.take() == "up");
  auto after = count();
  BOOST_TEST(after <= before + 4, before << " before, " << after << " after");
  last.put();
  auto x = finish(*running);
  BOOST_TEST(x.status == 0);
  BOOST_TEST(x.report.at("tasks").size() == 502u);
  check_no_process_left();
}

BOOST_AUTO_TEST_SUITE_END()
