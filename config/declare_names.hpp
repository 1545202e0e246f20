// SPDX-License-Identifier: BSD-3-Clause
// How names come into the one namespace of a plan.
#pragma once

#include "config/loader_context.hpp"

#include <string_view>

namespace tutti::config {

/// A task as the plan has it, before a matrix multiplies it.
struct new_task {
  node_id name = no_node;
  node_id body = no_node;
  phase_id phase;
  task_kind kind = task_kind::work;
  node_id provides = no_node;
  node_id matrix = no_node;
  node_id max_parallel = no_node;
};

/// Enters a name into the namespace of tasks, phases, gates and services; false
/// where it is taken, and then reports so.
bool declare(loader_context& c, node_id name, node_ref ref);

/// Adds a task, whose name is in the namespace, to its phase and to those that
/// hold this one.
void add_task(loader_context& c, const new_task& x, std::string_view name,
              const task_source& source);

/// Adds the tasks that the matrix of a task, of its phase, or both make of it,
/// and the phase that its plain name stands for.
void declare_multiplied(loader_context& c, const new_task& x);

/// Reads `max-parallel` of what is called so: a pool of that many.
[[nodiscard]] pool_id declare_limit(loader_context& c, node_id x,
                                    std::string_view name);

} // namespace tutti::config
