// SPDX-License-Identifier: BSD-3-Clause
#include "config/load_contracts.hpp"
#include "config/load_nodes.hpp"
#include "config/load_own.hpp"
#include "config/load_parts.hpp"
#include "config/load_secrets.hpp"
#include "config/load_settings.hpp"
#include "config/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace tutti::config {

namespace {

/// How much all tasks together may inherit; far beyond any real plan.
constexpr std::size_t inherited_bytes_max = std::size_t{512} << 20;
constexpr std::size_t variables_max = 5'000;

class task_loader {
public:
  task_loader(loader_context& c, std::size_t index)
    : c_(c), task_(c.result.tasks[index]), source_(c.task_sources[index]),
      phase_(c.phase_of(task_)),
      defaults_(c.defaults[c.file_of(source_.name)]) {
  }

  void run() {
    own_ = read_own_part(c_, task_, source_);
    choose_agents();
    join_phase();
    imply_definitions(
        c_, static_cast<std::uint32_t>(&task_ - c_.result.tasks.data()));
    settle();
    bind();
    if (c_.options.need_commands && task_.run.kind == command_kind::none
        && !all_converse_ && !c_.has_error_in(source_.body))
      c_.error(source_.name,
               fmt::format("task '{}' has nothing to run", task_.name),
               hint_of_nothing());
  }

private:
  /// Keys that slipped to the left are the names of the tasks that follow.
  std::string hint_of_nothing() {
    if (task_.kind == task_kind::review)
      return "give the approval a 'run', or its agent or 'defaults'";
    if (task_.kind == task_kind::requests)
      return "give 'requests' a 'run', or its agent or 'defaults'";
    std::string keys;
    const auto& tasks = c_.result.tasks;
    auto i = static_cast<std::size_t>(&task_ - tasks.data()) + 1;
    for (; i < tasks.size() && tasks[i].phase == task_.phase
           && find_key(place::task, tasks[i].name) != nullptr;
         ++i)
      keys += fmt::format("{}'{}'", keys.empty() ? "" : ", ", tasks[i].name);
    return keys.empty()
             ? std::string{"give it a 'run', or its phase, its agent or "
                           "'defaults'"}
             : fmt::format("indent {} below '{}'", keys, task_.name);
  }

  // -- what it inherits -------------------------------------------------------

  [[nodiscard]] const phase_layer* phase() const {
    return phase_.valid() ? &c_.phase_layers[phase_.value] : nullptr;
  }

  void choose_agents() {
    auto from = own_.agent_node;
    task_.agents = std::move(own_.agents);
    if (from == no_node && phase() != nullptr) {
      from = phase()->agent_node;
      task_.agents = phase()->agents;
    }
    agent_node_ = from;
    auto labels = labels_of_node();
    if (task_.agents.empty())
      task_.agents.push_back(implicit_agent(c_, labels));
    for (auto x : task_.agents) {
      add_labels(c_.result.agents[x.value].runs_on, labels);
      all_converse_ = all_converse_ && c_.converses(x);
      if (c_.converses(x))
        conversing_ = x;
    }
  }

  /// Who takes work in messages runs no command of a task's own (§22).
  void refuse_command(node_id run) {
    if (conversing_.valid() && run != no_node)
      c_.error(run,
               fmt::format("agent '{}' takes its work in messages and runs no "
                           "command",
                           c_.result.agents[conversing_.value].name),
               "write a 'prompt' instead, or give the task to another agent");
  }

  /// What its agent says is the agent's own, and counts in any case.
  std::vector<std::string> labels_of_node() {
    const auto& labels = own_.settings.runs_on ? own_.settings.runs_on
                       : phase() != nullptr && phase()->settings.runs_on
                           ? phase()->settings.runs_on
                           : defaults_.runs_on;
    if (!labels)
      return {};
    template_scope scope;
    scope.word = "task";
    scope.name = task_.name;
    scope.body = source_.body;
    scope.made_by = source_.made_by;
    scope.has_rounds = false;
    return bind_labels(c_, *labels, scope);
  }

  void join_phase() {
    if (phase() == nullptr)
      return;
    for (const auto& x : phase()->needs)
      if (std::find(task_.needs.begin(), task_.needs.end(), x)
          == task_.needs.end())
        task_.needs.push_back(x);
    for (const auto& x : phase()->after)
      if (std::find(task_.after.begin(), task_.after.end(), x)
          == task_.after.end())
        task_.after.push_back(x);
    c_.inherited_bytes +=
        (phase()->needs.size() + phase()->after.size()) * sizeof(need);
  }

  /// The first layer that has a value, from the task outwards.
  template <class T>
  const std::optional<T>& first(std::optional<T> task_settings::*member) {
    if (own_.settings.*member)
      return own_.settings.*member;
    if (phase() != nullptr && phase()->settings.*member)
      return phase()->settings.*member;
    const auto& of_agent = c_.agent_layers[task_.agents[0].value].*member;
    check_agents_agree(member);
    return of_agent ? of_agent : defaults_.*member;
  }

