// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/stress/outcome.hpp"

namespace tutti::stress {

/// Plays a classic pattern: warms up, measures, ends all actors, and holds
/// what was sent against what was received.
[[nodiscard]] outcome conduct(const settings& how, const watcher& watch);

} // namespace tutti::stress
