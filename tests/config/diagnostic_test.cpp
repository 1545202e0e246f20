// SPDX-License-Identifier: BSD-3-Clause
#include "config/diagnostic.hpp"
#include "config/findings.hpp"
#include "config/suggest.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace tutti::config {

BOOST_AUTO_TEST_SUITE(config_diagnostic)

BOOST_AUTO_TEST_CASE(place_line_caret_and_hint_are_shown) {
  source_text source{"p.yaml", "/", "one\ntwo three\n"};
  auto shown = render({{severity::error, {8, 5}, "no", "do\nthat"},
                       {severity::warning, {0, 0}, "odd", ""},
                       {severity::error, span::none(), "nowhere", "hint"}},
                      source, false);
  BOOST_TEST(shown
             == "p.yaml:2:5: error: no\n"
                " 2 | two three\n"
                "   |     ^~~~~\n"
                "  = hint: do\n"
                "          that\n"
                "p.yaml:1:1: warning: odd\n"
                " 1 | one\n"
                "   | ^\n"
                "p.yaml: error: nowhere\n"
                " = hint: hint\n");
}

BOOST_AUTO_TEST_CASE(nothing_to_say_is_nothing) {
  BOOST_TEST(render({}, {"p", "/", "x"}, true) == "");
}

BOOST_AUTO_TEST_CASE(color_only_adds_escape_codes) {
  source_text source{"p.yaml", "/", "one\n"};
  std::vector<diagnostic> xs{{severity::error, {0, 3}, "no", "hint"}};
  auto colored = render(xs, source, true);
  std::string bare;
  for (std::size_t i = 0; i < colored.size(); ++i) {
    if (colored[i] == '\x1b')
      i = colored.find('m', i);
    else
      bare += colored[i];
  }
  BOOST_TEST(colored != bare);
  BOOST_TEST(bare == render(xs, source, false));
}

BOOST_AUTO_TEST_CASE(control_characters_of_the_file_do_not_reach_the_terminal) {
  source_text source{"p.yaml", "/", "a\x1b[2J\x07\tb\xC2\x9B\n"};
  auto shown = render({{severity::error, {7, 1}, "no", ""}}, source, false);
  BOOST_TEST(shown
             == "p.yaml:1:8: error: no\n"
                " 1 | a?[2J? b?\n"
                "   |        ^\n");
}

BOOST_AUTO_TEST_CASE(long_lines_are_cut_around_the_caret) {
  source_text source{"p.yaml", "/",
                     std::string(500, 'x') + "HERE" + std::string(500, 'y')};
  auto shown = render({{severity::error, {500, 4}, "no", ""}}, source, false);
  BOOST_TEST(shown
             == "p.yaml:1:501: error: no\n 1 | …" + std::string(50, 'x')
                    + "HERE" + std::string(46, 'y') + "…\n   |  "
                    + std::string(50, ' ') + "^~~~\n");
}

BOOST_AUTO_TEST_CASE(many_mistakes_are_counted) {
  source_text source{"p.yaml", "/", "x\n"};
  std::vector<diagnostic> xs(130, {severity::error, {0, 1}, "no", ""});
  auto shown = render(xs, source, false);
  BOOST_TEST(shown.ends_with("p.yaml: and 30 more\n"));
}

BOOST_AUTO_TEST_CASE(findings_are_in_the_order_of_the_text) {
  findings found;
  found.error({9, 1}, "third");
  found.warning({2, 1}, lint::idle_gate, "second");
  found.error(span::none(), "first");
  found.error({9, 1}, "at one place only the first counts");
  auto xs = found.take();
  BOOST_REQUIRE(xs.size() == 3u);
  BOOST_TEST(xs[0].message == "first");
  BOOST_TEST(xs[1].message == "second");
  BOOST_TEST(xs[2].message == "third");
}

BOOST_AUTO_TEST_CASE(a_warning_does_not_hide_an_error) {
  findings found;
  found.warning({2, 1}, lint::idle_gate, "odd");
  found.error({2, 1}, "wrong");
  BOOST_TEST(found.has_errors());
  BOOST_TEST(found.take().size() == 2u);
}

BOOST_AUTO_TEST_CASE(of_a_warning_only_the_first_at_a_place_counts) {
  findings found;
  found.warning({2, 1}, lint::idle_gate, "odd");
  found.warning({2, 1}, lint::idle_gate, "odd again");
  found.warning({2, 1}, lint::listed_twice, "twice");
  auto xs = found.take();
  BOOST_REQUIRE(xs.size() == 2u);
  source_text source{"p.yaml", "/", "a: b\n"};
  auto shown = render(xs, source, false);
  BOOST_TEST(shown.starts_with("p.yaml:1:3: warning: odd [idle-gate]\n"));
}

BOOST_AUTO_TEST_CASE(near_words_are_suggested_and_far_ones_are_not) {
  std::vector<std::string_view> words{"needs", "agent", "timeout", "if"};
  suggester x;
  BOOST_TEST(x.nearest("need", words) == "needs");
  BOOST_TEST(x.nearest("nedes", words) == "needs");
  BOOST_TEST(x.nearest("agnet", words) == "agent");
  BOOST_TEST(x.nearest("time-out", words) == "timeout");
  BOOST_TEST(x.nearest("colour", words) == "");
  BOOST_TEST(x.nearest("x", words) == "");
  BOOST_TEST(x.hint("need", words) == "did you mean 'needs'?");
  BOOST_TEST(x.hint("colour", words) == "");
}

BOOST_AUTO_TEST_CASE(distances_count_single_edits) {
  BOOST_TEST(edit_distance("abc", "abc", 3) == 0u);
  BOOST_TEST(edit_distance("abc", "acb", 3) == 1u);
  BOOST_TEST(edit_distance("abc", "xbz", 3) == 2u);
  BOOST_TEST(edit_distance("", "abc", 3) == 3u);
  BOOST_TEST(edit_distance("abcdefg", "abc", 3) == 4u);
  BOOST_TEST(edit_distance("kitten", "sitting", 2) == 3u);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
