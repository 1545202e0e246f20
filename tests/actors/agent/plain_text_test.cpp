// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/plain_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;

BOOST_AUTO_TEST_SUITE(actors_agent_plain_text)

BOOST_AUTO_TEST_CASE(a_plain_line_holds_no_controls) {
  BOOST_TEST(plain_line("a\x1b[31mb\nc\x7f") == "a [31mb c ");
  BOOST_TEST(plain_line("\xc2\x9b"
                        "1\xe2\x80\xae"
                        "2\xe2\x81\xa7")
             == " 1 2 ");
  BOOST_TEST(plain_line("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8e\xb5")
             == "gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x8e\xb5");
  BOOST_TEST(plain_line(std::string(1000, 'x')).size() == 400U);
}

BOOST_AUTO_TEST_CASE(it_is_cut_between_characters) {
  std::string text(399, 'x');
  BOOST_TEST(plain_line(text + "\xe2\x82\xac") == text);
  BOOST_TEST(plain_line(text.substr(2) + "\xe2\x82\xac").size() == 400U);
}

BOOST_AUTO_TEST_CASE(what_is_no_character_hides_nothing) {
  BOOST_TEST(plain_line("a\xff\n\xe2\x80") == "a\xef\xbf\xbd \xef\xbf\xbd");
  BOOST_TEST(plain_line("\xf0\x9f\x1b[m") == "\xef\xbf\xbd [m");
  BOOST_TEST(plain_line("\x80") == "\xef\xbf\xbd");
}

BOOST_AUTO_TEST_SUITE_END()
