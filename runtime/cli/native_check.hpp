// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/diagnostic.hpp"
#include "config/source_map.hpp"
#include "messages/plan.hpp"
#include "runtime/native/native.hpp"

#include <vector>

namespace tutti::cli {

/// One finding for each agent that has work in the plan and is a native one
/// that this program has not linked in. In a program that has none at all, and
/// only `check`s the plan, such an agent is no mistake but worth a word.
[[nodiscard]] std::vector<config::diagnostic>
missing_natives(const plan& p, const config::source_map& map,
                const native::agents& team, config::severity level);

} // namespace tutti::cli
