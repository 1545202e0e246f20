// SPDX-License-Identifier: BSD-3-Clause
// What can only be said of a whole plan: cycles, what no task may need, what
// nobody uses.
#pragma once

#include "config/loader_context.hpp"
#include "config/wait_graph.hpp"

namespace tutti::config {

/// Reports the cycles of semantics §5, one for each knot, as a path. Where
/// there is none, looks up what rework may send back.
void check_graph(loader_context& c);

/// Reports providers that do not wait for what defines their contract (§12).
void check_contracts(loader_context& c, const wait_graph& g);

/// Reports authors who are to approve their own work (§16).
void check_authors(loader_context& c);

/// Fills in `rework.to` and reports what is no ancestor of its gate (§17).
void settle_rework(loader_context& c, const wait_graph& g);

/// Reports normal tasks and gates that wait for a `finally` task (§8).
void check_finally(loader_context& c);

/// Warns of agents, pools and parameters that nothing refers to, and of phases
/// without tasks. For plans without errors only: a mistake may be why.
void check_unused(loader_context& c);

} // namespace tutti::config
