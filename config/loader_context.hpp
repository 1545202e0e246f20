// SPDX-License-Identifier: BSD-3-Clause
// What the steps of the plan loader share. Internal to config/.
#pragma once

#include "config/expression_parser.hpp"
#include "config/findings.hpp"
#include "config/plan_loader.hpp"
#include "config/plan_schema.hpp"
#include "config/suggest.hpp"
#include "config/yaml_tree.hpp"
#include "messages/plan.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tutti::config {

/// A text with `${{ }}`, parsed but not bound to a task.
struct template_text {
  std::string text; ///< what is meant where `parsed` is empty
  unbound_expression parsed;
  node_id node = no_node; ///< where it stands

  /// Equal where they say the same, wherever they stand.
  friend bool operator==(const template_text& x, const template_text& y) {
    return x.text == y.text && x.parsed == y.parsed;
  }
};

struct command_template {
  command_kind kind = command_kind::none;
  std::string script;
  std::vector<template_text> argv;

  friend bool operator==(const command_template&,
                         const command_template&) = default;
};

struct env_template {
  std::string name;
  template_text text;

  friend bool operator==(const env_template&, const env_template&) = default;
};

/// A secret, and where it is named.
struct secret_use {
  secret_id id;
  node_id node = no_node;

  friend bool operator==(const secret_use& x, const secret_use& y) {
    return x.id == y.id;
  }
};

/// The settings of one layer: task, phase, agent or defaults (semantics §22).
struct task_settings {
  std::optional<command_template> run;
  std::vector<env_template> env;
  std::optional<std::vector<std::string>> env_files;
  std::optional<std::vector<secret_use>> secrets;
  std::optional<template_text> working_directory;
  std::optional<std::vector<pool_need>> pools;
  std::optional<duration> timeout;
  std::optional<duration> idle_timeout;
  std::optional<duration> deadline;
  std::optional<duration> queue_timeout;
  std::optional<retry_policy> retries;
  std::optional<tutti::estimate> estimate;
  std::optional<std::int32_t> priority;
  std::optional<bool> allow_failure;
  std::optional<std::vector<template_text>> runs_on;
  std::optional<bool> exclusive;
};

/// What a phase adds to its tasks.
struct phase_layer {
  task_settings settings;
  std::vector<need> needs;
  std::vector<node_ref> after;
  template_text condition;
  bool has_condition = false;
  std::vector<agent_id> agents;
  node_id agent_node = no_node;
};

/// What `matrix.NAME` stands for in one combination.
struct matrix_variable {
  std::string name; ///< of a mapping in an axis `AXIS.KEY`
  std::string text;

  friend bool operator==(const matrix_variable&,
                         const matrix_variable&) = default;
};

/// One combination of a matrix.
struct matrix_row {
  std::string name; ///< "linux/20": what follows the task's own name
  std::vector<matrix_variable> values;
};

struct matrix {
  std::vector<matrix_row> rows;
  std::vector<std::string> names; ///< of all variables of all rows, sorted
};

using name_index = std::unordered_map<std::string_view, node_ref>;

/// The matrix of a phase.
struct phase_matrix {
  matrix values;
  /// By row: what the names of its tasks stand for in that row.
  std::vector<name_index> neighbours;
};

/// Where a task that a matrix has made stands in its phase's and in its own.
struct combination {
  const matrix* of_phase = nullptr;
  const matrix_row* phase_row = nullptr;
  const matrix* own = nullptr;
  const matrix_row* own_row = nullptr;
  /// What the names of its phase's tasks stand for in the same row.
  const name_index* neighbours = nullptr;
};

/// A task on its way into the plan.
struct task_source {
  node_id name = no_node;
  node_id body = no_node;               ///< a mapping, a text, or null
  const combination* made_by = nullptr; ///< none: it stands so in the plan
  pool_id limit = {};                   ///< of `max-parallel`
  phase_id holder = {};                 ///< the innermost phase that holds it
};

/// A gate's approval on its way into the plan and into its reviews.
struct approval_part {
  node_id by = no_node;
  node_id run_node = no_node;
  std::optional<command_template> run;
  std::optional<template_text> prompt;
  std::optional<std::vector<secret_use>> secrets;
  std::optional<tutti::estimate> estimate;
  std::optional<template_text> message;
};

