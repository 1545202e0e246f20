// SPDX-License-Identifier: BSD-3-Clause
// Plans and facts by hand, and a naive list scheduler that makes the facts of a
// whole run: what tests of the model, the report and the displays feed on.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

/// A plan in construction: agents and tasks by index. It says nothing of what a
/// task runs; for engines and agents there is `plan_builder`.
class plan_sketch {
public:
  plan value;

  plan_sketch() {
    value.name = "test-plan";
  }

  std::uint32_t agent(std::string name, std::uint32_t slots = 1) {
    tutti::agent x;
    x.implicit = name == "local";
    x.name = std::move(name);
    x.slots = slots;
    value.agents.push_back(std::move(x));
    return static_cast<std::uint32_t>(value.agents.size() - 1);
  }

  /// A task of some agents (by index) that needs others (by index).
  std::uint32_t task(std::string name, std::vector<std::uint32_t> agents,
                     std::vector<std::uint32_t> needs = {}) {
    tutti::task x;
    x.name = std::move(name);
    for (auto y : agents)
      x.agents.emplace_back(y);
    for (auto y : needs)
      x.needs.push_back({{node_kind::task, y}, need_condition::succeeded});
    value.tasks.push_back(std::move(x));
    return static_cast<std::uint32_t>(value.tasks.size() - 1);
  }

  std::uint32_t gate(std::string name, std::vector<std::uint32_t> needs,
                     std::vector<std::uint32_t> blocks = {},
                     bool blocks_all = false) {
    tutti::gate x;
    x.name = std::move(name);
    x.blocks_all = blocks_all;
    for (auto y : needs)
      x.needs.push_back({{node_kind::task, y}, need_condition::succeeded});
    for (auto y : blocks)
      x.blocks.push_back({node_kind::task, y});
    value.gates.push_back(std::move(x));
    return static_cast<std::uint32_t>(value.gates.size() - 1);
  }

  std::uint32_t phase(std::string name, std::vector<std::uint32_t> tasks) {
    auto index = static_cast<std::uint32_t>(value.phases.size());
    tutti::phase x;
    x.name = std::move(name);
    for (auto y : tasks) {
      x.tasks.emplace_back(y);
      value.tasks[y].phase = phase_id{index};
    }
    value.phases.push_back(std::move(x));
    return index;
  }

  std::vector<std::uint32_t> slots() const {
    std::vector<std::uint32_t> result;
    for (const auto& x : value.agents)
      result.push_back(x.slots);
    return result;
  }
};

// -- facts --------------------------------------------------------------------

inline fact make_fact(fact_kind kind, duration at,
                      std::uint32_t subject = task_id::none) {
  fact x;
  x.kind = kind;
  x.at = at;
  x.subject = subject;
  return x;
}

inline fact ready(duration at, std::uint32_t task) {
  return make_fact(fact_kind::task_ready, at, task);
}

inline fact started(duration at, std::uint32_t task, std::uint32_t agent,
                    std::uint32_t attempt = 1) {
  auto x = make_fact(fact_kind::attempt_started, at, task);
  x.agent = agent;
  x.attempt = attempt;
  return x;
}

inline fact finished(duration at, std::uint32_t task, std::uint32_t agent,
                     task_state state = task_state::succeeded,
                     std::int32_t exit_code = 0, std::uint32_t attempt = 1) {
  auto x = make_fact(fact_kind::attempt_finished, at, task);
  x.agent = agent;
  x.attempt = attempt;
  x.state = state;
  x.exit_code = exit_code;
  x.end = exit_code == 0 ? attempt_end::success : attempt_end::failure;
  x.details = std::make_shared<attempt_details>();
  return x;
}

inline fact skipped(duration at, std::uint32_t task, std::uint32_t cause) {
  auto x = make_fact(fact_kind::task_skipped, at, task);
  x.cause = cause;
  return x;
}

inline fact run_ended(duration at, run_status status, int code) {
  auto x = make_fact(fact_kind::run_ended, at);
  x.status = status;
  x.exit_code = code;
  return x;
}

