// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_loader.hpp"

#include "config/lint.hpp"
#include "config/load_contracts.hpp"
#include "config/load_nodes.hpp"
#include "config/load_parts.hpp"
#include "config/load_values.hpp"
#include "config/plan_check.hpp"

#include <filesystem>
#include <utility>

namespace tutti::config {

namespace {

/// The file's name; `tutti.yaml` is called after its folder.
std::string default_name(const source_text& source) {
  auto stem = std::filesystem::path{source.name}.stem().string();
  if (stem != "tutti" && !stem.empty())
    return stem;
  auto folder = std::filesystem::path{source.directory}.filename().string();
  return folder.empty() ? stem : folder;
}

/// True where there is something to load.
bool has_content(const yaml_tree& tree, findings& found) {
  if (tree.root() == no_node || tree[tree.root()].is_null()) {
    found.error({0, 1}, "the plan is empty",
                "begin with: tasks: { hello: echo hello }");
    return false;
  }
  auto root = tree[tree.root()];
  if (root.kind == yaml_kind::mapping) {
    bool is_story = tree.find(tree.root(), "scenario") != no_node
                 && tree.find(tree.root(), "plan") != no_node;
    if (is_story)
      found.error({root.begin, 1}, "this is a scenario, a story about a plan",
                  "`tutti play` plays it; the plan is what its 'plan' names");
    return !is_story;
  }
  found.error({root.begin, 1}, "a plan is a mapping of keys",
              "begin with: tasks: { hello: echo hello }");
  return false;
}

void load(loader_context& c) {
  declare_names(c);
  declare_providers(c);
  load_run(c);
  load_layers(c);
  declare_generated(c);
  load_services(c);
  load_gates(c);
  load_tasks(c);
  settle_nodes(c);
  bind_messages(c);
  read_contract_files(c);
  check_finally(c);
  check_graph(c);
  if (c.has_errors())
    return;
  check_unused(c);
  check_nodes(c);
  if (c.options.lints)
    run_lints(c);
}

/// All of it: the files that it includes, the plan, its place.
std::optional<plan> load_whole(loader_context& c, source_text& source,
                               yaml_tree& tree) {
  if (!read_includes(c, source, tree))
    return {};
  load(c);
  c.result.directory = source.directory;
  if (c.has_errors())
    return {};
  return std::move(c.result);
}

} // namespace

load_result load_plan(source_text text, const load_options& options) {
  load_result result;
  result.source = std::move(text);
  auto& source = result.source;
  findings found;
  if (auto tree = read_yaml(source, found)) {
    if (has_content(*tree, found)) {
      loader_context c{source, *tree, options, found, result};
      c.result.name = default_name(source);
      auto value = load_whole(c, source, *tree);
      result.allowed = read_allowances(source, *tree, found);
      if (!found.has_errors())
        result.value = std::move(value);
    }
  }
  result.diagnostics = found.take();
  silence(result.diagnostics, result.allowed);
  return result;
}

std::optional<plan> load_inline_plan(source_text& source, yaml_tree& tree,
                                     node_id root, std::string name,
                                     const load_options& options,
                                     findings& found) {
  source_map map;
  loader_context c{source, tree, root, options, found, map};
  c.result.name = std::move(name);
  return load_whole(c, source, tree);
}

} // namespace tutti::config
