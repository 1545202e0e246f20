// SPDX-License-Identifier: BSD-3-Clause
// How the commands write parts of a plan.
#pragma once

#include "messages/plan.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::cli {

/// "1 task", "2 tasks".
[[nodiscard]] std::string counted(std::size_t n, std::string_view noun);

/// True for a task that stands in no plan: a review, or answers to requests.
[[nodiscard]] bool is_generated(const task& x);

/// "9 tasks, 8 agents, 2 gates": of each kind that the plan has.
[[nodiscard]] std::string size_text(const plan& p);

[[nodiscard]] std::vector<std::string> agent_names(const plan& p,
                                                   const task& x);

/// "sam", or "sam|alex" where any of them may do it.
[[nodiscard]] std::string agents_of(const plan& p, const task& x);

/// "crud", or "crud (failed)" where another condition than success is asked.
[[nodiscard]] std::string need_text(const plan& p, const need& x);

[[nodiscard]] double seconds(duration x);

/// An indented document with a line feed at its end; what is no UTF-8 is
/// replaced.
[[nodiscard]] std::string to_text(const nlohmann::ordered_json& x);

} // namespace tutti::cli