  /// Whoever takes an any-of task, it must be the same work.
  template <class T>
  void check_agents_agree(std::optional<T> task_settings::*member) {
    if constexpr (std::equality_comparable<T>)
      for (auto x : task_.agents)
        if (c_.agent_layers[x.value].*member
            != c_.agent_layers[task_.agents[0].value].*member) {
          // Of what an agent can give these are those that are no 'env'.
          constexpr bool run = std::same_as<T, command_template>;
          constexpr bool secrets = std::same_as<T, std::vector<secret_use>>;
          refuse_choice(x, run       ? "'run'"
                           : secrets ? "'secrets'"
                                     : "'working-directory'");
          return;
        }
  }

  /// The same for variables: only those count that no nearer layer sets.
  void check_env_agrees(const std::unordered_set<std::string_view>& nearer) {
    const auto& first = c_.agent_layers[task_.agents[0].value].env;
    for (auto x : task_.agents) {
      const auto& other = c_.agent_layers[x.value].env;
      if (other == first)
        continue;
      auto name = differing_name(first, other, nearer);
      if (name.empty())
        name = differing_name(other, first, nearer);
      if (name.empty())
        continue;
      refuse_choice(x, fmt::format("'{}' of 'env'", name));
      return;
    }
  }

  /// A variable of the one layer that the other lacks or has otherwise.
  static std::string_view
  differing_name(const std::vector<env_template>& one,
                 const std::vector<env_template>& other,
                 const std::unordered_set<std::string_view>& nearer) {
    std::unordered_map<std::string_view, const env_template*> by_name;
    for (const auto& x : other)
      by_name.emplace(x.name, &x);
    for (const auto& x : one) {
      if (nearer.contains(x.name))
        continue;
      auto at = by_name.find(x.name);
      if (at == by_name.end() || *at->second != x)
        return x.name;
    }
    return {};
  }

  void refuse_choice(agent_id x, std::string_view what) {
    const auto& agents = c_.result.agents;
    c_.error(agent_node_,
             fmt::format("task '{}' could be the work of '{}' or '{}', which "
                         "would not do the same: they differ in {}",
                         task_.name, agents[task_.agents[0].value].name,
                         agents[x.value].name, what),
             fmt::format("give the task its own {}", what));
  }

  void settle() {
    auto take = [](auto& target, const auto& from) {
      if (from)
        target = *from;
    };
    take(task_.timeout, first(&task_settings::timeout));
    take(task_.idle_timeout, first(&task_settings::idle_timeout));
    take(task_.deadline, first(&task_settings::deadline));
    take(task_.queue_timeout, first(&task_settings::queue_timeout));
    take(task_.retries, first(&task_settings::retries));
    take(task_.priority, first(&task_settings::priority));
    take(task_.allow_failure, first(&task_settings::allow_failure));
    take(task_.exclusive, first(&task_settings::exclusive));
    take(task_.pools, first(&task_settings::pools));
    take(task_.env_files, first(&task_settings::env_files));
    add_limit(source_.limit);
    if (phase_.valid())
      add_limit(c_.phase_limits[phase_.value]);
    const auto& estimate = first(&task_settings::estimate);
    take(task_.estimate, estimate);
    task_.has_estimate = estimate.has_value();
  }

  /// `max-parallel` is a pool of which each task holds one.
  void add_limit(pool_id x) {
    if (x.valid())
      task_.pools.push_back({x, 1});
  }

  // -- names in texts ---------------------------------------------------------

  void bind() {
    template_scope scope;
    scope.word = "task";
    scope.name = task_.name;
    scope.needs = &task_.needs;
    scope.needs_later = &task_.needs_later;
    if (task_.kind == task_kind::after_each)
      scope.triggers = &task_.after_each;
    scope.body = source_.body;
    scope.made_by = source_.made_by;
    scope.env = variables();
    template_binder binder{c_, scope};
    task_.env = binder.bind_env();
    settle_secrets(scope.env);
    bind_run(binder);
    bind_integrate(binder);
    if (own_.prompt)
      task_.prompt = binder.bind(*own_.prompt);
    if (own_.note)
      task_.note = binder.bind(*own_.note, reading::later);
    for (const auto& x : own_.artifacts)
      task_.artifacts.push_back(binder.bind(x));
    if (const auto& x = first(&task_settings::working_directory))
      task_.working_directory = binder.bind(*x);
    else if (auto folder = c_.folder_of(source_.name);
             !folder.empty() && !all_converse_)
      task_.working_directory = literal_expression(std::string{folder});
    if (phase() != nullptr && phase()->has_condition)
      task_.condition = binder.bind(phase()->condition);
    if (own_.condition)
      add_condition(binder.bind(*own_.condition));
    for (const auto& x : task_.env_files)
      c_.inherited_bytes += x.size();
    c_.inherited_bytes += task_.env.size() * sizeof(env_entry);
  }

