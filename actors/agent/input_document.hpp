// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/agent/driver.hpp"
#include "messages/plan.hpp"

#include <string>
#include <vector>

namespace tutti {

/// The JSON document that TUTTI_INPUT names; docs/tasks.md describes it.
[[nodiscard]] std::string input_document(const plan& p, agent_id agent,
                                         const attempt_work& x);

/// The tasks that a task needs later, phases expanded; sorted.
[[nodiscard]] std::vector<task_id> needed_later(const plan& p, const task& t);

/// Whether what is needed later may still arrive in this phase. Integrate
/// begins after the last arrival; what has not come then was left out.
[[nodiscard]] bool more_can_come(const task& t, work_phase phase);

/// A contract as a task knows it: agreed in the plan, or handed to it by who
/// defines it.
struct known_contract {
  contract_id contract;
  const std::string* schema = nullptr; ///< null: not known yet
  const std::string* mock = nullptr;   ///< null: none
  std::uint32_t version = 1;
};

/// Refers to both arguments.
[[nodiscard]] known_contract find_contract(const plan& p, contract_id contract,
                                           const std::vector<handoff>& handed);

} // namespace tutti
