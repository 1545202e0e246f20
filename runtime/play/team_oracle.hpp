// SPDX-License-Identifier: BSD-3-Clause
// How a run of a team must have ended (semantics §6–§8, §11, §14–§16, §19),
// read off the plan and what happened, node by node: each node's end follows
// from the ends of those it looks at and from its own attempts. As nothing
// waits for itself, that is exact for the whole. Slow, and shares no line with
// the engine. Not for runs with rework, or that people or the clock interfered
// with.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tutti::play {

/// What a play noted down of a task.
struct task_history {
  task_state end = task_state::waiting;
  bool started = false;
  bool condition = true; ///< what its `if` says
  attempt_end last = attempt_end::success;
  std::size_t failures = 0;   ///< attempts that did not end well
  std::size_t integrated = 0; ///< integrate phases that ended well
  bool asked = false;         ///< it made a request and waits for it
  std::map<std::uint32_t, bool>
      runs; ///< after-each: trigger → last run was good
};

/// What it noted down of a gate.
struct gate_history {
  gate_state end = gate_state::waiting;
  bool asked = false;
  bool rejected = false;
  bool by_person = false;         ///< a person approved
  std::set<std::string> approved; ///< agents that did
};

class team_oracle {
public:
  team_oracle(const plan& p, const std::vector<task_history>& tasks,
              const std::vector<gate_history>& gates)
    : plan_(p), tasks_(tasks), gates_(gates) {
  }

  /// What is wrong with the end of the run; empty: nothing.
  [[nodiscard]] std::vector<std::string> check() const {
    std::vector<std::string> wrong;
    for (std::uint32_t i = 0; i < tasks_.size(); ++i)
      if (auto may = ends_of(i); !may.contains(tasks_[i].end)) {
        auto text = fmt::format("task {} ({}) is {}, not", i,
                                plan_.tasks[i].name, to_string(tasks_[i].end));
        for (auto x : may)
          text += fmt::format(" {}", to_string(x));
        wrong.push_back(text);
      }
    for (std::uint32_t i = 0; i < gates_.size(); ++i)
      if (auto must = end_of_gate(i); must != gates_[i].end)
        wrong.push_back(fmt::format("gate {} is {}, not {}", i,
                                    to_string(gates_[i].end), to_string(must)));
    return wrong;
  }

private:
  enum class met { yes, no, left_out };
  using states = std::set<task_state>;

  // -- what a need has come to ------------------------------------------------

  [[nodiscard]] met task_need(std::uint32_t i, need_condition c,
                              bool of_task) const {
    auto end = tasks_[i].end;
    auto yes_if = [](bool x) {
      return x ? met::yes : met::no;
    };
    switch (c) {
    case need_condition::completed:
      return met::yes;
    case need_condition::started:
      return yes_if(tasks_[i].started);
    case need_condition::failed:
      return yes_if(is_failure(end));
    case need_condition::succeeded:
      break;
    }
    if (end == task_state::left_out)
      return of_task ? met::left_out : met::yes;
    return yes_if(end == task_state::succeeded || plan_.tasks[i].allow_failure);
  }

  [[nodiscard]] met phase_need(std::uint32_t i, need_condition c) const {
    const auto& members = plan_.phases[i].tasks;
    auto any = [&](auto test) {
      return std::any_of(members.begin(), members.end(), test);
    };
    auto yes_if = [](bool x) {
      return x ? met::yes : met::no;
    };
    switch (c) {
    case need_condition::completed:
      return met::yes;
    case need_condition::started:
      return yes_if(any([this](task_id t) {
        return tasks_[t.value].started;
      }));
    case need_condition::failed:
      return yes_if(any([this](task_id t) {
        return is_failure(tasks_[t.value].end);
      }));
    case need_condition::succeeded:
      break;
    }
    return yes_if(!any([this](task_id t) {
      return task_need(t.value, need_condition::succeeded, false) != met::yes;
    }));
  }

  [[nodiscard]] met gate_need(std::uint32_t i, need_condition c) const {
    bool open = gates_[i].end == gate_state::open;
    return c == need_condition::completed        ? met::yes
         : (c == need_condition::failed) != open ? met::yes
                                                 : met::no;
  }

  [[nodiscard]] met outcome(const need& n, bool of_task) const {
    return n.of.kind == node_kind::task
             ? task_need(n.of.index, n.condition, of_task)
         : n.of.kind == node_kind::phase ? phase_need(n.of.index, n.condition)
                                         : gate_need(n.of.index, n.condition);
  }

  // -- tasks ------------------------------------------------------------------

  [[nodiscard]] std::vector<met> needs_of(std::uint32_t i) const {
    std::vector<met> result;
    if (plan_.tasks[i].is_finally)
      return result; // any end will do (§8)
    for (const auto& n : plan_.tasks[i].needs)
      result.push_back(outcome(n, true));
    for (std::uint32_t g = 0; g < gates_.size(); ++g)
      if (blocks(g, i))
        result.push_back(gate_need(g, need_condition::succeeded));
    return result;
  }

