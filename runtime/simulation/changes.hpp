// SPDX-License-Identifier: BSD-3-Clause
// What can be changed of a plan to see what that would buy.
#pragma once

#include "actors/orchestrator/engine/graph.hpp"
#include "messages/plan.hpp"
#include "runtime/simulation/script.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::simulation {

/// All that a play depends on.
struct setup {
  tutti::plan plan;
  simulation::script script;
  engine::graph_options options;
};

enum class change_kind : std::uint8_t {
  agent_slots,    ///< `subject` an agent, `amount` its slots
  jobs,           ///< `amount`: attempts at once over all agents
  pool_tokens,    ///< `subject` a pool, `amount` its capacity
  drop_gate,      ///< `subject` a gate: it is open from the start
  later_as_needs, ///< every needs-later is a need
  need_as_later,  ///< `subject` a task, `amount` the task that it needs
  split_task,     ///< `subject` a task: two halves, side by side
  plan_order,     ///< ready tasks go by the order of the plan, not by rank
};

struct change {
  change_kind kind = change_kind::plan_order;
  std::uint32_t subject = 0;
  std::uint32_t amount = 0;

  friend bool operator==(const change&, const change&) = default;
};

/// Makes the change. A task that is split keeps its index; its second half
/// comes last.
void apply(const change& x, setup& to);

/// As a person reads it: "morgan: 2 slots", "ui needs crud later".
[[nodiscard]] std::string to_text(const change& x, const plan& p);

/// Slots of an agent in a setup, those of the implicit one too.
[[nodiscard]] std::uint32_t slots_of(const setup& x, std::uint32_t agent);

/// Whether a task can be split: work of its own, which nothing follows that
/// runs after each of its results.
[[nodiscard]] bool can_split(const plan& p, std::uint32_t task);

/// The plan without what a play's fixed times and results already say: clocks,
/// retries, rounds of rework.
void remove_clocks(plan& p);

/// Every needs-later becomes a need, and integrating goes right behind running.
void turn_later_into_needs(plan& p, script& s);

/// `needs: { x: started }` on a task that needs the asker later would become a
/// wait for itself.
[[nodiscard]] bool later_could_close_a_circle(const plan& p);

} // namespace tutti::simulation
