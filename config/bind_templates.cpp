// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_parts.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti::config {

namespace {

/// Variables may stand for each other, which multiplies: these bound one value.
constexpr std::size_t bound_nodes_max = 10'000;
constexpr std::size_t env_depth_max = 50;
constexpr std::size_t bound_text_max = std::size_t{1} << 20;

const value* no_output(task_id, std::string_view) {
  return nullptr;
}

bool is_literal(const expression_node& x) {
  return x.op == expression_op::literal;
}

/// Replaces an operator over literals at the end of `out` by its value.
/// Operands stand right before it.
void fold(expression& out) {
  auto& nodes = out.nodes;
  auto op = nodes.back().op;
  if (is_leaf(op))
    return;
  auto operands = op == expression_op::logical_not ? 1u : 2u;
  auto first = nodes.size() - 1 - operands;
  expression piece;
  for (auto i = first; i + 1 < nodes.size(); ++i) {
    if (!is_literal(nodes[i]))
      return;
    piece.nodes.push_back(nodes[i]);
  }
  auto root = nodes.back();
  root.left = 0;
  root.right = operands - 1;
  piece.nodes.push_back(std::move(root));
  expression_node folded;
  folded.literal = evaluate(piece, no_output);
  nodes.resize(first);
  nodes.push_back(std::move(folded));
}

std::size_t text_size(const expression& x) {
  std::size_t result = 0;
  for (const auto& n : x.nodes)
    result += n.literal.text.size();
  return result;
}

/// What has outputs in a phase.
std::string hint_of_task(const plan& p, node_ref x) {
  if (x.kind != node_kind::phase || p.phases[x.index].tasks.empty())
    return {};
  auto first = p.phases[x.index].tasks.front();
  return fmt::format("name one of its tasks, as '{}'",
                     p.tasks[first.value].name);
}

bool gives_outputs(const need& x) {
  return x.condition != need_condition::started;
}

} // namespace

template_binder::template_binder(loader_context& c, const template_scope& scope)
  : c_(c), scope_(scope), env_progress_(scope.env.size()),
    env_values_(scope.env.size()) {
}

void template_binder::refuse(const unbound_node& node, const template_text& x,
                             std::string message, std::string hint) {
  report_in_scalar(
      c_, x.node,
      {node.offset, node.length, std::move(message), std::move(hint)});
}

expression template_binder::bind(const template_text& x, reading when) {
  if (x.parsed.empty())
    return literal_expression(x.text);
  auto before = std::exchange(when_, when);
  auto result = bind_nodes(x);
  when_ = before;
  return result;
}

command_line template_binder::bind(const command_template& x, reading when) {
  command_line result;
  result.kind = x.kind;
  result.script = x.script;
  result.argv.reserve(x.argv.size());
  for (const auto& part : x.argv)
    result.argv.push_back(bind(part, when));
  return result;
}

expression template_binder::bind_nodes(const template_text& x) {
  expression out;
  // Where the value of each unbound node now stands.
  std::vector<std::uint32_t> place(x.parsed.nodes.size());
  for (std::size_t i = 0; i < place.size(); ++i) {
    const auto& n = x.parsed.nodes[i];
    if (n.root == reference_root::none) {
      expression_node made;
      made.op = n.op;
      made.literal = n.literal;
      if (n.op != expression_op::literal) {
        made.left = place[n.left];
        made.right = n.op == expression_op::logical_not ? 0 : place[n.right];
      }
      out.nodes.push_back(std::move(made));
      fold(out);
    } else if (!append(out, n, x)) {
      // Something must stand there while the rest is looked at.
      out.nodes.push_back(literal_expression({}).nodes[0]);
    }
    if (out.nodes.size() > bound_nodes_max || text_size(out) > bound_text_max) {
      c_.error(x.node, "this text grows beyond all bounds",
               "its variables stand for each other too often");
      return literal_expression({});
    }
    place[i] = static_cast<std::uint32_t>(out.nodes.size() - 1);
  }
  return out;
}

bool template_binder::append(expression& out, const unbound_node& node,
                             const template_text& x) {
  switch (node.root) {
  case reference_root::output:
    return append_output(out, node, x);
  case reference_root::comment:
    return append_comment(out, node, x);
  case reference_root::variable:
    return append_variable(out, node, x);
  case reference_root::matrix:
    return append_matrix(out, node, x);
  case reference_root::param:
    return append_param(out, node, x);
  case reference_root::env:
    return append_env(out, node, x);
  case reference_root::none:
    break;
  }
  return false;
}

