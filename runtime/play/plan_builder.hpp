// SPDX-License-Identifier: BSD-3-Clause
// Plans by hand, in as few words as a test wants.
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tutti::play {

class plan_builder {
public:
  plan_builder() {
    plan_.name = "test";
    plan_.directory = "/";
  }

  agent_id agent(std::string name, std::uint32_t slots = 1) {
    plan_.agents.push_back({std::move(name), "", slots, false});
    return agent_id{plan_.agents.size() - 1};
  }

  pool_id pool(std::string name, std::uint32_t capacity) {
    plan_.pools.push_back({std::move(name), capacity});
    return pool_id{plan_.pools.size() - 1};
  }

  /// A task of agent 0 (made with one slot where there is none) with hard
  /// needs.
  std::uint32_t task(std::string name, std::vector<std::uint32_t> needs = {}) {
    if (plan_.agents.empty())
      agent("worker");
    tutti::task t;
    t.name = std::move(name);
    t.agents = {agent_id{0}};
    t.run.kind = command_kind::shell;
    t.run.script = "true";
    for (auto n : needs)
      t.needs.push_back({{node_kind::task, n}, need_condition::succeeded});
    plan_.tasks.push_back(std::move(t));
    return static_cast<std::uint32_t>(plan_.tasks.size() - 1);
  }

  std::uint32_t phase(std::string name, std::vector<std::uint32_t> tasks) {
    auto index = static_cast<std::uint32_t>(plan_.phases.size());
    tutti::phase p{std::move(name), {}};
    for (auto t : tasks) {
      p.tasks.push_back(task_id{t});
      plan_.tasks[t].phase = phase_id{index};
    }
    plan_.phases.push_back(std::move(p));
    return index;
  }

  std::uint32_t gate(std::string name, std::vector<std::uint32_t> needs,
                     std::vector<std::uint32_t> blocks,
                     bool blocks_all = false) {
    tutti::gate g;
    g.name = std::move(name);
    g.blocks_all = blocks_all;
    for (auto n : needs)
      g.needs.push_back({{node_kind::task, n}, need_condition::succeeded});
    for (auto b : blocks)
      g.blocks.push_back({node_kind::task, b});
    plan_.gates.push_back(std::move(g));
    return static_cast<std::uint32_t>(plan_.gates.size() - 1);
  }

  tutti::task& operator[](std::uint32_t i) {
    return plan_.tasks[i];
  }
  tutti::plan& get() {
    return plan_;
  }

private:
  tutti::plan plan_;
};

inline need on_task(std::uint32_t i,
                    need_condition c = need_condition::succeeded) {
  return {{node_kind::task, i}, c};
}

inline need on_phase(std::uint32_t i,
                     need_condition c = need_condition::succeeded) {
  return {{node_kind::phase, i}, c};
}

inline need on_gate(std::uint32_t i,
                    need_condition c = need_condition::succeeded) {
  return {{node_kind::gate, i}, c};
}

/// `if: needs.TASK.outputs.NAME`
inline expression output_is_true(std::uint32_t task, std::string name) {
  expression e;
  e.nodes.push_back({expression_op::output_of, 0, 0, task_id{task},
                     make_text(std::move(name))});
  return e;
}

} // namespace tutti::play
