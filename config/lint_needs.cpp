// SPDX-License-Identifier: BSD-3-Clause
// Needs for which somebody waits who need not: contracts on which nobody
// begins, needs that are only waited for, and plans of one chain.
#include "config/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

namespace {

/// Who is handed what the provider of a contract makes.
struct contract_use {
  bool needed = false;
  bool later = false;
  std::vector<std::uint32_t> early; ///< tasks that might need it later
};

bool works_for_itself(const plan& p, const task& x, const task& y) {
  return x.agents == y.agents && x.agents.size() == 1
      && !p.agents[x.agents[0].value].implicit
      && p.agents[x.agents[0].value].slots == 1;
}

class contract_lints {
public:
  contract_lints(loader_context& c, lint_graph& g)
    : c_(c), p_(c.result), g_(g), uses_(p_.contracts.size()),
      phase_needed_(p_.phases.size(), false),
      phase_later_(p_.phases.size(), false) {
  }

  void run() {
    if (p_.contracts.empty())
      return;
    for (std::uint32_t t = 0; t < p_.tasks.size(); ++t)
      collect(t);
    for (std::size_t i = 0; i < p_.phases.size(); ++i)
      if (phase_needed_[i] || phase_later_[i])
        for (auto t : p_.phases[i].tasks)
          note(t, phase_later_[i]);
    for (std::size_t i = 0; i < p_.contracts.size(); ++i)
      if (p_.contracts[i].provider.valid())
        judge(i);
  }

private:
  void note(task_id of, bool later) {
    auto id = p_.tasks[of.value].provides;
    if (!id.valid())
      return;
    uses_[id.value].needed = true;
    uses_[id.value].later = uses_[id.value].later || later;
  }

  void collect(std::uint32_t t) {
    const auto& x = p_.tasks[t];
    for (const auto& n : x.needs) {
      if (n.of.kind == node_kind::phase)
        phase_needed_[n.of.index] = true;
      if (n.of.kind != node_kind::task)
        continue;
      note(task_id{n.of.index}, false);
      auto id = p_.tasks[n.of.index].provides;
      if (id.valid() && might_be_later(t, n))
        uses_[id.value].early.push_back(t);
    }
    for (const auto& n : x.needs_later)
      if (n.of.kind == node_kind::phase)
        phase_later_[n.of.index] = true;
      else
        note(task_id{n.of.index}, true);
    for (auto of : x.after_each)
      note(of, false);
  }

  /// Whoever reads its outputs needs them; and who waits for it anyway, or
  /// works for the same agent, would not begin earlier.
  bool might_be_later(std::uint32_t t, const need& n) {
    const auto& x = p_.tasks[t];
    const auto& provider = p_.tasks[n.of.index];
    return n.condition == need_condition::succeeded && x.kind == task_kind::work
        && !x.is_finally && !works_for_itself(p_, x, provider)
        && !reads_outputs(x, task_id{n.of.index})
        && !g_.may_wait_otherwise(g_.waits().start_of(task_id{t}),
                                  g_.waits().node_of(n.of));
  }

  void judge(std::size_t i) {
    const auto& agreed = p_.contracts[i];
    const auto& use = uses_[i];
    const auto& provider = p_.tasks[agreed.provider.value].name;
    if (!use.needed)
      c_.found.warning(
          c_.map.contracts[i], lint::unused_contract,
          fmt::format("contract '{}' is of use to nobody: no task needs '{}', "
                      "which provides it",
                      agreed.name, provider),
          fmt::format("who builds on it says needs-later: {}", agreed.name));
    if (use.later || use.early.empty())
      return;
    std::vector<std::string_view> names;
    for (auto t : use.early)
      names.push_back(p_.tasks[t].name);
    c_.found.warning(
        place_of_need(c_, use.early.front(),
                      {node_kind::task, agreed.provider.value}),
        lint::early_need,
        fmt::format("everybody waits for '{}', though contract '{}' says early "
                    "what it hands over",
                    provider, agreed.name),
        fmt::format("in {}, write needs-later: {}, and in 'integrate' what is "
                    "to be done with the real thing\nwork then starts without "
                    "it, against {}",
                    quoted_names(names), provider,
                    agreed.mock_path.empty() ? "the schema" : "the mock"));
  }

