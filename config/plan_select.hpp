// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/error.hpp"
#include "messages/plan.hpp"

#include <string>
#include <vector>

namespace tutti::config {

/// Applies `--only` and `--skip` (semantics §28); names may be phases, which
/// stand for all of their tasks.
///
/// `only`, where not empty, keeps these tasks, their ancestors through `needs`,
/// `needs-later` and `after-each`, services and gates that block them, and
/// drops everything else from the plan; `after` edges to what is dropped
/// vanish, and dense ids are given anew. Reviews stay with their gates, and who
/// answers requests stays. `skip` then fills `plan::skipped` with these tasks
/// and all that need them, now or later, `finally` tasks excepted (a task with
/// `after-each` only where none of its triggers is left), and closes the gates
/// that need any of them.
///
/// Answers one error for each unknown name; the plan is then unchanged.
[[nodiscard]] std::vector<error>
select_tasks(plan& p, const std::vector<std::string>& only,
             const std::vector<std::string>& skip);

} // namespace tutti::config