bool template_binder::append_output(expression& out, const unbound_node& node,
                                    const template_text& x) {
  auto ref = c_.find_name(node.name);
  if (!ref) {
    refuse(node, x, fmt::format("there is no task '{}'", node.name),
           c_.hint_of(node.name, c_.names));
    return false;
  }
  if (ref->kind != node_kind::task) {
    refuse(node, x,
           fmt::format("'{}' is a {}, and only tasks have outputs", node.name,
                       word_of(ref->kind)),
           hint_of_task(c_.result, *ref));
    return false;
  }
  if (!may_read(*ref, node, x))
    return false;
  expression_node made;
  made.op = expression_op::output_of;
  made.task = task_id{ref->index};
  made.literal = make_text(node.key);
  out.nodes.push_back(std::move(made));
  return true;
}

/// Whether the outputs of a task are there when the text is filled in.
bool template_binder::may_read(node_ref of, const unbound_node& node,
                               const template_text& x) {
  auto same = [&](const need& y) {
    return c_.stands_for(y.of, of.index);
  };
  if (scope_.needs == nullptr) {
    refuse(
        node, x,
        fmt::format("{} '{}' is handed no outputs", scope_.word, scope_.name));
    return false;
  }
  const auto& needs = *scope_.needs;
  if (std::any_of(needs.begin(), needs.end(), [&](const need& y) {
        return same(y) && gives_outputs(y);
      }))
    return true;
  if (std::any_of(needs.begin(), needs.end(), same)) {
    refuse(node, x,
           fmt::format("'{}' has only started by then, and has no outputs yet",
                       node.name));
    return false;
  }
  if (scope_.triggers != nullptr)
    for (auto t : *scope_.triggers)
      if (t.value == of.index)
        return true;
  if (scope_.needs_later != nullptr
      && std::any_of(scope_.needs_later->begin(), scope_.needs_later->end(),
                     same)) {
    if (when_ == reading::later)
      return true;
    refuse(node, x,
           fmt::format("what '{}' puts out arrives later than this is filled "
                       "in",
                       node.name),
           "read it in 'integrate', 'note' or 'env'");
    return false;
  }
  refuse(node, x,
         fmt::format("{} '{}' does not need '{}', so it is handed none of its "
                     "outputs",
                     scope_.word, scope_.name, node.name),
         fmt::format("add '{}' to its 'needs'", node.name));
  return false;
}

bool template_binder::append_comment(expression& out, const unbound_node& node,
                                     const template_text& x) {
  auto ref = c_.find_name(node.name);
  if (!ref || ref->kind != node_kind::gate) {
    refuse(node, x,
           ref ? fmt::format("'{}' is a {}, and only gates have comments",
                             node.name, word_of(ref->kind))
               : fmt::format("there is no gate '{}'", node.name),
           ref ? "write needs.TASK.outputs.KEY"
               : c_.hint_of(node.name, c_.names));
    return false;
  }
  if (scope_.needs == nullptr
      || std::none_of(scope_.needs->begin(), scope_.needs->end(),
                      [&](const need& y) {
                        return y.of == *ref;
                      })) {
    refuse(node, x,
           fmt::format("{} '{}' does not need gate '{}', so it is not told its "
                       "comment",
                       scope_.word, scope_.name, node.name),
           fmt::format("add '{}' to its 'needs'", node.name));
    return false;
  }
  if (c_.tree.find(c_.gate_bodies[ref->index], "approval") == no_node) {
    refuse(
        node, x,
        fmt::format("gate '{}' asks nobody, so it has no comment", node.name),
        "give it an 'approval'");
    return false;
  }
  expression_node made;
  made.op = expression_op::comment_of;
  made.task = task_id{ref->index};
  out.nodes.push_back(std::move(made));
  return true;
}

bool template_binder::append_variable(expression& out, const unbound_node& node,
                                      const template_text& x) {
  if (!scope_.has_rounds) {
    refuse(
        node, x,
        fmt::format("{} '{}' has no '{}'", scope_.word, scope_.name, node.name),
        "only tasks have one");
    return false;
  }
  bool own = scope_.body != no_node && x.node != no_node
          && c_.tree[x.node].begin >= c_.tree[scope_.body].begin
          && c_.tree[x.node].begin < c_.extent(scope_.body).offset
                                         + c_.extent(scope_.body).length;
  bool triggered = scope_.triggers != nullptr && !scope_.triggers->empty();
  if (node.name == "trigger" && own && !triggered) {
    refuse(node, x,
           fmt::format("{} '{}' has no trigger", scope_.word, scope_.name),
           "only a task with 'after-each' has one");
    return false;
  }
  expression_node made;
  made.op = expression_op::variable;
  made.literal = make_text(node.name);
  out.nodes.push_back(std::move(made));
  return true;
}

