// SPDX-License-Identifier: BSD-3-Clause
// What a user sees: the board in a terminal, lines elsewhere.
#include "tests/e2e/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti::test;

namespace {

constexpr const char* meeting = R"(
name: meeting
agents: { ann: {}, ben: {} }
tasks:
  blocked-task: { agent: ann, run: echo up > up; read x < gate }
  second-task: { agent: ben, needs: blocked-task, run: "true" }
)";

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(e2e_terminal, run_fixture)

BOOST_AUTO_TEST_CASE(the_board_draws_resizes_and_leaves_the_summary) {
  fifo up{dir, "up"};
  fifo gate{dir, "gate"};
  dir.write("tutti.yaml", meeting);
  auto how = options({"run"});
  how.terminal = terminal_size{100, 30};
  program running{how};
  BOOST_REQUIRE(up.take() == "up");
  BOOST_TEST(running.read_until("blocked-task"));
  BOOST_TEST(running.read_until("second-task"));
  for (auto size : {terminal_size{40, 8}, terminal_size{200, 50},
                    terminal_size{10, 3}, terminal_size{1, 1}}) {
    // It goes on drawing in the new size, as elapsed time moves on.
    auto before = running.out().size();
    running.resize(size);
    BOOST_TEST(running.read_until([&] {
      return running.out().size() > before;
    }));
  }
  running.resize({80, 24});
  gate.put();
  auto x = running.wait();
  BOOST_TEST(x.status == 0);
  BOOST_TEST(has(x.out, "\x1b["));
  // The cursor is there again.
  auto hidden = x.out.rfind("\x1b[?25l");
  auto shown = x.out.rfind("\x1b[?25h");
  BOOST_TEST((hidden == std::string::npos
              || (shown != std::string::npos && shown > hidden)));
  // What is selected and scrolled is the normal screen.
  BOOST_TEST(!has(x.out, "\x1b[?1049h"));
  BOOST_TEST(has(x.out.substr(x.out.size() / 2), "meeting"));
}

BOOST_AUTO_TEST_CASE(ctrl_c_leaves_the_cursor_and_the_summary) {
  fifo up{dir, "up"};
  fifo gate{dir, "gate"};
  dir.write("tutti.yaml", meeting);
  auto how = options({"run"});
  how.terminal = terminal_size{};
  program running{how};
  BOOST_REQUIRE(up.take() == "up");
  BOOST_TEST(running.read_until("blocked-task"));
  running.type("\x03");
  auto x = running.wait();
  BOOST_TEST(x.status == 130);
  auto hidden = x.out.rfind("\x1b[?25l");
  auto shown = x.out.rfind("\x1b[?25h");
  BOOST_TEST((hidden == std::string::npos
              || (shown != std::string::npos && shown > hidden)));
  check_no_process_left();
}

BOOST_AUTO_TEST_CASE(a_pipe_gets_lines_without_escape_codes) {
  fifo gate{dir, "gate"};
  fifo up{dir, "up"};
  gate.put();
  auto x = run(meeting);
  BOOST_TEST(x.status == 0);
  BOOST_TEST(!has(x.out + x.err, "\x1b"));
  BOOST_TEST(has(x.out, "blocked-task"));
  BOOST_TEST(has(x.out, "second-task"));
}

BOOST_AUTO_TEST_CASE(plain_no_color_and_ci_are_lines_on_a_terminal_too) {
  dir.write("tutti.yaml", "tasks: { only-task: 'true' }\n");
  auto how = options({"run", "--plain", "--no-color"});
  how.terminal = terminal_size{};
  auto plain = run_program(how);
  BOOST_TEST(plain.status == 0);
  BOOST_TEST(!has(plain.out, "\x1b"), plain.out);
  BOOST_TEST(has(plain.out, "only-task"));
  how.args = {"run"};
  how.env.insert(how.env.end(), {"NO_COLOR=1", "CI=true"});
  auto in_ci = run_program(how);
  BOOST_TEST(in_ci.status == 0);
  BOOST_TEST(!has(in_ci.out, "\x1b"), in_ci.out);
}

BOOST_AUTO_TEST_CASE(no_color_keeps_the_board_without_colours) {
  dir.write("tutti.yaml", "tasks: { bad: exit 1 }\n");
  auto how = options({"run"});
  how.terminal = terminal_size{};
  how.env.push_back("NO_COLOR=1");
  auto x = run_program(how);
  BOOST_TEST(x.status == 1);
  for (const auto* color : {"\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[1;31m"})
    BOOST_TEST(!has(x.out, color));
}

// Escape codes could clear the screen, retitle the window or type commands.
BOOST_AUTO_TEST_CASE(escape_codes_from_tasks_are_neutralised) { // row 15
  constexpr const char* evil = R"(
tasks:
  evil: { run: [sh, -c, 'printf "\033[2Jclear \033]0;title\007 \200\377 \b bell\007\n"; exit 1'] }
)";
  auto piped = run(evil);
  BOOST_TEST(piped.status == 1);
  auto how = options({"run"});
  how.terminal = terminal_size{};
  auto shown = run_program(how);
  for (const auto& text : {piped.out + piped.err, shown.out}) {
    BOOST_TEST(has(text, "clear"), text);
    BOOST_TEST(!has(text, "\x1b[2J"));
    BOOST_TEST(!has(text, "\x1b]0;title"));
    BOOST_TEST(!has(text, "\x07"));
    BOOST_TEST(!has(text, "\xff"));
  }
}

BOOST_AUTO_TEST_CASE(quiet_prints_no_line_for_what_went_well) {
  dir.write("tutti.yaml", "tasks: { fine-task: 'true', bad-task: exit 1 }\n");
  auto x = tutti({"run", "-q"});
  BOOST_TEST(x.status == 1);
  BOOST_TEST(has(x.out + x.err, "bad-task"));
  BOOST_TEST(!has(x.out + x.err, "  done  "), x.out);
}

BOOST_AUTO_TEST_CASE(a_thousand_tasks_fit_on_a_small_terminal) {
  std::string plan = "tasks:\n";
  for (int i = 0; i < 1000; ++i)
    plan += "  task-" + std::to_string(i) + ": 'true'\n";
  dir.write("tutti.yaml", plan);
  auto how = options({"run"});
  how.terminal = terminal_size{40, 10};
  auto x = run_program(how);
  BOOST_TEST(x.status == 0);
  BOOST_TEST(has(x.out, "1000"));
}

BOOST_AUTO_TEST_SUITE_END()