/// How an agent answers requests, on its way into its task.
struct requests_part {
  node_id run_node = no_node;
  std::optional<command_template> run;
  std::optional<template_text> prompt;
  std::optional<std::vector<secret_use>> secrets;
  std::optional<tutti::estimate> estimate;
  std::optional<duration> timeout;
};

struct param_value {
  value content;
  span where;
  bool used = false;
};

struct loader_context {
  loader_context(const source_text& s, const yaml_tree& t,
                 const load_options& o, findings& f, load_result& r)
    : loader_context(s, t, t.root(), o, f, r.map) {
    errors_before_ = 0; // those of the document itself are the plan's, too
  }
  /// Of a plan that is a mapping within a larger text.
  loader_context(const source_text& s, const yaml_tree& t, node_id root,
                 const load_options& o, findings& f, source_map& m)
    : source(s), tree(t), options(o), found(f), map(m), roots{root}, parents{0},
      files_before_(s.included.size()), errors_before_(f.errors()) {
  }

  const source_text& source;
  const yaml_tree& tree;
  const load_options& options;
  findings& found;
  source_map& map;
  plan result;
  suggester suggest;

  std::unordered_map<std::string_view, agent_id> agents;
  std::unordered_map<std::string_view, pool_id> pools;
  std::unordered_map<std::string_view, secret_id> secrets;
  /// Tasks, phases and gates: one namespace (semantics §5).
  name_index names;
  std::unordered_map<std::string_view, contract_id> contracts; ///< likewise
  std::unordered_map<std::string_view, param_value> params;
  /// Parameters whose own definition is a mistake: no second one is made of it.
  std::vector<std::string_view> broken_params;

  // By file: the plan's own, then those that it includes.
  std::vector<node_id> roots;
  std::vector<std::size_t> parents; ///< the file that includes it
  std::vector<task_settings> defaults;

  std::vector<task_source> task_sources; ///< by task
  std::vector<node_id> phase_bodies;     ///< by phase; `no_node`: of a matrix
  std::vector<pool_id> phase_limits;     ///< by phase: `max-parallel`
  std::vector<phase_id> phase_parents;   ///< by phase: what it is a part of
  std::vector<node_id> gate_names;       ///< by gate
  std::vector<node_id> gate_bodies;      ///< by gate
  std::vector<node_id> agent_names;      ///< by agent
  std::vector<node_id> agent_bodies;     ///< by agent
  std::vector<node_id> contract_bodies;  ///< by contract
  std::vector<node_id> service_bodies;   ///< by service
  /// Tasks with `provides`, and where it says so.
  std::vector<std::pair<std::uint32_t, node_id>> providers;
  bool has_definitions = false; ///< some contract has a `defined-by`
  // What matrices have made; nothing in here moves.
  std::deque<matrix> matrices;
  std::deque<combination> combinations;
  std::deque<std::string> made_names;
  std::unordered_map<std::uint32_t, phase_matrix> phase_matrices; ///< by phase
  std::size_t multiplied = 0; ///< tasks that matrices have made
  /// Of the task that is being loaded; see `combination`.
  const name_index* neighbours = nullptr;
  /// Needs that stand in no plan: (task, what it needs), and the contract that
  /// asks for it (semantics §12).
  std::map<std::pair<std::uint32_t, std::uint32_t>, contract_id> implied;
  std::vector<span> secret_places; ///< by secret: its name
  std::vector<bool> secret_used;   ///< by secret
  std::vector<bool> agent_used;
  std::unordered_map<std::uint32_t, approval_part> approvals;   ///< by gate
  std::unordered_map<std::uint32_t, requests_part> requests;    ///< by agent
  std::unordered_map<std::uint32_t, command_template> sessions; ///< by agent
  std::vector<bool> pool_used;
  std::vector<template_text> waited_labels; ///< what `wait-for` lists
  /// By the labels of its node: who works on tasks that name no agent.
  std::map<std::vector<std::string>, agent_id> implicit_agents;

  std::vector<task_settings> agent_layers; ///< by agent
  std::vector<phase_layer> phase_layers;   ///< by phase
  /// What tasks inherit is copied into each: bytes, as far as they count.
  std::size_t inherited_bytes = 0;

  /// True for an agent that takes its work in messages, not as a command.
  [[nodiscard]] bool converses(agent_id x) const {
    const auto& a = result.agents[x.value];
    return a.session.kind != command_kind::none || !a.native.empty();
  }

