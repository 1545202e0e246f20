// SPDX-License-Identifier: BSD-3-Clause
#include "config/expression_parser.hpp"

#include "config/expression_lexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tutti::config {

namespace {

/// Deeper nesting than any author writes; keeps the recursion bounded.
constexpr std::size_t depth_max = 40;
constexpr std::size_t nodes_max = 2'000;

constexpr const char* roots_hint =
    "write needs.TASK.outputs.KEY, needs.GATE.comment, params.NAME, env.NAME,\n"
    "matrix.NAME, round, feedback, trigger, prompt, or a text in quotes";

constexpr std::array<std::string_view, 4> variables{"round", "feedback",
                                                    "trigger", "prompt"};

struct binary_operator {
  token_kind token;
  expression_op op;
};

/// From loose to tight.
constexpr std::array<std::array<binary_operator, 2>, 4> levels{{
    {{{token_kind::logical_or, expression_op::logical_or},
      {token_kind::logical_or, expression_op::logical_or}}},
    {{{token_kind::logical_and, expression_op::logical_and},
      {token_kind::logical_and, expression_op::logical_and}}},
    {{{token_kind::equal, expression_op::equal},
      {token_kind::not_equal, expression_op::not_equal}}},
    {{{token_kind::less, expression_op::less},
      {token_kind::greater, expression_op::greater}}},
}};

class parser {
public:
  parser(expression_lexer& lexer, unbound_expression& out)
    : lexer_(lexer), out_(out) {
  }

  /// Reads one expression and leaves the lexer at what follows it. Nothing
  /// where there is a mistake.
  std::optional<std::uint32_t> run() {
    return binary(0);
  }

  [[nodiscard]] const std::optional<expression_mistake>& mistake() const {
    return mistake_;
  }

  std::nullopt_t fail(const token& at, std::string message,
                      std::string hint = {}) {
    if (!mistake_)
      mistake_ = {at.offset, at.length, std::move(message), std::move(hint)};
    return std::nullopt;
  }

private:
  std::optional<std::uint32_t> add(unbound_node x) {
    if (out_.nodes.size() >= nodes_max)
      return fail(lexer_.current(), "this expression is too long");
    out_.nodes.push_back(std::move(x));
    return static_cast<std::uint32_t>(out_.nodes.size() - 1);
  }

  std::optional<std::uint32_t> add(expression_op op, std::uint32_t left,
                                   std::uint32_t right) {
    unbound_node x;
    x.op = op;
    x.left = left;
    x.right = right;
    return add(std::move(x));
  }

  std::optional<std::uint32_t> binary(std::size_t level) {
    if (level == levels.size())
      return unary();
    auto left = binary(level + 1);
    while (left) {
      auto kind = lexer_.current().kind;
      const auto& here = levels[level];
      const binary_operator* found = nullptr;
      for (const auto& x : here)
        if (x.token == kind)
          found = &x;
      if (found == nullptr)
        return left;
      lexer_.advance();
      auto right = binary(level + 1);
      left = right ? add(found->op, *left, *right) : right;
    }
    return left;
  }

  std::optional<std::uint32_t> unary() {
    if (++depth_ > depth_max)
      return fail(lexer_.current(), "this expression is nested too deep");
    auto result = primary();
    --depth_;
    return result;
  }

  std::optional<std::uint32_t> primary() {
    auto at = lexer_.current();
    switch (at.kind) {
    case token_kind::logical_not: {
      lexer_.advance();
      auto x = unary();
      return x ? add(expression_op::logical_not, *x, 0) : x;
    }
    case token_kind::open:
      return parenthesis(at);
    case token_kind::text:
      lexer_.advance();
      return literal(make_text(at.text));
    case token_kind::number:
      lexer_.advance();
      return literal({value_kind::number, at.text});
    case token_kind::word:
      lexer_.advance();
      return word(at);
    case token_kind::bad:
      return fail(at, at.text, at.hint);
    case token_kind::end:
    case token_kind::template_end:
      return fail(at, "the expression ends where a value is expected",
                  roots_hint);
    default:
      return fail(at, "expected a value here", roots_hint);
    }
  }