bool template_binder::append_param(expression& out, const unbound_node& node,
                                   const template_text& x) {
  auto at = c_.params.find(node.name);
  if (at == c_.params.end()) {
    if (std::find(c_.broken_params.begin(), c_.broken_params.end(), node.name)
        != c_.broken_params.end())
      return false;
    auto hint = c_.hint_of(node.name, c_.params);
    refuse(node, x, fmt::format("there is no parameter '{}'", node.name),
           hint.empty() ? "define it at the top, in 'params'" : hint);
    return false;
  }
  at->second.used = true;
  expression_node made;
  made.literal = at->second.content;
  out.nodes.push_back(std::move(made));
  return true;
}

/// Empty where other combinations have the value, and this one does not.
bool template_binder::append_matrix(expression& out, const unbound_node& node,
                                    const template_text& x) {
  if (scope_.made_by == nullptr) {
    refuse(node, x,
           fmt::format("{} '{}' has no matrix", scope_.word, scope_.name));
    return false;
  }
  const auto& made_by = *scope_.made_by;
  expression_node made;
  for (const auto* row : {made_by.phase_row, made_by.own_row})
    if (row != nullptr)
      for (const auto& y : row->values)
        if (y.name == node.name) {
          made.literal = make_text(y.text);
          out.nodes.push_back(std::move(made));
          return true;
        }
  std::vector<std::string_view> names;
  for (const auto* all : {made_by.of_phase, made_by.own})
    if (all != nullptr)
      names.insert(names.end(), all->names.begin(), all->names.end());
  if (std::find(names.begin(), names.end(), node.name) != names.end()) {
    made.literal = make_text({});
    out.nodes.push_back(std::move(made));
    return true;
  }
  auto hint = c_.suggest.hint(node.name, names);
  refuse(node, x, fmt::format("the matrix has no '{}'", node.name),
         hint.empty() ? fmt::format("it has {}", fmt::join(names, ", "))
                      : hint);
  return false;
}

bool template_binder::append_env(expression& out, const unbound_node& node,
                                 const template_text& x) {
  auto at = std::find_if(scope_.env.begin(), scope_.env.end(),
                         [&](const env_template* y) {
                           return y->name == node.name;
                         });
  if (at == scope_.env.end()) {
    std::vector<std::string_view> names;
    for (const auto* y : scope_.env)
      names.push_back(y->name);
    auto hint = c_.suggest.hint(node.name, names);
    refuse(node, x,
           fmt::format("{} '{}' has no '{}' in its 'env'", scope_.word,
                       scope_.name, node.name),
           hint.empty() ? "env.NAME reads the plan's 'env', not files and not "
                          "the environment of tutti"
                        : hint);
    return false;
  }
  auto i = static_cast<std::size_t>(at - scope_.env.begin());
  if (env_progress_[i] == progress::under_way) {
    refuse(node, x, fmt::format("'{}' stands for itself", node.name),
           "variables must not refer to each other in a circle");
    return false;
  }
  if (env_progress_[i] == progress::untouched && depth_ == env_depth_max) {
    refuse(node, x,
           fmt::format("more than {} variables refer to each other in a row",
                       env_depth_max));
    return false;
  }
  settle_env(i);
  auto base = static_cast<std::uint32_t>(out.nodes.size());
  for (auto copy : env_values_[i].nodes) {
    if (!is_leaf(copy.op)) {
      copy.left += base;
      copy.right += copy.op == expression_op::logical_not ? 0 : base;
    }
    out.nodes.push_back(std::move(copy));
  }
  return true;
}

void template_binder::settle_env(std::size_t i) {
  if (env_progress_[i] != progress::untouched)
    return;
  env_progress_[i] = progress::under_way;
  ++depth_;
  env_values_[i] = bind(scope_.env[i]->text, reading::later);
  --depth_;
  env_progress_[i] = progress::done;
}

std::vector<env_entry> template_binder::bind_env() {
  std::vector<env_entry> result;
  result.reserve(scope_.env.size());
  for (std::size_t i = 0; i < scope_.env.size(); ++i) {
    settle_env(i);
    result.push_back({scope_.env[i]->name, env_values_[i]});
  }
  return result;
}

} // namespace tutti::config
