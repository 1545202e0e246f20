// SPDX-License-Identifier: BSD-3-Clause
// Semantics §6–§9 and §15 read straight off the plan, from scratch each time,
// with no thought for speed: what the clever engine is checked against.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace tutti::test {

/// What a test knows of a task: how far its attempts have brought it.
struct known_task {
  /// succeeded, failed, …: terminal by an attempt or a cancel; else waiting.
  task_state result = task_state::waiting;
  bool ever_started = false;
  bool condition = true; ///< what its `if` says
  /// Only breaks the tie where the order of events decides between skipped and
  /// left out.
  task_state actual = task_state::waiting;
};

enum class verdict { open, met, missed, left_out };

class naive_oracle {
public:
  naive_oracle(const plan& p, const std::vector<known_task>& known)
    : plan_(p), known_(known), states_(p.tasks.size()),
      gates_(p.gates.size(), gate_state::waiting) {
    find_prerequisites();
    // A fixpoint: every pass looks at everything again.
    for (bool changed = true; changed;) {
      changed = false;
      for (std::uint32_t i = 0; i < plan_.tasks.size(); ++i)
        changed = update_task(i) || changed;
      for (std::uint32_t i = 0; i < plan_.gates.size(); ++i)
        changed = update_gate(i) || changed;
    }
  }

  /// The states a task may be in now: more than one where the order of events
  /// decides between skipped and left out.
  [[nodiscard]] bool allows(std::uint32_t i, task_state s) const {
    if (is_terminal(known_[i].result))
      return s == known_[i].result;
    if (s == task_state::ready || s == task_state::running)
      return states_[i].ready;
    if (s == task_state::waiting)
      return states_[i].waiting;
    return s == task_state::skipped  ? states_[i].skipped
         : s == task_state::left_out ? states_[i].left_out
                                     : false;
  }

  [[nodiscard]] gate_state gate(std::uint32_t i) const {
    return gates_[i];
  }

private:
  struct possible {
    bool waiting = true;
    bool ready = false;
    bool skipped = false;
    bool left_out = false;
  };

  [[nodiscard]] bool ended(std::uint32_t i) const {
    return is_terminal(known_[i].result) || states_[i].skipped
        || states_[i].left_out;
  }

  verdict look_at_task(std::uint32_t i, need_condition c, bool by_task) const {
    const auto& t = plan_.tasks[i];
    if (c == need_condition::started)
      return known_[i].ever_started ? verdict::met
           : ended(i)               ? verdict::missed
                                    : verdict::open;
    if (!ended(i))
      return verdict::open;
    if (c == need_condition::completed)
      return verdict::met;
    if (c == need_condition::failed)
      return is_failure(known_[i].result) ? verdict::met : verdict::missed;
    if (known_[i].result == task_state::succeeded)
      return verdict::met;
    if (states_[i].left_out)
      return by_task ? verdict::left_out : verdict::met;
    return t.allow_failure ? verdict::met : verdict::missed;
  }

  verdict look_at_phase(std::uint32_t i, need_condition c) const {
    bool open = false;
    bool any_started = false;
    bool any_failed = false;
    bool any_missed = false;
    for (auto t : plan_.phases[i].tasks) {
      open = open || !ended(t.value);
      any_started = any_started || known_[t.value].ever_started;
      any_failed = any_failed || is_failure(known_[t.value].result);
      any_missed = any_missed
                || look_at_task(t.value, need_condition::succeeded, false)
                       == verdict::missed;
    }
    switch (c) {
    case need_condition::succeeded:
      return any_missed ? verdict::missed : open ? verdict::open : verdict::met;
    case need_condition::failed:
      return any_failed ? verdict::met : open ? verdict::open : verdict::missed;
    case need_condition::started:
      return any_started ? verdict::met
           : open        ? verdict::open
                         : verdict::missed;
    case need_condition::completed:
      return open ? verdict::open : verdict::met;
    }
    return verdict::open;
  }

  verdict look_at_gate(std::uint32_t i, need_condition c) const {
    if (gates_[i] == gate_state::waiting)
      return verdict::open;
    bool open = gates_[i] == gate_state::open;
    if (c == need_condition::succeeded)
      return open ? verdict::met : verdict::missed;
    if (c == need_condition::failed)
      return open ? verdict::missed : verdict::met;
    return verdict::met;
  }