template <class Model>
void apply_all(Model& m, std::initializer_list<fact> xs) {
  for (const auto& x : xs)
    m.apply(x);
}

// -- a naive scheduler --------------------------------------------------------

/// Runs a plan of tasks, needs and gates (that block single tasks) by brute
/// force: at every moment each ready task, in plan order, takes the first of
/// its agents with a free slot, if its pools have tokens. All tasks succeed.
class naive_run {
public:
  naive_run(const plan& p, std::vector<duration> work)
    : plan_(p), work_(std::move(work)), done_(p.tasks.size()),
      open_(p.gates.size()), is_ready_(p.tasks.size()),
      is_started_(p.tasks.size()) {
    for (const auto& x : p.agents)
      free_.push_back(x.slots);
    for (const auto& x : p.pools)
      tokens_.push_back(x.capacity);
  }

  std::vector<fact> facts() {
    while (true) {
      open_gates();
      start_what_can_start();
      if (running_.empty())
        break;
      auto first = std::min_element(running_.begin(), running_.end());
      now_ = first->end;
      finish(*first);
      running_.erase(first);
    }
    facts_.push_back(run_ended(now_, run_status::succeeded, 0));
    return std::move(facts_);
  }

private:
  struct running {
    duration end;
    std::uint32_t task;
    std::uint32_t agent;
    bool operator<(const running& x) const {
      return end != x.end ? end < x.end : task < x.task;
    }
  };

  bool holds(const need& x) const {
    return x.of.kind == node_kind::task ? done_[x.of.index] : open_[x.of.index];
  }

  void open_gates() {
    for (std::uint32_t i = 0; i < open_.size(); ++i) {
      const auto& needs = plan_.gates[i].needs;
      if (open_[i] || !std::all_of(needs.begin(), needs.end(), [this](auto& x) {
            return holds(x);
          }))
        continue;
      open_[i] = true;
      facts_.push_back(make_fact(fact_kind::gate_opened, now_, i));
    }
  }

  bool is_blocked(std::uint32_t task) const {
    for (std::uint32_t i = 0; i < open_.size(); ++i)
      for (const auto& x : plan_.gates[i].blocks)
        if (!open_[i] && x == node_ref{node_kind::task, task})
          return true;
    const auto& needs = plan_.tasks[task].needs;
    return !std::all_of(needs.begin(), needs.end(), [this](auto& x) {
      return holds(x);
    });
  }

  void start_what_can_start() {
    for (std::uint32_t i = 0; i < done_.size(); ++i) {
      if (is_started_[i] || is_blocked(i))
        continue;
      if (!is_ready_[i])
        facts_.push_back(ready(now_, i));
      is_ready_[i] = true;
      const auto& x = plan_.tasks[i];
      auto has_tokens =
          std::all_of(x.pools.begin(), x.pools.end(), [this](const auto& y) {
            return tokens_[y.pool.value] >= y.count;
          });
      auto agent =
          std::find_if(x.agents.begin(), x.agents.end(), [this](auto y) {
            return free_[y.value] > 0;
          });
      if (!has_tokens || agent == x.agents.end())
        continue;
      is_started_[i] = true;
      --free_[agent->value];
      for (const auto& y : x.pools)
        tokens_[y.pool.value] -= y.count;
      facts_.push_back(started(now_, i, agent->value));
      running_.push_back({now_ + work_[i], i, agent->value});
    }
  }

  void finish(const running& x) {
    done_[x.task] = true;
    ++free_[x.agent];
    for (const auto& y : plan_.tasks[x.task].pools)
      tokens_[y.pool.value] += y.count;
    facts_.push_back(finished(now_, x.task, x.agent));
  }

  const plan& plan_;
  std::vector<duration> work_;
  std::vector<bool> done_;
  std::vector<bool> open_;
  std::vector<bool> is_ready_;
  std::vector<bool> is_started_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> tokens_;
  std::vector<running> running_;
  std::vector<fact> facts_;
  duration now_{0};
};

} // namespace tutti::test
