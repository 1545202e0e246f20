// SPDX-License-Identifier: BSD-3-Clause
// The commands. Each prints what it has to say and returns the exit code of
// the program (semantics §27).
#pragma once

#include "runtime/cli/options.hpp"
#include "runtime/native/native.hpp"

namespace tutti::cli {

/// Runs a plan; with `dry_run` only prints what would be done. `team`: the
/// native agents of this program.
[[nodiscard]] int run_command(const run_options& options,
                              const native::agents& team);

/// Reports the mistakes of a plan.
[[nodiscard]] int check_command(const check_options& options,
                                const native::agents& team);

/// Prints a plan as a graph.
[[nodiscard]] int graph_command(const graph_options& options);

/// Prints the JSON Schema of plans, or of the report.
[[nodiscard]] int schema_command(const schema_options& options);

/// Writes a first plan.
[[nodiscard]] int init_command(const init_options& options);

} // namespace tutti::cli
