// SPDX-License-Identifier: BSD-3-Clause
#include "config/expression_parser.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace tutti::config {

namespace {

std::string show(const unbound_expression& x, std::uint32_t i) {
  const auto& n = x.nodes[i];
  auto two = [&](const char* op) {
    return "(" + show(x, n.left) + " " + op + " " + show(x, n.right) + ")";
  };
  if (n.root == reference_root::output)
    return n.name + "#" + n.key;
  if (n.root == reference_root::param)
    return "$" + n.name;
  if (n.root == reference_root::env)
    return "%" + n.name;
  if (n.root == reference_root::comment)
    return "!" + n.name;
  if (n.root == reference_root::matrix)
    return "*" + n.name;
  if (n.root == reference_root::variable)
    return "=" + n.name;
  switch (n.op) {
  case expression_op::literal:
    return n.literal.kind == value_kind::text ? "'" + n.literal.text + "'"
                                              : n.literal.text;
  case expression_op::logical_and:
    return two("&&");
  case expression_op::logical_or:
    return two("||");
  case expression_op::logical_not:
    return "!" + show(x, n.left);
  case expression_op::equal:
    return two("==");
  case expression_op::not_equal:
    return two("!=");
  case expression_op::less:
    return two("<");
  case expression_op::greater:
    return two(">");
  case expression_op::concat:
    return two("+");
  case expression_op::output_of:
  case expression_op::comment_of:
  case expression_op::variable:
    break;
  }
  return "?";
}

/// The tree with all its parentheses, or the mistake with its column.
std::string show(const parsed_expression& x) {
  if (x.mistake)
    return std::to_string(x.mistake->offset) + "+"
         + std::to_string(x.mistake->length) + ": " + x.mistake->message;
  return show(x.value, static_cast<std::uint32_t>(x.value.nodes.size() - 1));
}

struct sample {
  const char* text;
  const char* wanted;
};

std::ostream& operator<<(std::ostream& out, const sample& x) {
  return out << x.text;
}

const std::vector<sample> conditions{
    {"true", "true"},
    {" false ", "false"},
    {"3.5", "3.5"},
    {"-2", "-2"},
    {"'a ''quoted'' text'", "'a 'quoted' text'"},
    {"\"it's\"", "'it's'"},
    {"''", "''"},
    {"needs.a.outputs.k", "a#k"},
    {"needs.a.b-c.outputs.k-1", "a.b-c#k-1"},
    {"needs.a.outputs.b.outputs.k", "a.outputs.b#k"},
    {"params.x", "$x"},
    {"env.HOME_DIR", "%HOME_DIR"},
    {"a == b", "0+1: unknown name 'a'"},
    {"params.a == params.b", "($a == $b)"},
    {"params.a==params.b", "($a == $b)"},
    {"1 != 2", "(1 != 2)"},
    {"1 < 2 == 3 > 4", "((1 < 2) == (3 > 4))"},
    {"1 == 2 == 3", "((1 == 2) == 3)"},
    {"true || false && true", "(true || (false && true))"},
    {"(true || false) && true", "((true || false) && true)"},
    {"!true && false", "(!true && false)"},
    {"!(true && false)", "!(true && false)"},
    {"!!true", "!!true"},
    {"! 1 == 2", "(!1 == 2)"},
    {"${{ params.x }}", "$x"},
    {"${{ params.x == '}}' }}", "($x == '}}')"},
    {"", "0+1: the expression ends where a value is expected"},
    {"1 ==", "4+1: the expression ends where a value is expected"},
    {"1 2", "2+1: expected an operator here"},
    {"== 1", "0+2: expected a value here"},
    {"(1", "0+1: this '(' is never closed"},
    {"1)", "1+1: a ')' without '('"},
    {"()", "1+1: expected a value here"},
    {"1 = 2", "2+1: '=' is no operator here"},
    {"1 === 2", "2+3: '===' is no operator here"},
    {"1 <= 2", "2+2: '<=' is no operator here"},
    {"1 >= 2", "2+2: '>=' is no operator here"},
    {"true & false", "5+1: '&' is no operator here"},
    {"true | false", "5+1: '|' is no operator here"},
    {"true and false", "5+3: 'and' is no operator"},
    {"true or false", "5+2: 'or' is no operator"},
    {"not true", "0+3: 'not' is no operator"},
    {"'open", "0+1: this quote is never closed"},
    {"1 == 'open", "5+1: this quote is never closed"},
    {"needs.a", "0+7: 'needs.a' names no output"},
    {"needs.a.outputs.", "0+16: 'needs.a.outputs.' names no output"},
    {"needs..outputs.k", "0+16: 'needs..outputs.k' names no output"},
    {"params.", "0+7: 'params.' names nothing"},
    {"env.", "0+4: 'env.' names nothing"},
    {"matrix.os", "*os"},
    {"needs.go.comment", "!go"},
    {"needs.a.outputs.comment", "a#comment"},
    {"needs.test/linux.outputs.x", "test/linux#x"},
    {"needs..comment", "0+14: 'needs..comment' names no output"},
    {"round > 1", "(=round > 1)"},
    {"feedback", "=feedback"},
    {"trigger", "=trigger"},
    {"prompt", "=prompt"},
    {"round.x", "0+7: unknown name 'round.x'"},
    {"nan", "0+3: unknown name 'nan'"},
    {"-x", "0+2: '-x' is neither a name nor a number"},
    {"1 + 2", "2+1: '+' means nothing here"},
    {"ü", "0+2: 'ü' means nothing here"},
    {"${{ true", "8+1: '${{' without '}}'"},
    {"${{ true }} || false", "9+2: a condition is one expression"},
    {"true }}", "5+2: expected an operator here"},
};

const std::vector<sample> templates{
    {"", "''"},
    {"plain", "'plain'"},
    {"a }} b", "'a }} b'"},
    {"${{ params.x }}", "$x"},
    {"v${{ params.x }}", "('v' + $x)"},
    {"${{ params.x }}-${{ env.Y }}!", "((($x + '-') + %Y) + '!')"},
    {"${{ 'a}}b' }}", "'a}}b'"},
    {"${{ '${{' }}", "'${{'"},
    {"${{ 1 == 2 && true }}", "((1 == 2) && true)"},
    {"a ${{ params.x", "2+3: '${{' without '}}'"},
    {"a ${{ }}", "6+2: the expression ends where a value is expected"},
    {"a ${{ x }}", "6+1: unknown name 'x'"},
    {"${{ 1 }} ${{ 1 2 }}", "15+1: expected an operator here"},
    {"${{ ${{ 1 }} }}", "4+3: '${{' is no operator here"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(config_expression_parser)

BOOST_DATA_TEST_CASE(conditions_read_as_documented, conditions, x) {
  BOOST_TEST(show(parse_condition(x.text)) == x.wanted);
}

BOOST_DATA_TEST_CASE(templates_read_as_documented, templates, x) {
  BOOST_TEST(show(parse_template(x.text)) == x.wanted);
}

BOOST_AUTO_TEST_CASE(nesting_is_bounded) {
  for (const char* piece : {"(", "!"}) {
    std::string text;
    for (int i = 0; i < 100'000; ++i)
      text += piece;
    auto x = parse_condition(text);
    BOOST_REQUIRE(x.mistake);
    BOOST_TEST(x.mistake->message == "this expression is nested too deep");
  }
}

BOOST_AUTO_TEST_CASE(length_is_bounded) {
  std::string text = "1";
  for (int i = 0; i < 100'000; ++i)
    text += " && 1";
  auto x = parse_condition(text);
  BOOST_REQUIRE(x.mistake);
  BOOST_TEST(x.mistake->message == "this expression is too long");
}

BOOST_AUTO_TEST_CASE(operands_stand_before_their_operator) {
  auto x = parse_condition("!(1 < 2) || params.a == 'x' && true");
  for (std::uint32_t i = 0; i < x.value.nodes.size(); ++i)
    if (x.value.nodes[i].op != expression_op::literal) {
      BOOST_TEST(x.value.nodes[i].left < i);
      BOOST_TEST(x.value.nodes[i].right < i);
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace tutti::config
