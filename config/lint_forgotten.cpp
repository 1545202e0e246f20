// SPDX-License-Identifier: BSD-3-Clause
// Gates that list all neighbours of a task, but not the task. Neighbours are
// the tasks of one phase, and those outside of phases that need the same.
#include "config/lint.hpp"

#include "config/wait_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace tutti::config {

namespace {

/// A gate that lists fewer of a group has chosen them.
constexpr std::size_t listed_min = 3;

using group_id = std::uint32_t;
constexpr group_id no_group = task_id::none;

struct group {
  phase_id phase; ///< invalid: those that need the same
  std::vector<std::uint32_t> tasks;
};

bool is_plain(const task& x) {
  return x.kind == task_kind::work || x.kind == task_kind::after_each;
}

class forgotten_finder {
public:
  forgotten_finder(loader_context& c, lint_graph& g)
    : c_(c), p_(c.result), g_(g), group_of_(p_.tasks.size(), no_group),
      waited_for_(p_.tasks.size(), false),
      listed_by_(p_.tasks.size(), gate_id::none) {
  }

  void run() {
    if (p_.gates.empty())
      return;
    make_groups();
    note_waiting();
    for (std::uint32_t i = 0; i < p_.gates.size(); ++i)
      look_at(i);
  }

private:
  void make_groups() {
    std::map<std::vector<std::tuple<int, std::uint32_t, int>>, group_id> alike;
    std::vector<group_id> of_phase(p_.phases.size(), no_group);
    for (std::uint32_t t = 0; t < p_.tasks.size(); ++t) {
      const auto& x = p_.tasks[t];
      auto holder = c_.task_sources[t].holder;
      auto* at = holder.valid() ? &of_phase[holder.value] : nullptr;
      if (!is_plain(x) || (at == nullptr && x.needs.empty()))
        continue;
      if (at == nullptr) {
        std::vector<std::tuple<int, std::uint32_t, int>> key;
        for (const auto& n : x.needs)
          key.emplace_back(static_cast<int>(n.of.kind), n.of.index,
                           static_cast<int>(n.condition));
        std::sort(key.begin(), key.end());
        at = &alike.emplace(std::move(key), no_group).first->second;
      }
      if (*at == no_group) {
        *at = static_cast<group_id>(groups_.size());
        groups_.push_back({holder, {}});
      }
      group_of_[t] = *at;
      groups_[*at].tasks.push_back(t);
    }
  }

  /// Who is waited for by anything but its own phase.
  void note_waiting() {
    const auto& g = g_.waits();
    std::vector<bool> phase_done(p_.phases.size(), false);
    for (std::uint32_t n = 0; n < g.size(); ++n)
      for (const auto& e : g.edges(n)) {
        auto to = g.what(e.target);
        if (to.kind == wait_kind::phase_done)
          phase_done[to.index] = true;
        else if (to.kind == wait_kind::done && e.reason != wait_reason::holds)
          waited_for_[to.index] = true;
      }
    for (std::size_t i = 0; i < phase_done.size(); ++i)
      if (phase_done[i])
        for (auto t : p_.phases[i].tasks)
          waited_for_[t.value] = true;
  }

  void look_at(std::uint32_t gate) {
    // How many of each group it lists, in the order of the list.
    std::vector<std::pair<group_id, std::size_t>> counts;
    std::unordered_map<group_id, std::size_t> place;
    for (const auto& n : p_.gates[gate].needs) {
      if (n.of.kind != node_kind::task || group_of_[n.of.index] == no_group)
        continue;
      auto [at, fresh] = place.emplace(group_of_[n.of.index], counts.size());
      if (fresh)
        counts.emplace_back(group_of_[n.of.index], 0);
      ++counts[at->second].second;
      listed_by_[n.of.index] = gate;
    }
    for (auto [id, listed] : counts)
      if (listed >= listed_min && groups_[id].tasks.size() == listed + 1)
        judge(gate, groups_[id]);
  }

  void judge(std::uint32_t gate, const group& x) {
    auto missing =
        *std::find_if(x.tasks.begin(), x.tasks.end(), [&](std::uint32_t t) {
          return listed_by_[t] != gate;
        });
    const auto& t = p_.tasks[missing];
    auto opens = g_.waits().node_of({node_kind::gate, gate});
    if (t.is_finally || t.allow_failure || waited_for_[missing]
        || g_.may_wait(g_.waits().node_of({node_kind::task, missing}), opens))
      return;
    std::vector<std::string_view> names;
    for (auto y : x.tasks)
      if (y != missing)
        names.push_back(p_.tasks[y].name);
    auto where = place_in(c_, c_.gate_bodies[gate], "needs", names.front())
                     .value_or(c_.map.gates[gate]);
    auto group_name = x.phase.valid()
                        ? fmt::format("the other tasks of phase '{}'",
                                      p_.phases[x.phase.value].name)
                        : std::string{"which need the same"};
    bool alone = x.phase.valid();
    c_.found.warning(
        where, lint::forgotten_task,
        fmt::format("gate '{}' needs {}, {}, but not '{}', for which nobody "
                    "waits",
                    p_.gates[gate].name, quoted_names(names), group_name,
                    t.name),
        alone ? fmt::format("add '{}', or need the whole phase: needs: {}",
                            t.name, p_.phases[x.phase.value].name)
              : fmt::format("add '{}' to its 'needs'", t.name));
  }

  loader_context& c_;
  const plan& p_;
  lint_graph& g_;
  std::vector<group> groups_;
  std::vector<group_id> group_of_;       ///< by task
  std::vector<bool> waited_for_;         ///< by task
  std::vector<std::uint32_t> listed_by_; ///< by task: the last gate to do so
};

} // namespace

void lint_forgotten(loader_context& c, lint_graph& g) {
  forgotten_finder{c, g}.run();
}

} // namespace tutti::config