  [[nodiscard]] bool blocks(std::uint32_t gate, std::uint32_t task) const {
    const auto& xs = plan_.gates[gate].blocks;
    return std::any_of(xs.begin(), xs.end(), [&](const node_ref& x) {
      return x.kind == node_kind::task && x.index == task;
    });
  }

  [[nodiscard]] bool misses_later(std::uint32_t i) const {
    const auto& xs = plan_.tasks[i].needs_later;
    return std::any_of(xs.begin(), xs.end(), [this](const need& n) {
      return outcome(n, false) != met::yes;
    });
  }

  [[nodiscard]] states ends_of(std::uint32_t i) const {
    auto kind = plan_.tasks[i].kind;
    if (kind == task_kind::requests) // ends with the others (§19)
      return {tasks_[i].started ? task_state::succeeded : task_state::left_out};
    if (kind == task_kind::review)
      return ends_of_review(i);
    auto needs = needs_of(i);
    auto has = [&](met x) {
      return std::find(needs.begin(), needs.end(), x) != needs.end();
    };
    states unmet;
    if (has(met::no))
      unmet.insert(task_state::skipped);
    if (has(met::left_out))
      unmet.insert(task_state::left_out);
    if (kind == task_kind::after_each)
      return unmet.empty() ? states{end_of_stream(i)} : unmet;
    if (tasks_[i].started) // so its needs held (rule 1)
      return unmet.empty() ? states{end_of_started(i)} : states{};
    if (misses_later(i))
      unmet.insert(task_state::skipped);
    if (!tasks_[i].condition && !has(met::no) && !has(met::left_out))
      unmet.insert(task_state::left_out);
    return unmet;
  }

  /// §2, §11
  [[nodiscard]] task_state end_of_started(std::uint32_t i) const {
    const auto& h = tasks_[i];
    const auto& t = plan_.tasks[i];
    if (h.last == attempt_end::success) {
      if (misses_later(i))
        return task_state::failed;
      bool integrates =
          t.integrate.present && (!t.needs_later.empty() || h.asked);
      bool once = h.integrated == 1 || t.integrate_each || h.asked;
      return integrates == (h.integrated > 0) && (!integrates || once)
               ? task_state::succeeded
               : task_state::waiting; // it integrated too often, or not at all
    }
    // What will not come ends it between two tries, too: without a retry.
    if (h.failures <= t.retries.max && t.integrate_each && misses_later(i))
      return task_state::failed;
    if (h.failures != t.retries.max + 1)
      return task_state::waiting; // not as often as it may
    return h.last == attempt_end::failure   ? task_state::failed
         : h.last == attempt_end::timed_out ? task_state::timed_out
                                            : task_state::error;
  }

  /// §14
  [[nodiscard]] task_state end_of_stream(std::uint32_t i) const {
    bool lacks = false;
    for (auto trigger : plan_.tasks[i].after_each) {
      auto end = tasks_[trigger.value].end;
      auto run = tasks_[i].runs.find(trigger.value);
      bool ran = run != tasks_[i].runs.end();
      if (ran != (end == task_state::succeeded))
        return task_state::waiting; // a completion without a run, or against
      if (ran && !run->second)
        return task_state::failed;
      lacks = lacks
           || (end != task_state::succeeded && end != task_state::left_out);
    }
    return lacks ? task_state::skipped : task_state::succeeded;
  }

  /// §16
  [[nodiscard]] states ends_of_review(std::uint32_t i) const {
    const auto& gate = gates_[plan_.tasks[i].review_of.value];
    if (!gate.asked)
      return {task_state::skipped};
    auto name = plan_.agents[plan_.tasks[i].agents[0].value].name;
    if (gate.approved.contains(name))
      return {task_state::succeeded};
    bool alone =
        plan_.gates[plan_.tasks[i].review_of.value].approval.reviews.size()
        == 1;
    if (gate.end == gate_state::closed && alone)
      return {task_state::error, task_state::timed_out, task_state::cancelled,
              task_state::left_out, task_state::skipped};
    // It rejected, or the gate was decided without it.
    return {task_state::succeeded, task_state::cancelled, task_state::left_out,
            task_state::error,     task_state::timed_out, task_state::skipped};
  }

  // -- gates ------------------------------------------------------------------

  /// §15, §16
  [[nodiscard]] gate_state end_of_gate(std::uint32_t i) const {
    const auto& g = plan_.gates[i];
    const auto& h = gates_[i];
    bool met_all =
        std::all_of(g.needs.begin(), g.needs.end(), [this](const need& n) {
          return outcome(n, false) == met::yes;
        });
    if (!met_all)
      return h.asked ? gate_state::waiting : gate_state::closed;
    if (!g.approval.present)
      return gate_state::open;
    if (h.rejected)
      return gate_state::rejected;
    if (h.approved.size() + h.by_person >= g.approval.min)
      return gate_state::open;
    bool silent = std::any_of(g.approval.reviews.begin(),
                              g.approval.reviews.end(), [this](task_id t) {
                                return is_failure(tasks_[t.value].end);
                              });
    return silent ? gate_state::closed : gate_state::waiting;
  }

  const plan& plan_;
  const std::vector<task_history>& tasks_;
  const std::vector<gate_history>& gates_;
};

} // namespace tutti::play
