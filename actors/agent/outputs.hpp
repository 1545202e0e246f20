// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/handoff.hpp"
#include "messages/plan.hpp"
#include "messages/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {

/// What a task wrote to the file that TUTTI_OUTPUT names, or why it cannot be
/// understood.
struct parsed_outputs {
  tutti::outputs outputs;
  std::string mistake; ///< empty: none; else one sentence with the line number
};

/// Reads `key=value` lines, or one JSON object. Empty lines are skipped; the
/// last value of a key counts; values may hold `=`.
[[nodiscard]] parsed_outputs parse_outputs(std::string_view text);

/// The JSON document that TUTTI_INPUT names: the task, the attempt, and under
/// `needs` by name what it was handed, with status and outputs.
[[nodiscard]] std::string input_document(const plan& p, task_id task,
                                         std::uint32_t attempt,
                                         const std::vector<handoff>& handed);

} // namespace tutti
