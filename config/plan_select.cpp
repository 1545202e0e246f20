// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_select.hpp"

#include "config/suggest.hpp"
#include "config/wait_graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace tutti::config {

namespace {

using name_table = std::unordered_map<std::string_view, node_ref>;

name_table names_of(const plan& p) {
  name_table result;
  auto add = [&](const auto& xs, node_kind kind) {
    for (std::uint32_t i = 0; i < xs.size(); ++i)
      result.emplace(xs[i].name, node_ref{kind, i});
  };
  add(p.tasks, node_kind::task);
  add(p.phases, node_kind::phase);
  add(p.gates, node_kind::gate);
  return result;
}

/// Turns the names of one option into tasks.
class name_resolver {
public:
  name_resolver(const plan& p, std::vector<error>& errors)
    : plan_(p), names_(names_of(p)), errors_(errors) {
  }

  std::vector<std::uint32_t> resolve(const std::vector<std::string>& names,
                                     std::string_view option) {
    std::vector<std::uint32_t> result;
    for (const auto& name : names) {
      auto at = names_.find(name);
      if (at == names_.end())
        refuse(option, unknown(name));
      else if (at->second.kind == node_kind::gate)
        refuse(option,
               fmt::format("'{}' is a gate; name tasks or phases", name));
      else if (at->second.kind == node_kind::task)
        result.push_back(at->second.index);
      else
        for (auto t : plan_.phases[at->second.index].tasks)
          result.push_back(t.value);
    }
    return result;
  }

private:
  void refuse(std::string_view option, const std::string& why) {
    errors_.push_back(
        {exit_code::bad_plan, fmt::format("{}: {}", option, why)});
  }

  std::string unknown(const std::string& name) {
    std::vector<std::string_view> candidates;
    for (const auto& t : plan_.tasks)
      candidates.push_back(t.name);
    for (const auto& x : plan_.phases)
      candidates.push_back(x.name);
    auto hint = suggest_.hint(name, candidates);
    auto text = fmt::format("there is no task or phase '{}'", name);
    return hint.empty() ? text : text + "; " + hint;
  }

  const plan& plan_;
  name_table names_;
  std::vector<error>& errors_;
  suggester suggest_;
};

// -- --only -------------------------------------------------------------------

/// Finds all that the wanted tasks need, gates included (semantics §28).
class ancestor_finder {
public:
  explicit ancestor_finder(const plan& p)
    : plan_(p), tasks(p.tasks.size(), false), gates(p.gates.size(), false),
      task_gates_(p.tasks.size()), phase_gates_(p.phases.size()),
      free_(tasks_free_of_all_gates(p)) {
    for (std::uint32_t i = 0; i < p.gates.size(); ++i) {
      if (p.gates[i].blocks_all)
        all_gates_.push_back(i);
      for (const auto& x : p.gates[i].blocks)
        (x.kind == node_kind::task ? task_gates_ : phase_gates_)[x.index]
            .push_back(i);
    }
  }

  void run(const std::vector<std::uint32_t>& wanted) {
    for (auto t : wanted)
      keep_task(t);
    // Whoever works may ask something of anybody.
    for (const auto& a : plan_.agents)
      if (a.requests.present)
        keep_task(a.requests.task.value);
    while (!open_.empty()) {
      auto x = open_.back();
      open_.pop_back();
      const auto& needs = x.kind == node_kind::task
                            ? plan_.tasks[x.index].needs
                            : plan_.gates[x.index].needs;
      for (const auto& n : needs)
        keep(n.of);
      if (x.kind == node_kind::task)
        for (const auto& n : plan_.tasks[x.index].needs_later)
          keep(n.of);
    }
  }

private:
  void keep(node_ref x) {
    if (x.kind == node_kind::task)
      keep_task(x.index);
    else if (x.kind == node_kind::gate)
      keep_gate(x.index);
    else
      for (auto t : plan_.phases[x.index].tasks)
        keep_task(t.value);
  }

  void keep_task(std::uint32_t i) {
    if (tasks[i])
      return;
    tasks[i] = true;
    open_.push_back({node_kind::task, i});
    const auto& t = plan_.tasks[i];
    if (t.is_finally)
      return;
    for (auto g : task_gates_[i])
      keep_gate(g);
    if (t.phase.valid())
      for (auto g : phase_gates_[t.phase.value])
        keep_gate(g);
    bool made = t.kind == task_kind::review || t.kind == task_kind::requests;
    if (!free_[i] && !made)
      for (auto g : all_gates_)
        keep_gate(g);
  }

