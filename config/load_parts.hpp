// SPDX-License-Identifier: BSD-3-Clause
// The steps of the plan loader, in the order in which they run.
#pragma once

#include "config/loader_context.hpp"

#include <filesystem>

namespace tutti::config {

/// Makes a plan of a mapping within a larger text, with all of these steps;
/// nothing where it has mistakes. `name` is that of a plan that says none.
[[nodiscard]] std::optional<plan>
load_inline_plan(source_text& source, yaml_tree& tree, node_id root,
                 std::string name, const load_options& options,
                 findings& found);

/// Reads the files that the plan includes, and those that they include; false
/// where something about them is wrong. `source` and `tree` are those of the
/// context.
[[nodiscard]] bool read_includes(loader_context& c, source_text& source,
                                 yaml_tree& tree);

/// What to do about a file that cannot be read; `text` is what stands there,
/// relative to the file that has it.
[[nodiscard]] std::string file_remedy(suggester& suggest,
                                      const std::filesystem::path& path,
                                      std::string_view text);

/// Step 1: gives every agent, pool, parameter, task, phase and gate its name
/// and dense id, so that later steps may refer to any of them.
void declare_names(loader_context& c);

/// Parameters: types, defaults, `--set`.
void declare_params(loader_context& c, node_id params);
/// Once all are declared.
void check_set_params(loader_context& c);

/// The tasks that the loader makes: `review/GATE`, `requests/AGENT`. Their
/// agents and commands must be declared.
void declare_generated(loader_context& c);

/// Step 2: what tasks inherit: defaults, agents, phases.
void load_layers(loader_context& c);

/// What holds for the whole run: `fail-fast`, `grace`, `notify`, `nodes`,
/// `lease`, `keep`. Parameters must be declared.
void load_run(loader_context& c);

/// The services.
void load_services(loader_context& c);

/// Step 3: what gates need and block.
void load_gates(loader_context& c);

/// Step 4: the tasks.
void load_tasks(loader_context& c);

/// Step 5: what is asked of people, and what becomes of sessions.
void bind_messages(loader_context& c);

// -- references ---------------------------------------------------------------

/// Reads `needs` in all its forms.
[[nodiscard]] std::vector<need> read_needs(loader_context& c, node_id x);

/// Reads names of tasks and phases, each once: `after`, `needs-later`.
[[nodiscard]] std::vector<node_ref> read_names(loader_context& c, node_id x,
                                               std::string_view what);

/// Reads the long form of `batch`; what it does not say stays as it is.
[[nodiscard]] batch_policy read_batch(loader_context& c, node_id x,
                                      batch_policy result);

/// Reads `agent`: a name, or `{ any-of: [a, b] }`.
[[nodiscard]] std::vector<agent_id> read_agents(loader_context& c, node_id x);

/// An agent by its name; reports where there is none.
[[nodiscard]] std::optional<agent_id> find_agent(loader_context& c, node_id x);

/// The task, phase or gate of that name; reports where there is none.
[[nodiscard]] std::optional<node_ref> find_node(loader_context& c, node_id x,
                                                std::string_view what);

// -- binding ------------------------------------------------------------------

/// When a text is filled in.
enum class reading : std::uint8_t {
  start, ///< before the work: what is needed later is not there yet
  later, ///< when that has arrived, too
};

/// What the texts of one task, gate or service may refer to.
struct template_scope {
  std::string_view word; ///< "task"
  std::string_view name;
  const std::vector<need>* needs = nullptr;
  const std::vector<need>* needs_later = nullptr;
  const std::vector<task_id>* triggers = nullptr; ///< of an after-each task
  node_id body = no_node; ///< what stands in here is its own, not inherited
  const combination* made_by = nullptr; ///< of a task with a matrix
  /// Its variables from all layers; the first of a name counts.
  std::vector<const env_template*> env;
  bool has_rounds = true; ///< knows `round`, `feedback` and `prompt`
};

/// Resolves the names in texts and conditions.
class template_binder {
public:
  template_binder(loader_context& c, const template_scope& scope);

  [[nodiscard]] expression bind(const template_text& x,
                                reading when = reading::start);
  [[nodiscard]] command_line bind(const command_template& x,
                                  reading when = reading::start);
  /// All variables, in the order of the layers from the task outwards.
  [[nodiscard]] std::vector<env_entry> bind_env();

private:
  enum class progress : std::uint8_t { untouched, under_way, done };

  expression bind_nodes(const template_text& x);
  bool append(expression& out, const unbound_node& node,
              const template_text& x);
  bool append_output(expression& out, const unbound_node& node,
                     const template_text& x);
  bool may_read(node_ref of, const unbound_node& node, const template_text& x);
  bool append_comment(expression& out, const unbound_node& node,
                      const template_text& x);
  bool append_variable(expression& out, const unbound_node& node,
                       const template_text& x);
  bool append_param(expression& out, const unbound_node& node,
                    const template_text& x);
  bool append_matrix(expression& out, const unbound_node& node,
                     const template_text& x);
  bool append_env(expression& out, const unbound_node& node,
                  const template_text& x);
  void settle_env(std::size_t i);
  void refuse(const unbound_node& node, const template_text& x,
              std::string message, std::string hint = {});

  loader_context& c_;
  const template_scope& scope_;
  reading when_ = reading::start;
  std::vector<progress> env_progress_;
  std::vector<expression> env_values_;
  std::size_t depth_ = 0;
};

} // namespace tutti::config
