// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/orchestrator/engine/graph.hpp"

namespace tutti::engine {

/// Ranks all units of work (semantics §4) and lines them up in their classes:
/// priority, then the longest remaining path by estimate, both phases counted,
/// then the integrate phase before a run phase, then plan order; or priority
/// and plan order alone. Aborts on a cycle: the second look at them, far from
/// the loader's.
void rank_units(const plan& p, graph& g, bool plan_order);

} // namespace tutti::engine