  void keep_gate(std::uint32_t i) {
    if (gates[i])
      return;
    gates[i] = true;
    open_.push_back({node_kind::gate, i});
    for (auto t : plan_.gates[i].approval.reviews)
      keep_task(t.value);
  }

  const plan& plan_;

public:
  std::vector<bool> tasks;
  std::vector<bool> gates;

private:
  std::vector<std::vector<std::uint32_t>> task_gates_;
  std::vector<std::vector<std::uint32_t>> phase_gates_;
  std::vector<std::uint32_t> all_gates_;
  std::vector<bool> free_;
  std::vector<node_ref> open_;
};

/// Drops what is not kept and gives new dense ids.
class compactor {
public:
  compactor(plan& p, const ancestor_finder& kept) : plan_(p) {
    number(kept.tasks, task_ids_);
    number(kept.gates, gate_ids_);
    std::vector<bool> phases(p.phases.size(), false);
    for (std::size_t i = 0; i < kept.tasks.size(); ++i)
      if (kept.tasks[i] && p.tasks[i].phase.valid())
        phases[p.tasks[i].phase.value] = true;
    // A phase without tasks drops nothing and may be needed.
    for (std::size_t i = 0; i < p.phases.size(); ++i)
      if (p.phases[i].tasks.empty())
        phases[i] = true;
    number(phases, phase_ids_);
  }

  void run() {
    squeeze(plan_.tasks, task_ids_);
    squeeze(plan_.phases, phase_ids_);
    squeeze(plan_.gates, gate_ids_);
    for (auto& t : plan_.tasks)
      renumber_task(t);
    for (auto& x : plan_.phases)
      renumber_tasks(x.tasks);
    for (auto& g : plan_.gates) {
      renumber_needs(g.needs);
      renumber_refs(g.blocks);
      renumber_tasks(g.approval.reviews);
      renumber_tasks(g.rework.to);
      renumber(g.approval.message);
    }
    for (auto& a : plan_.agents)
      if (a.requests.present)
        a.requests.task = task_id{task_ids_[a.requests.task.value]};
  }

private:
  static void number(const std::vector<bool>& kept,
                     std::vector<std::uint32_t>& ids) {
    ids.assign(kept.size(), task_id::none);
    std::uint32_t next = 0;
    for (std::size_t i = 0; i < kept.size(); ++i)
      if (kept[i])
        ids[i] = next++;
  }

  template <class T>
  static void squeeze(std::vector<T>& xs,
                      const std::vector<std::uint32_t>& ids) {
    std::size_t next = 0;
    for (std::size_t i = 0; i < xs.size(); ++i)
      if (ids[i] != task_id::none) {
        if (next != i)
          xs[next] = std::move(xs[i]);
        ++next;
      }
    xs.erase(xs.begin() + static_cast<std::ptrdiff_t>(next), xs.end());
  }

  [[nodiscard]] std::uint32_t new_index(node_ref x) const {
    switch (x.kind) {
    case node_kind::task:
      return task_ids_[x.index];
    case node_kind::gate:
      return gate_ids_[x.index];
    case node_kind::phase:
      return phase_ids_[x.index];
    case node_kind::service:
      return x.index;
    }
    return task_id::none;
  }

  void renumber_tasks(std::vector<task_id>& xs) {
    std::erase_if(xs, [&](task_id t) {
      return task_ids_[t.value] == task_id::none;
    });
    for (auto& t : xs)
      t = task_id{task_ids_[t.value]};
  }

  void renumber_refs(std::vector<node_ref>& xs) {
    std::erase_if(xs, [&](node_ref x) {
      return new_index(x) == task_id::none;
    });
    for (auto& x : xs)
      x.index = new_index(x);
  }

  void renumber_needs(std::vector<need>& xs) {
    for (auto& x : xs)
      x.of.index = new_index(x.of);
  }

  void renumber(expression& x) {
    for (auto& n : x.nodes)
      if (n.op == expression_op::output_of)
        n.task = task_id{task_ids_[n.task.value]};
      else if (n.op == expression_op::comment_of)
        n.task = task_id{gate_ids_[n.task.value]};
  }

  void renumber(command_line& x) {
    for (auto& part : x.argv)
      renumber(part);
  }