  verdict look(need n, bool by_task) const {
    switch (n.of.kind) {
    case node_kind::task:
      return look_at_task(n.of.index, n.condition, by_task);
    case node_kind::phase:
      return look_at_phase(n.of.index, n.condition);
    case node_kind::gate:
      return look_at_gate(n.of.index, n.condition);
    case node_kind::service:
      break;
    }
    return verdict::open;
  }

  std::vector<verdict> verdicts_of(std::uint32_t i) const {
    const auto& t = plan_.tasks[i];
    std::vector<verdict> result;
    auto any_end = [&](node_ref x) {
      return look({x, need_condition::completed}, true);
    };
    for (const auto& n : t.needs)
      result.push_back(t.is_finally ? any_end(n.of) : look(n, true));
    for (const auto& x : t.after)
      result.push_back(any_end(x));
    if (t.is_finally) {
      if (t.needs.empty() && t.after.empty())
        for (std::uint32_t k = 0; k < plan_.tasks.size(); ++k)
          if (!plan_.tasks[k].is_finally)
            result.push_back(any_end({node_kind::task, k}));
      return result;
    }
    for (std::uint32_t g = 0; g < plan_.gates.size(); ++g)
      if (blocks(g, i))
        result.push_back(look_at_gate(g, need_condition::succeeded));
    return result;
  }

  bool update_task(std::uint32_t i) {
    if (is_terminal(known_[i].result))
      return false;
    possible next;
    bool all_met = true;
    for (auto v : verdicts_of(i)) {
      all_met = all_met && v == verdict::met;
      next.skipped = next.skipped || v == verdict::missed;
      next.left_out = next.left_out || v == verdict::left_out;
    }
    next.ready = all_met && known_[i].condition;
    next.left_out = next.left_out || (all_met && !known_[i].condition);
    next.waiting = !all_met && !next.skipped && !next.left_out;
    if (next.skipped && next.left_out) {
      next.skipped = known_[i].actual != task_state::left_out;
      next.left_out = known_[i].actual != task_state::skipped;
    }
    auto& old = states_[i];
    bool same = old.waiting == next.waiting && old.ready == next.ready
             && old.skipped == next.skipped && old.left_out == next.left_out;
    old = next;
    return !same;
  }

  bool update_gate(std::uint32_t i) {
    auto next = gate_state::open;
    for (const auto& n : plan_.gates[i].needs) {
      auto v = look(n, false);
      if (v == verdict::missed)
        next = gate_state::closed;
      else if (v == verdict::open && next == gate_state::open)
        next = gate_state::waiting;
    }
    bool changed = gates_[i] != next;
    gates_[i] = next;
    return changed;
  }

  bool blocks(std::uint32_t g, std::uint32_t task) const {
    const auto& gate = plan_.gates[g];
    if (gate.blocks_all && !prerequisites_.contains(task))
      return true;
    for (const auto& x : gate.blocks) {
      if (x.kind == node_kind::task && x.index == task)
        return true;
      if (x.kind == node_kind::phase)
        for (auto t : plan_.phases[x.index].tasks)
          if (t.value == task)
            return true;
    }
    return false;
  }

  /// "every task except what any `blocks: all` gate needs, directly or not"
  void find_prerequisites() {
    std::set<std::uint32_t> gates_done;
    std::function<void(node_ref)> add = [&](node_ref x) {
      if (x.kind == node_kind::phase) {
        for (auto t : plan_.phases[x.index].tasks)
          add({node_kind::task, t.value});
      } else if (x.kind == node_kind::gate) {
        if (gates_done.insert(x.index).second)
          for (const auto& n : plan_.gates[x.index].needs)
            add(n.of);
      } else if (prerequisites_.insert(x.index).second) {
        for (const auto& n : plan_.tasks[x.index].needs)
          add(n.of);
        for (const auto& y : plan_.tasks[x.index].after)
          add(y);
        for (std::uint32_t g = 0; g < plan_.gates.size(); ++g)
          if (!plan_.gates[g].blocks_all && blocks(g, x.index))
            add({node_kind::gate, g});
      }
    };
    for (std::uint32_t g = 0; g < plan_.gates.size(); ++g)
      if (plan_.gates[g].blocks_all)
        add({node_kind::gate, g});
  }

  const plan& plan_;
  const std::vector<known_task>& known_;
  std::vector<possible> states_;
  std::vector<gate_state> gates_;
  std::set<std::uint32_t> prerequisites_;
};

} // namespace tutti::test
