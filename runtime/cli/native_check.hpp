// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/diagnostic.hpp"
#include "config/source_map.hpp"
#include "messages/plan.hpp"
#include "runtime/native/native.hpp"

#include <vector>

namespace tutti::cli {

/// One finding for each agent that has work in the plan and is a native one
/// that this program has not linked in, of `level`: in a program that has none
/// at all, and only `check`s the plan, such an agent is no mistake but worth a
/// word. One error for each task that asks of a quick function what it cannot
/// do.
[[nodiscard]] std::vector<config::diagnostic>
native_findings(const plan& p, const config::source_map& map,
                const native::agents& team, config::severity level);

} // namespace tutti::cli