  void renumber_task(task& t) {
    if (t.phase.valid())
      t.phase = phase_id{phase_ids_[t.phase.value]};
    renumber_needs(t.needs);
    renumber_needs(t.needs_later);
    if (t.review_of.valid())
      t.review_of = gate_id{gate_ids_[t.review_of.value]};
    renumber_refs(t.after);
    renumber(t.condition);
    renumber(t.working_directory);
    renumber(t.prompt);
    renumber(t.note);
    renumber(t.integrate.prompt);
    for (auto& x : t.artifacts)
      renumber(x);
    for (auto& x : t.env)
      renumber(x.text);
    renumber(t.run);
    renumber(t.integrate.run);
  }

  plan& plan_;
  std::vector<std::uint32_t> task_ids_;
  std::vector<std::uint32_t> gate_ids_;
  std::vector<std::uint32_t> phase_ids_;
};

// -- --skip -------------------------------------------------------------------

/// Follows `needs` from what is left out to what needs it.
class descendant_finder {
public:
  explicit descendant_finder(const plan& p)
    : plan_(p), skipped(p.tasks.size(), false), users_(p.tasks.size()),
      phase_users_(p.phases.size()) {
    for (std::uint32_t i = 0; i < p.tasks.size(); ++i)
      if (!p.tasks[i].is_finally) {
        add_user(i, p.tasks[i].needs);
        add_user(i, p.tasks[i].needs_later);
      }
  }

  void run(const std::vector<std::uint32_t>& names) {
    auto open = names;
    while (!open.empty()) {
      auto i = open.back();
      open.pop_back();
      if (skipped[i])
        continue;
      skipped[i] = true;
      open.insert(open.end(), users_[i].begin(), users_[i].end());
      auto phase = plan_.tasks[i].phase;
      if (!phase.valid())
        continue;
      auto& users = phase_users_[phase.value];
      open.insert(open.end(), users.begin(), users.end());
      users.clear();
    }
  }

  [[nodiscard]] bool hits(node_ref x) const {
    if (x.kind == node_kind::task)
      return skipped[x.index];
    if (x.kind == node_kind::gate)
      return plan_.gates[x.index].closed_by_skip;
    const auto& tasks = plan_.phases[x.index].tasks;
    return std::any_of(tasks.begin(), tasks.end(), [&](task_id t) {
      return skipped[t.value];
    });
  }

private:
  void add_user(std::uint32_t task, const std::vector<need>& needs) {
    for (const auto& n : needs)
      if (n.of.kind == node_kind::task)
        users_[n.of.index].push_back(task);
      else if (n.of.kind == node_kind::phase)
        phase_users_[n.of.index].push_back(task);
  }

  const plan& plan_;

public:
  std::vector<bool> skipped;

private:
  std::vector<std::vector<std::uint32_t>> users_;
  std::vector<std::vector<std::uint32_t>> phase_users_;
};

void skip_tasks(plan& p, const std::vector<std::string>& names) {
  // Names that --only has dropped already are no mistake.
  auto known = names_of(p);
  std::vector<std::uint32_t> wanted;
  for (const auto& name : names) {
    auto at = known.find(name);
    if (at == known.end())
      continue;
    if (at->second.kind == node_kind::task)
      wanted.push_back(at->second.index);
    else if (at->second.kind == node_kind::phase)
      for (auto t : p.phases[at->second.index].tasks)
        wanted.push_back(t.value);
  }
  descendant_finder found{p};
  found.run(wanted);
  p.skipped.clear();
  for (std::size_t i = 0; i < p.tasks.size(); ++i)
    if (found.skipped[i])
      p.skipped.push_back(task_id{i});
  for (bool changed = true; changed;) {
    changed = false;
    for (auto& g : p.gates) {
      bool hit =
          !g.closed_by_skip
          && std::any_of(g.needs.begin(), g.needs.end(), [&](const need& n) {
               return found.hits(n.of);
             });
      g.closed_by_skip = g.closed_by_skip || hit;
      changed = changed || hit;
    }
  }
}

} // namespace

std::vector<error> select_tasks(plan& p, const std::vector<std::string>& only,
                                const std::vector<std::string>& skip) {
  std::vector<error> errors;
  name_resolver resolver{p, errors};
  auto wanted = resolver.resolve(only, "--only");
  auto unwanted = resolver.resolve(skip, "--skip");
  if (!errors.empty())
    return errors;
  if (!only.empty()) {
    ancestor_finder kept{p};
    kept.run(wanted);
    compactor{p, kept}.run();
  }
  if (!skip.empty())
    skip_tasks(p, skip);
  return errors;
}

} // namespace tutti::config
