// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/artifact_conflicts.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <unordered_set>

namespace tutti {

namespace {

/// Walks from a task over what it is made from; only where files conflict.
class ancestor_search {
public:
  explicit ancestor_search(const plan& p) : plan_(p) {
  }

  [[nodiscard]] bool builds_on(task_id task, task_id ancestor) {
    seen_.clear();
    std::vector<task_id> open{task};
    while (!open.empty()) {
      auto t = open.back();
      open.pop_back();
      if (!seen_.insert(t.value).second)
        continue;
      if (t == ancestor && t != task)
        return true;
      add_sources(plan_.tasks[t.value], open);
    }
    return false;
  }

private:
  void add_sources(const task& t, std::vector<task_id>& open) const {
    for (const auto* needs : {&t.needs, &t.needs_later})
      for (const auto& n : *needs)
        add(n.of, open);
    for (auto of : t.after)
      add(of, open);
    open.insert(open.end(), t.after_each.begin(), t.after_each.end());
  }

  void add(node_ref of, std::vector<task_id>& open) const {
    if (of.kind == node_kind::task)
      open.emplace_back(of.index);
    else if (of.kind == node_kind::phase)
      open.insert(open.end(), plan_.phases[of.index].tasks.begin(),
                  plan_.phases[of.index].tasks.end());
    else if (of.kind == node_kind::gate)
      for (const auto& n : plan_.gates[of.index].needs)
        add(n.of, open);
  }

  const plan& plan_;
  std::unordered_set<std::uint32_t> seen_;
};

struct source {
  task_id from;
  const artifact* file = nullptr;
};

class collector {
public:
  explicit collector(const plan& p) : plan_(p), search_(p) {
  }

  void add(task_id from, const attempt_details* details) {
    if (details == nullptr)
      return;
    for (const auto& file : details->artifacts) {
      auto [i, fresh] = by_path_.try_emplace(file.path, source{from, &file});
      if (!fresh && file != *i->second.file)
        decide(i->second, {from, &file});
    }
  }

  [[nodiscard]] placed_files result() const {
    placed_files result;
    result.mistake = mistake_;
    for (const auto& [path, x] : by_path_)
      result.files.push_back(*x.file);
    return result;
  }

private:
  void decide(source& known, source other) {
    if (search_.builds_on(known.from, other.from))
      return;
    if (search_.builds_on(other.from, known.from) || known.from == other.from)
      known = other;
    else if (mistake_.empty())
      mistake_ = fmt::format(
          "'{}' and '{}' hand on different files named '{}': let one of them "
          "need the other, or name them differently",
          plan_.tasks[known.from.value].name,
          plan_.tasks[other.from.value].name, other.file->path);
  }

  const plan& plan_;
  ancestor_search search_;
  std::map<std::string_view, source> by_path_;
  std::string mistake_;
};

} // namespace

placed_files files_to_place(const plan& p, const std::vector<handoff>& handed,
                            const std::vector<request_answer>& answers) {
  collector all{p};
  for (const auto& h : handed)
    all.add(h.from, h.details.get());
  for (const auto& answer : answers)
    all.add(answer.from, answer.details.get());
  return all.result();
}

} // namespace tutti