  loader_context& c_;
  const plan& p_;
  lint_graph& g_;
  std::vector<contract_use> uses_;
  std::vector<bool> phase_needed_;
  std::vector<bool> phase_later_;
};

// -- needs that are only waited for -------------------------------------------

/// Its result makes no difference, and it says of nothing that it hands it on.
bool hands_on_nothing(const task& x) {
  return x.allow_failure && x.kind == task_kind::work && x.artifacts.empty()
      && x.note.empty() && !x.provides.valid();
}

void note_reads(const expression& x, std::vector<bool>& read) {
  for (const auto& n : x.nodes)
    if (n.op == expression_op::output_of)
      read[n.task.value] = true;
}

/// By task: whether any text of the plan refers to its outputs.
std::vector<bool> tasks_read(const plan& p) {
  std::vector<bool> read(p.tasks.size(), false);
  for (const auto& t : p.tasks) {
    for (const auto* x : {&t.integrate.prompt, &t.prompt, &t.note, &t.condition,
                          &t.working_directory})
      note_reads(*x, read);
    for (const auto* xs : {&t.run.argv, &t.integrate.run.argv, &t.artifacts})
      for (const auto& x : *xs)
        note_reads(x, read);
    for (const auto& x : t.env)
      note_reads(x.text, read);
  }
  return read;
}

/// As a plan has it: "a", "[a, b]".
std::string list_of(const std::vector<std::string_view>& names) {
  constexpr std::size_t shown_max = 4;
  if (names.size() == 1)
    return std::string{names[0]};
  return names.size() > shown_max ? "[…]"
                                  : fmt::format("[{}]", fmt::join(names, ", "));
}

} // namespace

void lint_contracts(loader_context& c, lint_graph& g) {
  contract_lints{c, g}.run();
}

void lint_idle_needs(loader_context& c) {
  const auto& p = c.result;
  if (std::none_of(p.tasks.begin(), p.tasks.end(), hands_on_nothing))
    return;
  auto read = tasks_read(p);
  for (std::uint32_t i = 0; i < p.tasks.size(); ++i) {
    const auto& t = p.tasks[i];
    if (t.kind != task_kind::work || t.is_finally)
      continue;
    std::vector<std::string_view> names;
    node_ref first;
    for (const auto& n : t.needs) {
      if (n.of.kind != node_kind::task
          || n.condition != need_condition::succeeded || read[n.of.index]
          || !hands_on_nothing(p.tasks[n.of.index]))
        continue;
      if (names.empty())
        first = n.of;
      names.push_back(p.tasks[n.of.index].name);
    }
    if (names.empty())
      continue;
    bool one = names.size() == 1;
    c.found.warning(
        place_of_need(c, i, first), lint::idle_need,
        fmt::format("'{}' waits for {}, which may fail and, as far as the plan "
                    "says, {} on nothing",
                    t.name, quoted_names(names), one ? "hands" : "hand"),
        fmt::format("if only the order matters, write after: {}; if it does "
                    "not, leave {} out, and all run at once",
                    list_of(names), one ? "it" : "them"));
  }
}

void lint_serial(loader_context& c, const lint_graph& g) {
  constexpr std::size_t tasks_min = 5;
  constexpr std::size_t agents_min = 3;
  const auto& p = c.result;
  auto counts = [](const task& x) {
    return !x.is_finally
        && (x.kind == task_kind::work || x.kind == task_kind::after_each);
  };
  std::vector<bool> works(p.agents.size(), false);
  std::size_t all = 0;
  for (const auto& t : p.tasks)
    if (counts(t)) {
      ++all;
      for (auto a : t.agents)
        works[a.value] = works[a.value] || !p.agents[a.value].implicit;
    }
  auto agents =
      static_cast<std::size_t>(std::count(works.begin(), works.end(), true));
  if (all < tasks_min || agents < agents_min)
    return;
  // By node: how many tasks are done, one after the other, up to it.
  std::vector<std::uint32_t> length(g.waits().size(), 0);
  std::vector<std::string_view> chain(all);
  std::vector<std::uint32_t> tasks(all);
  for (auto node : g.order()) {
    for (const auto& e : g.waits().edges(node))
      length[node] = std::max(length[node], length[e.target]);
    auto what = g.waits().what(node);
    if (what.kind != wait_kind::done || !counts(p.tasks[what.index]))
      continue;
    // Its own work comes behind all that its start has waited for.
    auto own = length[g.waits().start_of(task_id{what.index})] + 1;
    length[node] = std::max(length[node], own);
    chain[own - 1] = p.tasks[what.index].name;
    tasks[own - 1] = what.index;
  }
  if (*std::max_element(length.begin(), length.end()) < all)
    return;
  c.found.warning(
      c.map.tasks[tasks[1]], lint::serial_plan,
      fmt::format("no two of the {} tasks ever run at once, whatever the {} "
                  "agents do: '{}' → '{}' → … → '{}'",
                  all, agents, chain[0], chain[1], chain[all - 1]),
      "need only what a task cannot start without; what it needs just to be "
      "finished is needs-later");
}

} // namespace tutti::config
