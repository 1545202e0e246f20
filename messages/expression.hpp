// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/ids.hpp"
#include "messages/value.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {

/// The operators of `if` and `${{ }}`, and the joining of a template's parts.
enum class expression_op : std::uint8_t {
  literal,    ///< `literal`
  output_of,  ///< output `literal.text` of `task`; missing: the text ""/false
  comment_of, ///< the comment of the last verdict on gate `task.value`
  variable,   ///< `literal.text`: round, feedback, trigger or prompt
  logical_and,
  logical_or,
  logical_not,
  equal,
  not_equal,
  less,
  greater,
  concat, ///< texts of left and right, one after the other
};

/// One node; `left` and `right` index earlier nodes of the same expression.
struct expression_node {
  expression_op op = expression_op::literal;
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  task_id task;
  value literal;

  friend bool operator==(const expression_node&,
                         const expression_node&) = default;
};

/// A parsed condition or template in post-order: the last node is the root and
/// operands stand before their operator. No nodes: absent.
/// Parameters and `env.K` are already replaced by what they stand for.
struct expression {
  std::vector<expression_node> nodes;

  [[nodiscard]] bool empty() const {
    return nodes.empty();
  }
  /// True where the whole expression is one literal.
  [[nodiscard]] bool is_literal() const {
    return nodes.size() == 1 && nodes[0].op == expression_op::literal;
  }
  friend bool operator==(const expression&, const expression&) = default;
};

[[nodiscard]] expression literal_expression(std::string text);

/// Answers what a task put out under a name; null where it put out no such.
using output_lookup = std::function<const value*(task_id, std::string_view)>;

/// All that an expression may look at. An empty function knows nothing.
struct expression_scope {
  output_lookup output;
  std::function<std::string(gate_id)> comment;
  std::function<std::string(std::string_view)> variable;
};

/// The value of an expression; a missing output reads as the boolean false in
/// comparisons and as the empty text in `concat` (semantics §7). Total: never
/// throws, whatever the outputs hold. An empty expression is the empty text.
[[nodiscard]] value evaluate(const expression& x,
                             const expression_scope& scope);
[[nodiscard]] value evaluate(const expression& x, const output_lookup& lookup);

/// `evaluate` as text: what a template becomes. A missing output alone is "".
[[nodiscard]] std::string render(const expression& x,
                                 const expression_scope& scope);
[[nodiscard]] std::string render(const expression& x,
                                 const output_lookup& lookup);

} // namespace tutti
