// SPDX-License-Identifier: BSD-3-Clause
// What works, but takes longer than it has to: the warnings that look at a
// plan's times. Those that look at its words are in config/lint.hpp.
#pragma once

#include "config/diagnostic.hpp"
#include "config/plan_loader.hpp"
#include "config/source_map.hpp"
#include "messages/plan.hpp"

#include <vector>

namespace tutti::lints {

/// All of them, of a plan without errors, in no order; time and memory in
/// proportion to it.
[[nodiscard]] std::vector<config::diagnostic>
run(const plan& p, const config::source_map& map);

/// Adds them to those of a plan that was loaded with `lints`, leaves out what
/// the plan allows, and warns of what it allows in vain. Nothing happens where
/// there is no plan.
void complete(config::load_result& x);

} // namespace tutti::lints
