// SPDX-License-Identifier: BSD-3-Clause
#include "messages/expression.hpp"

#include <cstddef>

namespace tutti {

namespace {

/// A missing output: false in conditions, nothing in texts (semantics §7).
struct operand {
  value content;
  bool missing = false;
};

value boolean_of(const operand& x) {
  return x.missing ? make_boolean(false) : x.content;
}

std::string text_of(const operand& x) {
  return x.missing ? std::string{} : x.content.text;
}

operand text_or_missing(std::string text) {
  bool missing = text.empty();
  return {make_text(std::move(text)), missing};
}

operand apply(const expression_node& node, const std::vector<operand>& done,
              const expression_scope& scope) {
  auto of = [](bool x) {
    return operand{make_boolean(x)};
  };
  const auto& x = done[node.left];
  const auto& y = done[node.right];
  switch (node.op) {
  case expression_op::literal:
    return {node.literal};
  case expression_op::output_of:
    if (const auto* found =
            scope.output ? scope.output(node.task, node.literal.text) : nullptr)
      return {*found};
    return {make_text({}), true};
  case expression_op::comment_of:
    return scope.comment
             ? text_or_missing(scope.comment(gate_id{node.task.value}))
             : operand{make_text({}), true};
  case expression_op::variable:
    return scope.variable ? text_or_missing(scope.variable(node.literal.text))
                          : operand{make_text({}), true};
  case expression_op::logical_and:
    return of(is_true(boolean_of(x)) && is_true(boolean_of(y)));
  case expression_op::logical_or:
    return of(is_true(boolean_of(x)) || is_true(boolean_of(y)));
  case expression_op::logical_not:
    return of(!is_true(boolean_of(x)));
  case expression_op::equal:
    return of(equal_values(boolean_of(x), boolean_of(y)));
  case expression_op::not_equal:
    return of(!equal_values(boolean_of(x), boolean_of(y)));
  case expression_op::less:
    return of(less_value(boolean_of(x), boolean_of(y)));
  case expression_op::greater:
    return of(less_value(boolean_of(y), boolean_of(x)));
  case expression_op::concat:
    return {make_text(text_of(x) + text_of(y))};
  }
  return {make_text({}), true};
}

operand evaluate_root(const expression& x, const expression_scope& scope) {
  if (x.empty())
    return {make_text({})};
  std::vector<operand> done(x.nodes.size());
  for (std::size_t i = 0; i < x.nodes.size(); ++i)
    done[i] = apply(x.nodes[i], done, scope);
  return std::move(done.back());
}

} // namespace

expression literal_expression(std::string text) {
  expression result;
  result.nodes.push_back(
      {expression_op::literal, 0, 0, {}, make_text(std::move(text))});
  return result;
}

value evaluate(const expression& x, const expression_scope& scope) {
  return boolean_of(evaluate_root(x, scope));
}

std::string render(const expression& x, const expression_scope& scope) {
  return text_of(evaluate_root(x, scope));
}

value evaluate(const expression& x, const output_lookup& lookup) {
  return evaluate(x, expression_scope{lookup, {}, {}});
}

std::string render(const expression& x, const output_lookup& lookup) {
  return render(x, expression_scope{lookup, {}, {}});
}

} // namespace tutti