  // -- help for all steps -----------------------------------------------------

  [[nodiscard]] yaml_node node(node_id x) const {
    return tree[x];
  }
  /// The file in which a node stands.
  [[nodiscard]] std::size_t file_of(node_id x) const {
    return own_file(source.file_at(tree[x].begin));
  }
  /// Where relative paths of the file start that holds the node, seen from the
  /// plan's folder; empty: there.
  [[nodiscard]] std::string_view folder_of(node_id x) const {
    auto file = source.file_at(tree[x].begin);
    return file == 0 ? std::string_view{} : source.included[file - 1].folder;
  }
  /// True where this plan has a mistake.
  [[nodiscard]] bool has_errors() const {
    return found.errors() != errors_before_;
  }
  /// A path that stands at the node, relative to the plan's folder.
  [[nodiscard]] std::string path_from_plan(node_id x, std::string path) const;
  /// "line 3", or "line 3 of team.yaml" where that is another file.
  [[nodiscard]] std::string line_text(span where, node_id seen_from) const;
  void error(node_id x, std::string message, std::string hint = {}) {
    found.error(place_of(x), std::move(message), std::move(hint));
  }
  void warning(node_id x, lint code, std::string message,
               std::string hint = {}) {
    found.warning(place_of(x), code, std::move(message), std::move(hint));
  }
  /// One of a text that is no plan: it has no code.
  void warning(node_id x, std::string message, std::string hint = {}) {
    warning(x, lint::none, std::move(message), std::move(hint));
  }
  /// True where the node, or what stands in it, has an error already: what it
  /// lacks may be what was misspelt.
  [[nodiscard]] bool has_error_in(node_id x) const;
  /// All bytes of a node, with all that stands in it.
  [[nodiscard]] span extent(node_id x) const;
  /// The span of a node, cut at the end of its first line.
  [[nodiscard]] span place_of(node_id x) const;

  /// What a name stands for, a contract for its provider.
  [[nodiscard]] std::optional<node_ref> find_name(std::string_view name) const {
    if (neighbours != nullptr)
      if (auto at = neighbours->find(name); at != neighbours->end())
        return at->second;
    auto at = names.find(name);
    if (at != names.end())
      return at->second;
    auto contract = contracts.find(name);
    if (contract == contracts.end())
      return {};
    auto provider = result.contracts[contract->second.value].provider;
    if (!provider.valid())
      return {};
    return node_ref{node_kind::task, provider.value};
  }
  /// True where the reference is the task, or a phase that holds it.
  [[nodiscard]] bool stands_for(node_ref x, std::uint32_t task) const {
    if (x.kind == node_kind::task)
      return x.index == task;
    if (x.kind != node_kind::phase)
      return false;
    auto holder = task_sources[task].holder;
    while (holder.valid() && holder.value != x.index)
      holder = phase_parents[holder.value];
    return holder.valid();
  }
  /// The phase that the plan puts a task into; a matrix makes others.
  [[nodiscard]] phase_id phase_of(const task& x) const {
    bool made = x.phase.valid() && phase_bodies[x.phase.value] == no_node;
    return made ? phase_id{} : x.phase;
  }

  /// "did you mean …?" among the names of a table.
  template <class Table>
  [[nodiscard]] std::string hint_of(std::string_view word, const Table& table) {
    if (suggest.exhausted())
      return {};
    auto& names_of_table = sorted_names_[&table];
    if (names_of_table.size() != table.size()) {
      names_of_table.clear();
      for (const auto& x : table)
        names_of_table.push_back(x.first);
      std::sort(names_of_table.begin(), names_of_table.end());
    }
    return suggest.hint(word, names_of_table);
  }

private:
  /// A file of the text as one of this plan's: 0, or an included one.
  [[nodiscard]] std::size_t own_file(std::size_t file) const {
    return file == 0 ? 0 : file - files_before_;
  }

  std::size_t files_before_ = 0;  ///< that other plans of the text include
  std::size_t errors_before_ = 0; ///< in other parts of the text
  /// The names of a table as suggestions go through them; tables only grow.
  std::unordered_map<const void*, std::vector<std::string_view>> sorted_names_;
};

/// "task", "phase", "gate".
[[nodiscard]] std::string_view word_of(node_kind x);

} // namespace tutti::config
