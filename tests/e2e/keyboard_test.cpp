// SPDX-License-Identifier: BSD-3-Clause
// Deciding over a gate at the board, in a real terminal.
#include "tests/e2e/live_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti::test;

namespace {

constexpr const char* asking = R"(
name: pay
tasks:
  crud: 'true'
  release: echo released > order
gates:
  deploy: { needs: crud, blocks: release, approval: { by: human }, rework: { to: crud, max-rounds: 3 } }
)";

struct keyboard_fixture : live_fixture {
  /// Runs the plan in a shell of a terminal; `then` follows.
  program_options in_shell(const std::string& then) const {
    dir.write("tutti.yaml", asking);
    auto how = options({"-c", "trap : INT; \"$TUTTI_BINARY\" run; " + then});
    how.path = "/bin/sh";
    how.terminal = terminal_size{100, 30};
    return how;
  }
  /// The terminal is as a shell wants it: lines, and what one types is seen.
  void check_modes() const {
    auto modes = dir.read("modes");
    BOOST_TEST(has(modes, " icanon"), modes);
    BOOST_TEST(!has(modes, "-icanon"), modes);
    BOOST_TEST(has(modes, " echo "), modes);
  }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_keyboard, keyboard_fixture)

BOOST_AUTO_TEST_CASE(a_gate_is_approved_at_the_board) {
  program running{in_shell("echo $? > code; stty -a > modes")};
  BOOST_REQUIRE(running.read_until("[a]pprove"));
  running.type("a");
  BOOST_REQUIRE(running.read_until("approve deploy"));
  running.type("fine\r");
  static_cast<void>(running.wait());
  BOOST_TEST(dir.read("code") == "0\n");
  BOOST_TEST(dir.read("order") == "released\n");
  check_modes();
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(changes_are_requested_at_the_board) {
  program running{in_shell("echo $? > code")};
  BOOST_REQUIRE(running.read_until("[c]hanges"));
  running.type("c");
  BOOST_REQUIRE(running.read_until("request changes of deploy"));
  running.type("faster\r");
  wait_for_approval("deploy", 2);
  expect(0, {"reject", "deploy"});
  static_cast<void>(running.wait());
  BOOST_TEST(dir.read("code") == "3\n");
}

BOOST_AUTO_TEST_CASE(ctrl_c_puts_the_terminal_back) {
  program running{in_shell("echo $? > code; stty -a > modes")};
  BOOST_REQUIRE(running.read_until("[a]pprove"));
  running.type("\x03");
  static_cast<void>(running.wait());
  BOOST_TEST(dir.read("code") == "130\n");
  check_modes();
}

// row 31
BOOST_AUTO_TEST_CASE(ctrl_z_puts_the_terminal_back_and_fg_asks_again) {
  auto how = in_shell("stty -a > modes; echo there > stopped; fg; echo $? > "
                      "code");
  how.args[1] = "set -m; " + how.args[1];
  program running{how};
  BOOST_REQUIRE(running.read_until("[a]pprove"));
  running.type("\x1a");
  BOOST_REQUIRE(eventually([this] {
    return dir.exists("stopped");
  }));
  check_modes();
  // Typed before it listens again, a key would be lost: once more then.
  BOOST_REQUIRE(running.read_until([&running] {
    running.type("a");
    return has(running.out(), "approve deploy");
  }));
  running.type("\x1b");
  BOOST_REQUIRE(eventually([this] {
    return asks("deploy");
  }));
  expect(0, {"approve", "deploy"});
  static_cast<void>(running.wait());
  BOOST_TEST(dir.read("code") == "0\n");
  // The board was erased for the shell and drawn anew after it.
  auto erased = running.out().find("\x1b[2K");
  BOOST_REQUIRE(erased != std::string::npos);
  BOOST_TEST(erased < running.out().rfind("[a]pprove"));
}

BOOST_AUTO_TEST_SUITE_END()
