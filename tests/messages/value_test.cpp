// SPDX-License-Identifier: BSD-3-Clause
#include "messages/value.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;

namespace {

value number(std::string x) {
  return {value_kind::number, std::move(x)};
}

value json(std::string x) {
  return {value_kind::json, std::move(x)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(messages_value)

BOOST_AUTO_TEST_CASE(truth_is_what_section_7_says) {
  for (const auto& x :
       {make_boolean(true), make_text("true"), make_text("x"), make_text("0"),
        number("1"), number("-0.5"), json("[]"), json("{}")})
    BOOST_TEST(is_true(x), x.text);
  for (const auto& x : {make_boolean(false), make_text("false"), make_text(""),
                        number("0"), number("0.0"), json("null")})
    BOOST_TEST(!is_true(x), x.text);
}

BOOST_AUTO_TEST_CASE(numbers_compare_as_numbers_wherever_both_read_as_such) {
  BOOST_TEST(equal_values(number("1.0"), make_text("1")));
  BOOST_TEST(less_value(make_text("9"), make_text("10")));
  BOOST_TEST(!less_value(make_text("b9"), make_text("b10")));
  BOOST_TEST(!equal_values(make_text("1"), make_text("1x")));
}

BOOST_AUTO_TEST_CASE(the_texts_true_and_false_are_booleans) { // §7
  BOOST_TEST(equal_values(make_text("true"), make_boolean(true)));
  BOOST_TEST(!equal_values(make_text("false"), make_boolean(true)));
  BOOST_TEST(!equal_values(make_text("yes"), make_boolean(true)));
}

BOOST_AUTO_TEST_CASE(outputs_are_found_by_name) {
  outputs xs = {{"a", make_text("1")}, {"c", make_text("3")}};
  BOOST_TEST(find_output(xs, "a")->text == "1");
  BOOST_TEST(find_output(xs, "c")->text == "3");
  BOOST_TEST(find_output(xs, "b") == nullptr);
  BOOST_TEST(find_output({}, "a") == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
