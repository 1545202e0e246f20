// SPDX-License-Identifier: BSD-3-Clause
// The part of plan_select.hpp that leaves tasks out. Internal to config/.
#pragma once

#include "messages/plan.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tutti::config {

using name_table = std::unordered_map<std::string_view, node_ref>;

/// The names of tasks, phases, gates and services; views into the plan.
[[nodiscard]] name_table names_of(const plan& p);

/// `--skip`: these tasks and what needs them; names that the plan does not have
/// are passed over.
void skip_tasks(plan& p, const std::vector<std::string>& names);

} // namespace tutti::config
