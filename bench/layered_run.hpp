// SPDX-License-Identifier: BSD-3-Clause
// The facts of a run of many like tasks in which all goes well, as orchestrator
// and engine make them: what their readers (journal, model) are measured with.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace tutti::bench {

struct layered_options {
  std::uint32_t layers = 100;
  std::uint32_t width = 100;
  std::uint32_t needs = 3; ///< of each task, in the layer before
  std::uint32_t agents = 8;
};

/// Tasks in layers, by number: "task-0", …
[[nodiscard]] plan layered_plan(const layered_options& x);

/// A run of it to its end; each fact, in order, with the handoffs.
[[nodiscard]] std::vector<fact> facts_of_run(const plan& p);

} // namespace tutti::bench
