// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/graph.hpp"
#include "runtime/cli/plan_words.hpp"

#include <fmt/format.h>

namespace tutti::cli {

namespace {

/// A quoted string of the DOT language, for ids and labels. A backslash before
/// a letter would be an escape sequence, so it is doubled.
std::string dot_string(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result + "\"";
}

std::string task_line(const plan& p, task_id id) {
  const auto& task = p.tasks[id.value];
  auto label = task.name;
  // The implicit agent says nothing.
  if (task.agents.size() != 1 || !p.agents[task.agents[0].value].implicit)
    label += "\n" + agents_of(p, task);
  return fmt::format("{} [label={}{}];\n", dot_string(task.name),
                     dot_string(label),
                     task.is_finally ? ", style=dashed" : "");
}

/// One end of an arrow. DOT draws arrows between nodes only, so that one to a
/// phase goes to its first task and is clipped at the frame.
struct arrow_end {
  std::string node;
  std::string frame; ///< empty: no phase
};

arrow_end end_of(const plan& p, node_ref x) {
  if (x.kind != node_kind::phase)
    return {std::string{name_of(p, x)}, {}};
  const auto& phase = p.phases[x.index];
  if (phase.tasks.empty())
    return {};
  return {p.tasks[phase.tasks[0].value].name,
          fmt::format("cluster_{}", x.index)};
}

std::string edge_line(const plan& p, const graph_edge& x) {
  auto from = end_of(p, x.from);
  auto to = end_of(p, x.to);
  if (from.node.empty() || to.node.empty())
    return {};
  std::vector<std::string> attributes;
  if (!from.frame.empty())
    attributes.push_back("ltail=" + from.frame);
  if (!to.frame.empty())
    attributes.push_back("lhead=" + to.frame);
  if (x.kind == graph_edge_kind::after)
    attributes.emplace_back("style=dashed");
  else if (x.kind == graph_edge_kind::needs_later)
    attributes.emplace_back("style=dotted, label=\"later\"");
  else if (x.kind == graph_edge_kind::after_each)
    attributes.emplace_back("style=dotted, label=\"each\"");
  else if (x.condition != need_condition::succeeded)
    attributes.push_back(fmt::format("label=\"{}\"", to_string(x.condition)));
  if (x.kind == graph_edge_kind::blocks)
    attributes.emplace_back("color=gray40");
  auto line =
      fmt::format("  {} -> {}", dot_string(from.node), dot_string(to.node));
  if (!attributes.empty())
    line += fmt::format(" [{}]", fmt::join(attributes, ", "));
  return line + ";\n";
}

/// A frame around the tasks of a phase, and around the phases within it.
std::string frame_of(const plan& p, const phase_tree& tree, phase_id x,
                     std::size_t depth) {
  std::string indent(2 * depth, ' ');
  auto text = fmt::format("{0}subgraph cluster_{1} {{\n{0}  label={2};\n",
                          indent, x.value, dot_string(p.phases[x.value].name));
  for (auto inner : tree.within(x))
    text += frame_of(p, tree, inner, depth + 1);
  for (auto task : p.phases[x.value].tasks)
    if (tree.innermost(task) == x)
      text += indent + "  " + task_line(p, task);
  return text + indent + "}\n";
}

} // namespace

std::string graph_dot(const plan& p) {
  auto text = fmt::format("digraph {} {{\n  rankdir=LR;\n  compound=true;\n"
                          "  node [shape=box];\n",
                          dot_string(p.name));
  phase_tree tree{p};
  for (auto x : tree.outermost())
    text += frame_of(p, tree, x, 1);
  for (std::size_t i = 0; i < p.tasks.size(); ++i)
    if (!p.tasks[i].phase.valid())
      text += "  " + task_line(p, task_id{i});
  for (const auto& gate : p.gates)
    text += fmt::format("  {} [shape=diamond];\n", dot_string(gate.name));
  for (const auto& service : p.services)
    text += fmt::format("  {} [shape=ellipse];\n", dot_string(service.name));
  for (const auto& edge : drawn_edges(p))
    text += edge_line(p, edge);
  return text + "}\n";
}

} // namespace tutti::cli
