// SPDX-License-Identifier: BSD-3-Clause
#include "messages/expression.hpp"

#include <boost/test/unit_test.hpp>

using namespace tutti;

namespace {

const value* lookup(task_id task, std::string_view name) {
  static const value yes = make_boolean(true);
  static const value five = {value_kind::number, "5"};
  if (task.value == 0 && name == "yes")
    return &yes;
  if (task.value == 0 && name == "five")
    return &five;
  return nullptr;
}

class builder {
public:
  std::uint32_t literal(value x) {
    return add({expression_op::literal, 0, 0, {}, std::move(x)});
  }
  std::uint32_t output(std::string name) {
    return add({expression_op::output_of, 0, 0, task_id{0u},
                make_text(std::move(name))});
  }
  std::uint32_t op(expression_op what, std::uint32_t x, std::uint32_t y = 0) {
    return add({what, x, y, {}, {}});
  }
  expression result;

private:
  std::uint32_t add(expression_node x) {
    result.nodes.push_back(std::move(x));
    return static_cast<std::uint32_t>(result.nodes.size() - 1);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(messages_expression)

BOOST_AUTO_TEST_CASE(operators_follow_their_truth_tables) {
  for (bool x : {false, true})
    for (bool y : {false, true}) {
      auto run = [&](expression_op what) {
        builder b;
        auto left = b.literal(make_boolean(x));
        b.op(what, left, b.literal(make_boolean(y)));
        return is_true(evaluate(b.result, lookup));
      };
      BOOST_TEST(run(expression_op::logical_and) == (x && y));
      BOOST_TEST(run(expression_op::logical_or) == (x || y));
      BOOST_TEST(run(expression_op::equal) == (x == y));
      BOOST_TEST(run(expression_op::not_equal) == (x != y));
      BOOST_TEST(run(expression_op::logical_not) == !x);
    }
}

BOOST_AUTO_TEST_CASE(outputs_take_part_in_comparisons) {
  builder b;
  auto five = b.output("five");
  b.op(expression_op::less, b.literal({value_kind::number, "4"}), five);
  BOOST_TEST(is_true(evaluate(b.result, lookup)));
  builder c;
  auto other = c.output("five");
  c.op(expression_op::greater, c.literal({value_kind::number, "4"}), other);
  BOOST_TEST(!is_true(evaluate(c.result, lookup)));
}

BOOST_AUTO_TEST_CASE(a_missing_output_is_false_in_conditions) { // §7
  builder b;
  b.output("none");
  BOOST_TEST(!is_true(evaluate(b.result, lookup)));
  builder c;
  auto none = c.output("none");
  c.op(expression_op::equal, none, c.literal(make_boolean(false)));
  BOOST_TEST(is_true(evaluate(c.result, lookup)));
}

BOOST_AUTO_TEST_CASE(a_missing_output_is_nothing_in_texts) {
  builder b;
  auto text = b.literal(make_text("a="));
  b.op(expression_op::concat, text, b.output("none"));
  BOOST_TEST(render(b.result, lookup) == "a=");
  builder c;
  auto some = c.literal(make_text("a="));
  c.op(expression_op::concat, some, c.output("five"));
  BOOST_TEST(render(c.result, lookup) == "a=5");
}

BOOST_AUTO_TEST_CASE(an_absent_expression_is_the_empty_text) {
  BOOST_TEST(render({}, lookup).empty());
  BOOST_TEST(literal_expression("x").is_literal());
  BOOST_TEST(render(literal_expression("x"), lookup) == "x");
}

BOOST_AUTO_TEST_SUITE_END()
