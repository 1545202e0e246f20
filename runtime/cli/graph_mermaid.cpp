// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/graph.hpp"
#include "runtime/cli/plan_words.hpp"

#include <fmt/format.h>

namespace tutti::cli {

namespace {

/// Ids are made up, since a name like "end" has a meaning in Mermaid.
std::string id_of(node_ref x) {
  switch (x.kind) {
  case node_kind::task:
    return fmt::format("t{}", x.index);
  case node_kind::phase:
    return fmt::format("p{}", x.index);
  case node_kind::gate:
    return fmt::format("g{}", x.index);
  case node_kind::service:
    return fmt::format("s{}", x.index);
  }
  return "unknown";
}

/// A quoted label; what has a meaning there becomes an entity.
std::string mermaid_string(std::string_view text) {
  std::string result = "\"";
  for (char c : text) {
    switch (c) {
    case '"':
      result += "#quot;";
      break;
    case '#':
      result += "#35;";
      break;
    case '<':
      result += "#lt;";
      break;
    case '>':
      result += "#gt;";
      break;
    case '\n':
      result += ' ';
      break;
    default:
      result += c;
    }
  }
  return result + "\"";
}

std::string task_line(const plan& p, task_id id) {
  return fmt::format("{}[{}]\n", id_of({node_kind::task, id.value}),
                     mermaid_string(p.tasks[id.value].name));
}

bool is_drawn(const plan& p, node_ref x) {
  return x.kind != node_kind::phase || !p.phases[x.index].tasks.empty();
}

std::string edge_line(const plan& p, const graph_edge& x) {
  if (!is_drawn(p, x.from) || !is_drawn(p, x.to))
    return {};
  std::string arrow = "-->";
  if (x.kind == graph_edge_kind::after)
    arrow = "-.->";
  else if (x.kind == graph_edge_kind::blocks)
    arrow = "==>";
  else if (x.kind == graph_edge_kind::needs_later)
    arrow = "-.->|later|";
  else if (x.kind == graph_edge_kind::after_each)
    arrow = "-.->|each|";
  else if (x.condition != need_condition::succeeded)
    arrow = fmt::format("-->|{}|", to_string(x.condition));
  return fmt::format("  {} {} {}\n", id_of(x.from), arrow, id_of(x.to));
}

/// A frame around the tasks of a phase, and around the phases within it.
std::string frame_of(const plan& p, const phase_tree& tree, phase_id x,
                     std::size_t depth) {
  if (p.phases[x.value].tasks.empty())
    return {};
  std::string indent(2 * depth, ' ');
  auto text = fmt::format("{}subgraph {}[{}]\n", indent,
                          id_of({node_kind::phase, x.value}),
                          mermaid_string(p.phases[x.value].name));
  for (auto inner : tree.within(x))
    text += frame_of(p, tree, inner, depth + 1);
  for (auto task : p.phases[x.value].tasks)
    if (tree.innermost(task) == x)
      text += indent + "  " + task_line(p, task);
  return text + indent + "end\n";
}

} // namespace

std::string graph_mermaid(const plan& p) {
  std::string text = "flowchart LR\n";
  phase_tree tree{p};
  for (auto x : tree.outermost())
    text += frame_of(p, tree, x, 1);
  for (std::size_t i = 0; i < p.tasks.size(); ++i)
    if (!p.tasks[i].phase.valid())
      text += "  " + task_line(p, task_id{i});
  for (std::uint32_t i = 0; i < p.gates.size(); ++i)
    text += fmt::format("  {}{{{}}}\n", id_of({node_kind::gate, i}),
                        mermaid_string(p.gates[i].name));
  for (std::uint32_t i = 0; i < p.services.size(); ++i)
    text += fmt::format("  {}([{}])\n", id_of({node_kind::service, i}),
                        mermaid_string(p.services[i].name));
  for (const auto& edge : drawn_edges(p))
    text += edge_line(p, edge);
  return text;
}

} // namespace tutti::cli