  std::optional<std::uint32_t> parenthesis(const token& open) {
    lexer_.advance();
    auto x = binary(0);
    if (!x)
      return x;
    if (lexer_.current().kind != token_kind::close) {
      if (lexer_.current().kind == token_kind::end
          || lexer_.current().kind == token_kind::template_end)
        return fail(open, "this '(' is never closed");
      return unexpected();
    }
    lexer_.advance();
    return x;
  }

public:
  /// What follows an operand and is no operator.
  std::nullopt_t unexpected() {
    const auto& at = lexer_.current();
    if (at.kind == token_kind::bad)
      return fail(at, at.text, at.hint);
    if (at.kind == token_kind::close)
      return fail(at, "a ')' without '('");
    if (at.kind == token_kind::word && (at.text == "and" || at.text == "or"))
      return fail(at, fmt::format("'{}' is no operator", at.text),
                  at.text == "and" ? "write &&" : "write ||");
    return fail(at, "expected an operator here",
                "the operators are == != < > && || !");
  }

private:
  std::optional<std::uint32_t> literal(value x) {
    unbound_node node;
    node.literal = std::move(x);
    return add(std::move(node));
  }

  std::optional<std::uint32_t> word(const token& at) {
    if (at.text == "true" || at.text == "false")
      return literal(make_boolean(at.text == "true"));
    unbound_node x;
    x.offset = at.offset;
    x.length = at.length;
    std::string_view path = at.text;
    auto take = [&](std::string_view root) {
      if (!path.starts_with(root))
        return false;
      path.remove_prefix(root.size());
      return true;
    };
    if (take("needs.")) {
      if (!read_need(path, x))
        return fail(at, fmt::format("'{}' names no output", at.text),
                    "write needs.TASK.outputs.KEY, or needs.GATE.comment");
    } else if (take("matrix.")) {
      x.root = reference_root::matrix;
      x.name = path;
    } else if (std::find(variables.begin(), variables.end(), path)
               != variables.end()) {
      x.root = reference_root::variable;
      x.name = path;
    } else if (take("params.")) {
      x.root = reference_root::param;
      x.name = path;
    } else if (take("env.")) {
      x.root = reference_root::env;
      x.name = path;
    } else {
      return unknown_word(at);
    }
    if (x.name.empty())
      return fail(at, fmt::format("'{}' names nothing", at.text), roots_hint);
    return add(std::move(x));
  }

  /// What stands behind "needs.".
  static bool read_need(std::string_view path, unbound_node& x) {
    constexpr std::string_view outputs = ".outputs.";
    constexpr std::string_view comment = ".comment";
    auto dot = path.rfind(outputs);
    if (dot != std::string_view::npos) {
      x.root = reference_root::output;
      x.name = path.substr(0, dot);
      x.key = path.substr(dot + outputs.size());
      return !x.name.empty() && !x.key.empty();
    }
    if (!path.ends_with(comment))
      return false;
    x.root = reference_root::comment;
    x.name = path.substr(0, path.size() - comment.size());
    return !x.name.empty();
  }

  std::nullopt_t unknown_word(const token& at) {
    if (at.text == "not")
      return fail(at, "'not' is no operator", "write !");
    if (auto hint = secret_hint(at.text); !hint.empty())
      return fail(at, "a secret is not filled in", std::move(hint));
    auto root = at.text.substr(0, at.text.find('.'));
    return fail(at, fmt::format("unknown name '{}'", at.text),
                root == at.text ? fmt::format("a text goes in quotes: '{}'\n{}",
                                              root, roots_hint)
                                : std::string{roots_hint});
  }

