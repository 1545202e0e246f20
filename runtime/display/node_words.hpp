// SPDX-License-Identifier: BSD-3-Clause
// What a reader is told of nodes, and of work that goes with them.
#pragma once

#include "messages/fact.hpp"
#include "runtime/display/fact_words.hpp"
#include "runtime/report/run_model.hpp"

#include <optional>
#include <string>

namespace tutti::display {

/// Of the facts of nodes and of where agents are.
[[nodiscard]] std::optional<words> node_words(const report::run_model& m,
                                              const fact& x, bool verbose);

/// What has become of work that its node took with it.
[[nodiscard]] std::string lost_text(const report::run_model& m, const fact& x);

/// Of a result that came too late to count.
[[nodiscard]] std::string late_text(const report::run_model& m, const fact& x);

} // namespace tutti::display