  /// Who takes work in messages has an environment of its own, if any.
  void settle_secrets(const std::vector<const env_template*>& env) {
    const auto& own = own_.settings.secrets;
    if (all_converse_ && (!own || own->empty()))
      return;
    const auto& xs = first(&task_settings::secrets);
    if (!xs || xs->empty())
      return;
    bool of_agents = !own && (phase() == nullptr || !phase()->settings.secrets);
    if (!conversing_.valid() || of_agents) {
      task_.secrets = bind_secrets(c_, *xs, env);
      c_.inherited_bytes += task_.secrets.size() * sizeof(secret_id);
      return;
    }
    const auto& a = c_.result.agents[conversing_.value];
    c_.error(xs->front().node,
             fmt::format("agent '{}' takes its work in messages, and a secret "
                         "travels in none",
                         a.name),
             a.native.empty() ? fmt::format(
                 "give it to the session: agents: {{ {}: {{ "
                 "secrets: [{}] }} }}",
                 a.name, c_.result.secrets[xs->front().id.value].name)
                              : "let the program read it where it starts");
  }

  void bind_run(template_binder& binder) {
    refuse_command(own_.run_node);
    const auto& run = first(&task_settings::run);
    if (!run || all_converse_)
      return;
    task_.run = binder.bind(*run);
    if (!own_.settings.run)
      c_.inherited_bytes +=
          run->script.size() + run->argv.size() * sizeof(expression_node);
  }

  /// It inherits the command where it says none of its own (semantics §22).
  void bind_integrate(template_binder& binder) {
    if (!own_.integrate)
      return;
    const auto& own = *own_.integrate;
    auto& made = task_.integrate;
    made.present = true;
    refuse_command(own.run_node);
    if (own.run)
      made.run = binder.bind(*own.run, reading::later);
    else
      made.run = task_.run;
    if (own.prompt)
      made.prompt = binder.bind(*own.prompt, reading::later);
    made.estimate = own.estimate.value_or(tutti::estimate{});
    made.has_estimate = own.estimate.has_value();
  }

  /// A phase's condition and the task's own must both hold.
  void add_condition(expression own) {
    auto& whole = task_.condition.nodes;
    if (whole.empty()) {
      task_.condition = std::move(own);
      return;
    }
    auto base = static_cast<std::uint32_t>(whole.size());
    for (auto& x : own.nodes) {
      if (!is_leaf(x.op)) {
        x.left += base;
        x.right += x.op == expression_op::logical_not ? 0 : base;
      }
      whole.push_back(std::move(x));
    }
    expression_node both;
    both.op = expression_op::logical_and;
    both.left = base - 1;
    both.right = static_cast<std::uint32_t>(whole.size() - 1);
    whole.push_back(std::move(both));
  }

  std::vector<const env_template*> variables() {
    std::vector<const env_template*> result;
    std::unordered_set<std::string_view> seen;
    auto add = [&](const std::vector<env_template>& layer) {
      for (const auto& x : layer)
        if (seen.insert(x.name).second)
          result.push_back(&x);
    };
    add(own_.settings.env);
    if (phase() != nullptr)
      add(phase()->settings.env);
    const auto& of_agent = c_.agent_layers[task_.agents[0].value].env;
    check_env_agrees(seen);
    add(of_agent);
    add(defaults_.env);
    if (result.size() > variables_max) {
      c_.error(source_.name, fmt::format("task '{}' has more than {} variables",
                                         task_.name, variables_max));
      result.clear();
    }
    for (const auto* x : result)
      c_.inherited_bytes += x->text.text.size();
    return result;
  }

  loader_context& c_;
  task& task_;
  task_source source_;
  phase_id phase_; ///< that the plan puts it into
  const task_settings& defaults_;
  own_part own_;
  node_id agent_node_ = no_node;
  bool all_converse_ = true;
  agent_id conversing_; ///< one of its agents that takes work in messages
};

} // namespace

void load_tasks(loader_context& c) {
  for (std::size_t i = 0; i < c.task_sources.size(); ++i) {
    const auto* made_by = c.task_sources[i].made_by;
    c.neighbours = made_by == nullptr ? nullptr : made_by->neighbours;
    task_loader{c, i}.run();
    if (c.inherited_bytes > inherited_bytes_max) {
      c.error(
          c.task_sources[i].name,
          fmt::format("what tasks inherit adds up to more than {} MiB",
                      inherited_bytes_max >> 20),
          "shorten 'defaults', what phases and agents share, and tasks with a "
          "matrix");
      break;
    }
  }
  c.neighbours = nullptr;
}

} // namespace tutti::config
