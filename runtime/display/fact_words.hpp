// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/fact.hpp"
#include "runtime/display/styled_line.hpp"
#include "runtime/report/run_model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::display {

/// What happened, to whom: "done", "taylor", "schema", "1.2s".
struct words {
  std::string_view verb; ///< at most 9 characters
  style how = style::plain;
  std::string who;  ///< an agent, a person, or "gate", "service"
  std::string name; ///< of the task, gate or service
  std::string note; ///< in brackets; may be empty
};

/// What a reader is told of a fact that has just been applied to the model;
/// nothing where it would not be missed. `verbose` tells of assignments and
/// all handoffs, too. Facts of requests have no words of their own.
[[nodiscard]] std::optional<words> words_of(const report::run_model& m,
                                            const fact& x, bool verbose);

/// The contracts that a task has just defined, or defined anew (§12).
[[nodiscard]] std::vector<words> contract_words(const report::run_model& m,
                                                const fact& x);

/// A fact that ends a task as failed, timed-out or error.
[[nodiscard]] bool is_task_failure(const fact& x);

/// What must stay on the screen while the board goes on: failures, services
/// that are gone, gates that will not open, what people and agents decided.
[[nodiscard]] bool is_kept(const fact& x);

} // namespace tutti::display
