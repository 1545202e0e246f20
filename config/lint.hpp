// SPDX-License-Identifier: BSD-3-Clause
// What works, but is hardly meant so: the warnings that look at who waits for
// whom, and why. Those that look at times are in runtime/lints/.
#pragma once

#include "config/lint_graph.hpp"
#include "config/loader_context.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// All of them, of a plan without errors: time and memory in proportion to it.
void run_lints(loader_context& c);

// -- the parts ----------------------------------------------------------------

/// Tasks and gates whose needs contradict each other.
void lint_contradictions(loader_context& c, const lint_graph& g);
/// Gates that list all neighbours of a task, but not the task.
void lint_forgotten(loader_context& c, lint_graph& g);
/// Contracts on which nobody begins early, or nobody builds.
void lint_contracts(loader_context& c, lint_graph& g);
/// Needs that are only waited for.
void lint_idle_needs(loader_context& c);
/// Plans of one chain.
void lint_serial(loader_context& c, const lint_graph& g);
/// Estimates that are missing, or longer than the time there is.
void lint_estimates(loader_context& c);
/// Agents that answer one request at a time.
void lint_requests(loader_context& c);

// -- help for them ------------------------------------------------------------

/// Where a task's need stands: in its own body, or in that of its phase; else
/// the task's name.
[[nodiscard]] span place_of_need(const loader_context& c, std::uint32_t task,
                                 node_ref of);

/// True where some text of the task refers to an output of the other.
[[nodiscard]] bool reads_outputs(const task& x, task_id of);

/// "'a', 'b' and 3 more".
[[nodiscard]] std::string quoted_names(std::span<const std::string_view> names);

} // namespace tutti::config
