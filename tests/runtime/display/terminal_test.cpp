// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/display/terminal.hpp"

#include "runtime/display/styled_line.hpp"
#include "runtime/display/text_width.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <unistd.h>

using namespace tutti::display;

namespace {

using variables = std::map<std::string, std::string>;

traits detected(variables xs, bool tty = true, terminal_options options = {}) {
  xs.emplace("TERM", "xterm");
  return detect(tty, options, [&](const char* name) {
    auto i = xs.find(name);
    return i == xs.end() ? nullptr : i->second.c_str();
  });
}

} // namespace

BOOST_AUTO_TEST_SUITE(runtime_display_terminal)

BOOST_AUTO_TEST_CASE(colour_follows_the_conventions) {
  BOOST_CHECK(detected({}).color);
  BOOST_CHECK(!detected({}, false).color);
  BOOST_CHECK(!detected({{"NO_COLOR", "1"}}).color);
  BOOST_CHECK(detected({{"NO_COLOR", ""}}).color);
  BOOST_CHECK(!detected({{"TERM", "dumb"}}).color);
  BOOST_CHECK(!detected({}, true, {false, true}).color);
  BOOST_CHECK(detected({{"FORCE_COLOR", "1"}}, false).color);
  BOOST_CHECK(detected({{"CLICOLOR_FORCE", "1"}}, false).color);
  BOOST_CHECK(!detected({{"FORCE_COLOR", "0"}}, false).color);
  BOOST_CHECK(!detected({{"FORCE_COLOR", "1"}}, true, {false, true}).color);
}

BOOST_AUTO_TEST_CASE(nothing_moves_where_nobody_watches) {
  BOOST_CHECK(detected({}).animate);
  BOOST_CHECK(!detected({}, false).animate);
  BOOST_CHECK(!detected({{"CI", "true"}}).animate);
  BOOST_CHECK(detected({{"CI", "false"}}).animate);
  BOOST_CHECK(!detected({{"TERM", "dumb"}}).animate);
  BOOST_CHECK(!detected({{"TERM", ""}}).animate);
  BOOST_CHECK(!detected({}, true, {true, false}).animate);
  BOOST_CHECK(detected({{"GITHUB_ACTIONS", "true"}}).github);
}

BOOST_AUTO_TEST_CASE(the_first_locale_variable_that_is_set_decides) {
  BOOST_CHECK(detected({{"LANG", "de_DE.UTF-8"}}).unicode);
  BOOST_CHECK(detected({{"LC_ALL", "C.utf8"}, {"LANG", "C"}}).unicode);
  BOOST_CHECK(!detected({{"LC_ALL", "C"}, {"LANG", "C.UTF-8"}}).unicode);
  BOOST_CHECK(!detected({}).unicode);
}

BOOST_AUTO_TEST_CASE(widths_are_those_of_a_terminal) {
  BOOST_CHECK_EQUAL(width_of(""), 0u);
  BOOST_CHECK_EQUAL(width_of("plain"), 5u);
  BOOST_CHECK_EQUAL(width_of("gr\u00fcn"), 4u);
  BOOST_CHECK_EQUAL(width_of("e\u0301"), 1u);
  BOOST_CHECK_EQUAL(width_of("\u65e5\u672c"), 4u);
  BOOST_CHECK_EQUAL(width_of("\U0001F680"), 2u);
  BOOST_CHECK_EQUAL(width_of("\xff"), 1u);
}

BOOST_AUTO_TEST_CASE(long_text_is_cut_at_a_character) {
  BOOST_CHECK_EQUAL(truncate("short", 5, true), "short");
  BOOST_CHECK_EQUAL(truncate("longer", 5, true), "long\u2026");
  BOOST_CHECK_EQUAL(truncate("longer", 5, false), "lon..");
  BOOST_CHECK_EQUAL(truncate("\u65e5\u672c\u8a9e", 4, true), "\u65e5\u2026");
  BOOST_CHECK_EQUAL(truncate("longer", 1, false), ".");
  BOOST_CHECK_EQUAL(truncate("longer", 0, true), "");
  BOOST_CHECK_EQUAL(fit("ab", 4, true), "ab  ");
  BOOST_CHECK_EQUAL(fit("\u65e5\u672c\u8a9e", 4, true), "\u65e5\u2026 ");
}

BOOST_AUTO_TEST_CASE(text_of_tasks_is_made_harmless) {
  traits can;
  can.unicode = true;
  BOOST_CHECK_EQUAL(neutral("a\x1b[31mb\x1b]0;title\x07"
                            "c",
                            can),
                    "abc");
  BOOST_CHECK_EQUAL(neutral("x\xff", can), "x\xef\xbf\xbd");
  can.github = true;
  BOOST_CHECK_EQUAL(neutral("##[error]no", can), "## [error]no");
  can.unicode = false;
  BOOST_CHECK_EQUAL(neutral("gr\u00fcn", can), "gr?n");
}

BOOST_AUTO_TEST_CASE(a_line_is_cut_across_its_styles) {
  styled_line x("abc", style::bold);
  x.add("defgh", style::red);
  traits can;
  BOOST_CHECK_EQUAL(x.render(can, 20), "abcdefgh");
  BOOST_CHECK_EQUAL(x.render(can, 6), "abcd..");
  can.color = true;
  BOOST_CHECK_EQUAL(x.render(can, 20), "\x1b[1mabc\x1b[0m\x1b[31mdefgh\x1b[0m");
}

BOOST_AUTO_TEST_CASE(a_reader_that_has_gone_is_no_error) {
  int ends[2];
  BOOST_REQUIRE_EQUAL(::pipe(ends), 0);
  auto out = make_fd_output(ends[1]);
  out->write("hello\n");
  char bytes[6];
  BOOST_CHECK_EQUAL(::read(ends[0], bytes, 6), 6);
  ::close(ends[1]);
  out->write("nobody\n"); // the descriptor is closed: EBADF
  ::close(ends[0]);
}

BOOST_AUTO_TEST_SUITE_END()
