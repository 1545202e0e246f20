// SPDX-License-Identifier: BSD-3-Clause
// Plans made by hand for the tests of the command line.
#pragma once

#include "messages/plan.hpp"

#include <initializer_list>
#include <string>

namespace tutti::test {

inline task_id add_task(plan& p, std::string name,
                        std::initializer_list<need> needs = {},
                        std::chrono::minutes work = std::chrono::minutes(1)) {
  if (p.agents.empty())
    p.agents.push_back({"local", "", 0, true});
  task x;
  x.name = std::move(name);
  x.agents = {agent_id{std::size_t{0}}};
  x.needs = needs;
  x.estimate = {work, work, work};
  x.has_estimate = true;
  p.tasks.push_back(std::move(x));
  return task_id{p.tasks.size() - 1};
}

inline need on(task_id x,
               need_condition condition = need_condition::succeeded) {
  return {{node_kind::task, x.value}, condition};
}

inline need on_gate(std::uint32_t x) {
  return {{node_kind::gate, x}, need_condition::succeeded};
}

} // namespace tutti::test
