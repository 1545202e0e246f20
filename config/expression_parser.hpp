// SPDX-License-Identifier: BSD-3-Clause
// Text → expression, of which the names are not resolved yet. Pure: knows no
// plan and no file.
#pragma once

#include "messages/expression.hpp"
#include "messages/value.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// What a node refers to before names are resolved.
enum class reference_root : std::uint8_t {
  none,     ///< no reference: `op` and `literal` say all
  output,   ///< needs.NAME.outputs.KEY
  comment,  ///< needs.NAME.comment
  param,    ///< params.NAME
  env,      ///< env.NAME
  matrix,   ///< matrix.NAME
  variable, ///< round, feedback, trigger or prompt: NAME
};

/// True for a node without operands.
[[nodiscard]] constexpr bool is_leaf(expression_op x) {
  return x == expression_op::literal || x == expression_op::output_of
      || x == expression_op::comment_of || x == expression_op::variable;
}

struct unbound_node {
  expression_op op = expression_op::literal;
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  value literal;
  reference_root root = reference_root::none;
  std::string name;
  std::string key;          ///< of an output
  std::uint32_t offset = 0; ///< of a reference: where its text begins
  std::uint32_t length = 0;

  friend bool operator==(const unbound_node&, const unbound_node&) = default;
};

/// In post-order, as `expression` is.
struct unbound_expression {
  std::vector<unbound_node> nodes;

  [[nodiscard]] bool empty() const {
    return nodes.empty();
  }
  friend bool operator==(const unbound_expression&,
                         const unbound_expression&) = default;
};

/// A mistake in an expression; offsets are bytes of the parsed text.
struct expression_mistake {
  std::uint32_t offset = 0;
  std::uint32_t length = 1;
  std::string message;
  std::string hint;
};

struct parsed_expression {
  unbound_expression value;
  std::optional<expression_mistake> mistake;
};

/// Reads `a == 'x' && !b`. Precedence from loose to tight: `||`, `&&`,
/// `==` and `!=`, `<` and `>`, `!`. Literals: numbers, true, false, 'text' and
/// "text" (a doubled quote stands for itself).
[[nodiscard]] parsed_expression parse_condition(std::string_view text);

/// Reads a text in which `${{ … }}` may stand any number of times. A text
/// without any gives one literal node.
[[nodiscard]] parsed_expression parse_template(std::string_view text);

/// What to do instead of `secrets.NAME`, where the text begins so; else empty.
[[nodiscard]] std::string secret_hint(std::string_view text);

/// True where `parse_template` would find a `${{`.
[[nodiscard]] bool has_template(std::string_view text);

} // namespace tutti::config
