// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_select.hpp"

#include "config/plan_skip.hpp"
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
      else if (at->second.kind == node_kind::gate
               || at->second.kind == node_kind::service)
        refuse(option,
               fmt::format("'{}' is a {}; name tasks or phases", name,
                           at->second.kind == node_kind::gate ? "gate"
                                                              : "service"));
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
      services(p.services.size(), false), task_gates_(p.tasks.size()),
      service_gates_(p.services.size()), free_(tasks_free_of_all_gates(p)) {
    for (std::uint32_t i = 0; i < p.gates.size(); ++i) {
      if (p.gates[i].blocks_all)
        all_gates_.push_back(i);
      for (const auto& x : p.gates[i].blocks)
        if (x.kind == node_kind::phase)
          for (auto t : p.phases[x.index].tasks)
            task_gates_[t.value].push_back(i);
        else
          (x.kind == node_kind::task ? task_gates_ : service_gates_)[x.index]
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
      const auto& needs = x.kind == node_kind::task ? plan_.tasks[x.index].needs
                        : x.kind == node_kind::gate
                            ? plan_.gates[x.index].needs
                            : plan_.services[x.index].needs;
      for (const auto& n : needs)
        keep(n.of);
      if (x.kind != node_kind::task)
        continue;
      for (const auto& n : plan_.tasks[x.index].needs_later)
        keep(n.of);
      for (auto t : plan_.tasks[x.index].after_each)
        keep_task(t.value);
    }
  }

private:
  void keep(node_ref x) {
    if (x.kind == node_kind::task)
      keep_task(x.index);
    else if (x.kind == node_kind::gate)
      keep_gate(x.index);
    else if (x.kind == node_kind::service)
      keep_service(x.index);
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
    bool made = t.kind == task_kind::review || t.kind == task_kind::requests;
    if (!free_[i] && !made)
      for (auto g : all_gates_)
        keep_gate(g);
  }

  void keep_service(std::uint32_t i) {
    if (services[i])
      return;
    services[i] = true;
    open_.push_back({node_kind::service, i});
    for (auto g : service_gates_[i])
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
  std::vector<bool> services;

private:
  std::vector<std::vector<std::uint32_t>> task_gates_;
  std::vector<std::vector<std::uint32_t>> service_gates_;
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
    number(kept.services, service_ids_);
    std::vector<bool> contracts;
    for (const auto& x : p.contracts)
      contracts.push_back(
          !x.defined_by.valid() || kept.tasks[x.defined_by.value]
          || (x.provider.valid() && kept.tasks[x.provider.value]));
    number(contracts, contract_ids_);
    std::vector<bool> phases(p.phases.size(), false);
    for (std::size_t i = 0; i < p.phases.size(); ++i) {
      // A phase without tasks drops nothing and may be needed.
      const auto& tasks = p.phases[i].tasks;
      phases[i] = tasks.empty()
               || std::any_of(tasks.begin(), tasks.end(), [&](task_id t) {
                    return kept.tasks[t.value];
                  });
    }
    number(phases, phase_ids_);
  }

  void run() {
    squeeze(plan_.tasks, task_ids_);
    squeeze(plan_.phases, phase_ids_);
    squeeze(plan_.gates, gate_ids_);
    squeeze(plan_.services, service_ids_);
    squeeze(plan_.contracts, contract_ids_);
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
    for (auto& s : plan_.services)
      renumber_service(s);
    for (auto& x : plan_.contracts) {
      renumber_task_id(x.defined_by);
      renumber_task_id(x.provider);
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
      return service_ids_[x.index];
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

  void renumber_task_id(task_id& x) {
    if (x.valid())
      x = task_id{task_ids_[x.value]};
  }

  void renumber_service(service& s) {
    renumber_needs(s.needs);
    for (auto& x : s.env)
      renumber(x.text);
    renumber(s.working_directory);
    renumber(s.run);
    renumber(s.ready);
  }

  void renumber_task(task& t) {
    if (t.phase.valid())
      t.phase = phase_id{phase_ids_[t.phase.value]};
    renumber_needs(t.needs);
    renumber_needs(t.needs_later);
    renumber_tasks(t.after_each);
    if (t.provides.valid())
      t.provides = contract_id{contract_ids_[t.provides.value]};
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
  std::vector<std::uint32_t> service_ids_;
  std::vector<std::uint32_t> contract_ids_;
  std::vector<std::uint32_t> phase_ids_;
};

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
