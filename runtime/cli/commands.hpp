// SPDX-License-Identifier: BSD-3-Clause
// The commands. Each prints what it has to say and returns the exit code of
// the program (semantics §27).
#pragma once

#include "runtime/cli/options.hpp"
#include "runtime/native/native.hpp"

namespace tutti::cli {

/// Runs a plan; with `dry_run` only prints what would be done. `team`: the
/// native agents of this program.
[[nodiscard]] int run_command(run_options options, const native::agents& team);

/// Goes on with a run and tries again what failed.
[[nodiscard]] int rerun_command(const rerun_options& options,
                                const native::agents& team);

/// Reports the mistakes of a plan.
[[nodiscard]] int check_command(const check_options& options,
                                const native::agents& team);

/// Plays scenarios on the real actors in virtual time.
[[nodiscard]] int play_command(const play_options& options);

/// Searches for broken rules: `tutti play --explore`.
[[nodiscard]] int explore_command(const play_options& options);

/// Prints a plan as a graph.
[[nodiscard]] int graph_command(const graph_options& options);

/// Plays a plan in virtual time and says how long it takes.
[[nodiscard]] int simulate_command(const simulate_options& options);

/// Prints the JSON Schema of plans, or of the report.
[[nodiscard]] int schema_command(const schema_options& options);

/// Plays a fixed set of conversations with a program that is to be a session.
[[nodiscard]] int session_test_command(const session_test_options& options);

/// Measures messages and tasks on the real actors.
[[nodiscard]] int stress_command(const stress_options& options);

/// Writes a first plan.
[[nodiscard]] int init_command(const init_options& options);

/// Lists the runs of a state directory.
[[nodiscard]] int history_command(const history_options& options);

/// Says where the time of a run went.
[[nodiscard]] int report_command(const report_command_options& options);

/// Lists the nodes of a run.
[[nodiscard]] int nodes_command(const nodes_options& options);

/// Prints the log of a task.
[[nodiscard]] int logs_command(const logs_options& options);

/// Removes old runs, and artifacts that none needs.
[[nodiscard]] int clean_command(const clean_options& options);

/// Says whether this machine can run plans, and what is wrong.
[[nodiscard]] int doctor_command(const doctor_options& options);

/// Shows a live run, as the terminal that it was started in does.
[[nodiscard]] int attach_command(const attach_options& options);

/// Says how a live run stands.
[[nodiscard]] int status_command(const status_options& options);

/// Says why a task or gate of a live run is where it is.
[[nodiscard]] int explain_command(const explain_options& options);

/// Gives a verdict on a gate: "approve", "request-changes" or "reject".
[[nodiscard]] int verdict_command(const verdict_options& options,
                                  const char* word);

/// Does something to a task: "cancel", "retry", "pause" or "resume".
[[nodiscard]] int steer_command(const steer_options& options, const char* word);

/// Does something to a node: `drain`.
[[nodiscard]] int node_command(const node_options& options,
                               const native::agents& team);

/// What an attempt says and asks, from inside its task.
[[nodiscard]] int inbox_command(const inbox_options& options);
[[nodiscard]] int handoff_command(const handoff_options& options);
[[nodiscard]] int progress_command(const progress_options& options);
[[nodiscard]] int request_command(const request_options& options);
[[nodiscard]] int note_command(const note_options& options);

/// Makes and shows the certificates of a cluster.
[[nodiscard]] int certs_command(const certs_options& options);

} // namespace tutti::cli