  expression_lexer& lexer_;
  unbound_expression& out_;
  std::optional<expression_mistake> mistake_;
  std::size_t depth_ = 0;
};

std::string_view trimmed(std::string_view x) {
  auto first = x.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos)
    return {};
  return x.substr(first, x.find_last_not_of(" \t\r\n") - first + 1);
}

/// Joins the parts of a template from left to right.
class template_joiner {
public:
  explicit template_joiner(unbound_expression& out) : out_(out) {
  }
  void add_text(std::string_view x) {
    if (x.empty())
      return;
    unbound_node node;
    node.literal = make_text(std::string{x});
    out_.nodes.push_back(std::move(node));
    add_part(static_cast<std::uint32_t>(out_.nodes.size() - 1));
  }
  void add_part(std::uint32_t index) {
    if (empty()) {
      whole_ = index;
      return;
    }
    unbound_node node;
    node.op = expression_op::concat;
    node.left = whole_;
    node.right = index;
    out_.nodes.push_back(std::move(node));
    whole_ = static_cast<std::uint32_t>(out_.nodes.size() - 1);
  }
  [[nodiscard]] bool empty() const {
    return whole_ == nothing;
  }

private:
  unbound_expression& out_;
  static constexpr std::uint32_t nothing = 0xFFFFFFFF;
  std::uint32_t whole_ = nothing;
};

} // namespace

std::string secret_hint(std::string_view text) {
  constexpr std::string_view root = "secrets.";
  text = trimmed(text);
  if (!text.starts_with(root))
    return {};
  text.remove_prefix(root.size());
  auto end = std::find_if_not(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9') || c == '_';
  });
  auto name = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  return fmt::format("write secrets: [{0}], and the command finds it as "
                     "\"${0}\" in its environment",
                     name.empty() ? "NAME" : name);
}

bool has_template(std::string_view text) {
  return text.find("${{") != std::string_view::npos;
}

parsed_expression parse_condition(std::string_view text) {
  parsed_expression result;
  auto inner = trimmed(text);
  auto base = inner.empty() ? 0 : inner.data() - text.data();
  bool wrapped = inner.starts_with("${{");
  if (wrapped) {
    inner.remove_prefix(3);
    base += 3;
  }
  expression_lexer lexer{inner, static_cast<std::uint32_t>(base)};
  parser p{lexer, result.value};
  auto wanted = wrapped ? token_kind::template_end : token_kind::end;
  if (p.run() && lexer.current().kind != wanted) {
    if (wrapped && lexer.current().kind == token_kind::end)
      p.fail(lexer.current(), "'${{' without '}}'");
    else
      p.unexpected();
  } else if (!p.mistake() && wrapped) {
    auto end = lexer.current();
    lexer.advance();
    if (lexer.current().kind != token_kind::end)
      p.fail(end, "a condition is one expression",
             "write it without '${{ }}': a == 'x' && b");
  }
  result.mistake = p.mistake();
  if (result.mistake)
    result.value.nodes.clear();
  return result;
}

parsed_expression parse_template(std::string_view text) {
  parsed_expression result;
  template_joiner joiner{result.value};
  std::size_t at = 0;
  while (true) {
    auto open = text.find("${{", at);
    joiner.add_text(text.substr(at, open - at));
    if (open == std::string_view::npos)
      break;
    auto base = static_cast<std::uint32_t>(open + 3);
    expression_lexer lexer{text.substr(base), base};
    parser p{lexer, result.value};
    auto part = p.run();
    if (part && lexer.current().kind != token_kind::template_end) {
      if (lexer.current().kind == token_kind::end)
        p.fail({token_kind::end, static_cast<std::uint32_t>(open), 3, {}, {}},
               "'${{' without '}}'");
      else
        p.unexpected();
    }
    if (p.mistake()) {
      result.mistake = p.mistake();
      result.value.nodes.clear();
      return result;
    }
    joiner.add_part(*part);
    at = lexer.current().offset + 2;
  }
  if (joiner.empty())
    result.value.nodes.emplace_back();
  return result;
}

} // namespace tutti::config
