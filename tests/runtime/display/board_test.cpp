// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/board_frame.hpp"
#include "runtime/display/display.hpp"
#include "tests/support/run_script.hpp"
#include "tests/support/screen.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace tutti;
using namespace tutti::test;
using namespace std::chrono_literals;
using display::board_frame;
using report::run_model;
using strings = std::vector<std::string>;

namespace {

display::traits terminal() {
  display::traits x;
  x.tty = x.animate = x.unicode = true;
  return x;
}

// A board on a screen, and a run to show on it.
struct board_fixture : plan_sketch {
  std::uint32_t taylor = agent("taylor");
  std::uint32_t morgan = agent("morgan");
  std::uint32_t sam = agent("sam");
  std::uint32_t schema = task("schema", {taylor});
  std::uint32_t crud = task("crud", {morgan});
  std::uint32_t page = task("users-page", {sam}, {crud});
  std::uint32_t release = task("release", {taylor});
  std::uint32_t deploy = gate("deploy", {page}, {release});
  run_model m{value, slots()};
  std::string bytes;

  std::unique_ptr<display::display> board(test::screen& on,
                                          display::traits can = terminal()) {
    return make_board(std::make_unique<screen_output>(on, bytes), can);
  }

  void begin() {
    apply_all(m,
              {ready(0s, schema), ready(0s, crud), started(0s, schema, taylor),
               started(0s, crud, morgan), finished(2s, schema, taylor)});
    m.apply(task_progress{task_id{crud}, 1, "compiling"});
  }
};

// What the screen must show: what was printed for good, then the frame.
void check_screen(const test::screen& on, strings printed, const run_model& m,
                  duration now, const display::traits& can) {
  auto size = display::screen_size{static_cast<int>(on.columns()),
                                   static_cast<int>(on.height())};
  for (auto& x : board_frame(m, now, {size, can})) {
    x.erase(x.find_last_not_of(' ') + 1);
    printed.push_back(x);
  }
  auto shown = on.lines();
  BOOST_CHECK_EQUAL_COLLECTIONS(shown.begin(), shown.end(), printed.begin(),
                                printed.end());
}

std::string all_of(const strings& xs) {
  std::string result;
  for (const auto& x : xs)
    result += x + '\n';
  return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_display_board)

BOOST_FIXTURE_TEST_CASE(a_frame_shows_who_works_who_waits_and_what_is_done,
                        board_fixture) {
  begin();
  auto text = all_of(board_frame(m, 5s, {{81, 24}, terminal()}));
  std::string bar;
  for (int i = 0; i < 20; ++i)
    bar += i < 9 ? "\u2588" : "\u2591";
  BOOST_CHECK_EQUAL(text,
                    "test-plan  1/4  5s  " + bar
                        + "  47%  ~4s left\n"
                          "IN PROGRESS 1\n"
                          "  morgan  crud      5s  compiling\n"
                          "IDLE 2\n"
                          "  taylor  next: release waits for gate deploy\n"
                          "  sam     next: users-page waits for crud (morgan)\n"
                          "HANDOFF PENDING 2\n"
                          "  users-page (sam) waits for crud (morgan), 5s\n"
                          "  gate deploy waits for users-page (sam), 5s; 1 "
                          "task waits for it\n"
                          "COMPLETED 1\n"
                          "  \u2713 taylor  schema    2.0s\n");
}

BOOST_FIXTURE_TEST_CASE(each_redraw_leaves_exactly_the_frame, board_fixture) {
  for (int columns : {20, 40, 80, 200}) {
    for (int rows : {2, 3, 5, 8, 24, 60}) {
      run_model fresh(value, slots());
      m = fresh;
      test::screen on(columns, rows);
      auto b = board(on);
      b->refresh(m, 0s);
      check_screen(on, {}, m, 0s, terminal());
      begin();
      b->refresh(m, 3s);
      check_screen(on, {}, m, 3s, terminal());
      apply_all(m, {finished(4s, crud, morgan), ready(4s, page),
                    started(4s, page, sam)});
      b->refresh(m, 4s);
      check_screen(on, {}, m, 4s, terminal());
      BOOST_CHECK(on.cursor_shown());
    }
  }
}

BOOST_FIXTURE_TEST_CASE(a_resize_leaves_nothing_of_the_old_frame,
                        board_fixture) {
  begin();
  std::mt19937 random(3);
  test::screen on(80, 40);
  auto b = board(on);
  strings printed;
  for (int i = 0; i < 300; ++i) {
    auto now = (3 + i) * 1s;
    b->refresh(m, now);
    check_screen(on, printed, m, now, terminal());
    on.resize(static_cast<int>(20 + random() % 100), 40);
    if (i % 50 == 7) {
      b->note("note " + std::to_string(i));
      printed.push_back("note " + std::to_string(i));
    }
  }
}

BOOST_FIXTURE_TEST_CASE(failures_and_notes_stay_above_the_board,
                        board_fixture) {
  begin();
  test::screen on(80, 24);
  auto b = board(on);
  b->refresh(m, 3s);
  b->note("stopping: 1 task is being ended");
  check_screen(on, {"stopping: 1 task is being ended"}, m, 3s, terminal());
  std::vector<fact> facts{finished(4s, crud, morgan, task_state::failed, 3),
                          skipped(4s, page, crud)};
  for (const auto& x : facts) {
    m.apply(x);
    b->update(m, x);
  }
  b->refresh(m, 4s);
  check_screen(on,
               {"stopping: 1 task is being ended",
                "    4.0s  failed     morgan  crud  (exit 3, 4.0s)"},
               m, 4s, terminal());
}

BOOST_FIXTURE_TEST_CASE(lines_printed_for_good_are_whole_on_narrow_screens,
                        board_fixture) {
  begin();
  test::screen on(30, 12);
  auto b = board(on);
  b->refresh(m, 3s);
  std::vector<fact> facts{finished(4s, crud, morgan, task_state::failed, 3),
                          skipped(4s, page, crud)};
  for (const auto& x : facts) {
    m.apply(x);
    b->update(m, x);
  }
  b->refresh(m, 4s);
  check_screen(on, {"    4.0s  failed     morgan  crud  (exit 3, 4.0s)"}, m, 4s,
               terminal());
}

// The end of what one types must be seen.
BOOST_FIXTURE_TEST_CASE(a_prompt_that_does_not_fit_shows_its_end,
                        board_fixture) {
  begin();
  test::screen on(30, 12);
  auto b = board(on);
  b->prompt("approve deploy (Enter: yes, Esc: no); comment: looks good_");
  b->refresh(m, 3s);
  BOOST_CHECK_EQUAL(on.lines().back(), "\u2026c: no); comment: looks good_");
}

// A board that fills the screen starts at its first row, where tmux would move
// everything into the history if the screen were cleared at once.
BOOST_FIXTURE_TEST_CASE(no_frame_of_a_full_screen_gets_into_the_history,
                        board_fixture) {
  begin();
  test::screen on(90, 6);
  auto b = board(on);
  b->refresh(m, 3s);
  b->refresh(m, 4s);
  b->note("note");
  check_screen(on, {"note"}, m, 4s, terminal());
  on.resize(60, 6);
  b->refresh(m, 5s);
  check_screen(on, {"note"}, m, 5s, terminal());
  apply_all(m, {run_ended(5s, run_status::stopped, 130)});
  b->finish(m);
  auto text = all_of(on.lines());
  BOOST_CHECK(text.find("IN PROGRESS") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_suspended_board_leaves_the_screen_to_others,
                        board_fixture) {
  begin();
  test::screen on(80, 24);
  auto b = board(on);
  b->refresh(m, 3s);
  b->suspend();
  BOOST_CHECK(on.lines().empty());
  on.write("$ fg\n");
  b->resume();
  b->refresh(m, 9s);
  check_screen(on, {"$ fg"}, m, 9s, terminal());
}

BOOST_FIXTURE_TEST_CASE(text_of_tasks_cannot_steer_the_terminal,
                        board_fixture) {
  value.name = "evil\x1b[2Jplan\xff";
  begin();
  m.apply(task_progress{task_id{crud}, 1, "\x1b[31mred\x1b]0;x\x07\xff\x9b"});
  test::screen on(80, 24);
  auto b = board(on); // the screen throws on what the board never writes
  b->refresh(m, 3s);
  BOOST_CHECK(all_of(on.lines()).find("red\xef\xbf\xbd") != std::string::npos);
  BOOST_CHECK(bytes.find('\x07') == std::string::npos);
  BOOST_CHECK(bytes.find("\x1b[31m") == std::string::npos);
  BOOST_CHECK(bytes.find("\x1b[2J") == std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(without_colour_there_is_none_and_ascii_stays_ascii,
                        board_fixture) {
  begin();
  m.apply(task_progress{task_id{crud}, 1, "gr\u00fcn"});
  auto can = terminal();
  can.unicode = false;
  for (const auto& x : board_frame(m, 3s, {{120, 40}, can}))
    for (auto c : x)
      BOOST_REQUIRE(c >= 0x20 && c < 0x7f);
  can.color = true;
  BOOST_CHECK(all_of(board_frame(m, 3s, {{120, 40}, can})).find("\x1b[")
              != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_thousand_tasks_fit_every_screen) {
  plan_sketch b;
  for (int i = 0; i < 300; ++i)
    b.agent("agent-" + std::to_string(i));
  for (std::uint32_t i = 0; i < 1000; ++i) {
    std::vector<std::uint32_t> needs;
    if (i >= 300)
      needs.push_back(i - 300);
    b.task("task-with-\u65e5\u672c-" + std::to_string(i), {i % 300}, needs);
  }
  std::vector<std::uint32_t> first;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    if (i % 40 == 39) {
      b.phase("phase-" + std::to_string(i / 40), first);
      first.clear();
    }
    first.push_back(i);
  }
  run_model m(b.value, b.slots());
  for (std::uint32_t i = 0; i < 300; ++i)
    apply_all(m, {ready(0s, i), started(0s, i, i)});
  for (std::uint32_t i = 0; i < 100; ++i)
    apply_all(m, {finished(1s, i, i), ready(1s, i + 300)});
  std::string bytes;
  test::screen on(80, 24);
  auto board =
      make_board(std::make_unique<screen_output>(on, bytes), terminal());
  for (int columns : {20, 33, 80, 200}) {
    for (int rows : {24, 10, 50}) {
      on.resize(columns, rows);
      auto frame = board_frame(m, 2s, {{columns, rows}, terminal()});
      BOOST_CHECK_LT(frame.size(), static_cast<std::size_t>(rows));
      for (const auto& x : frame)
        BOOST_CHECK_LT(display::width_of(x), static_cast<std::size_t>(columns));
    }
  }
  auto text = all_of(board_frame(m, 2s, {{80, 24}, terminal()}));
  BOOST_CHECK(text.find("IN PROGRESS 200\n") != std::string::npos);
  BOOST_CHECK(text.find("HANDOFF PENDING 300\n") != std::string::npos);
  BOOST_CHECK(text.find("and 297 more\n") != std::string::npos);
  BOOST_CHECK(text.find("COMPLETED 100\n") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(at_the_end_the_summary_replaces_the_board,
                        board_fixture) {
  begin();
  test::screen on(80, 24);
  auto b = board(on);
  b->refresh(m, 3s);
  apply_all(m, {run_ended(5s, run_status::stopped, 130)});
  b->finish(m);
  auto text = all_of(on.lines());
  BOOST_CHECK(text.find("IN PROGRESS") == std::string::npos);
  BOOST_CHECK(text.find("exit code 130: interrupted\n") != std::string::npos);
  BOOST_CHECK(on.cursor_shown());
}

BOOST_FIXTURE_TEST_CASE(an_unchanged_frame_is_not_written_again,
                        board_fixture) {
  begin();
  test::screen on(80, 24);
  auto b = board(on);
  b->refresh(m, 3s);
  auto size = bytes.size();
  b->refresh(m, 3s + 1ms);
  BOOST_CHECK_EQUAL(bytes.size(), size);
}

BOOST_AUTO_TEST_SUITE_END()
