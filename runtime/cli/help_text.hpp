// SPDX-License-Identifier: BSD-3-Clause
// What `--help` says beside the list of options.
#pragma once

namespace tutti::cli {

struct command_text {
  const char* summary; ///< one line, for the list of commands
  const char* details; ///< examples and exit codes; ends with a line feed
};

[[nodiscard]] command_text program_text();
[[nodiscard]] command_text run_text();
[[nodiscard]] command_text rerun_text();
[[nodiscard]] command_text check_text();
[[nodiscard]] command_text play_text();
[[nodiscard]] command_text graph_text();
[[nodiscard]] command_text simulate_text();
[[nodiscard]] command_text schema_text();
[[nodiscard]] command_text init_text();
[[nodiscard]] command_text history_text();
[[nodiscard]] command_text report_text();
[[nodiscard]] command_text nodes_text();
[[nodiscard]] command_text logs_text();
[[nodiscard]] command_text clean_text();
[[nodiscard]] command_text doctor_text();
[[nodiscard]] command_text attach_text();
[[nodiscard]] command_text status_text();
[[nodiscard]] command_text explain_text();
[[nodiscard]] command_text approve_text();
[[nodiscard]] command_text request_changes_text();
[[nodiscard]] command_text reject_text();
[[nodiscard]] command_text pause_text();
[[nodiscard]] command_text resume_text();
[[nodiscard]] command_text retry_text();
[[nodiscard]] command_text cancel_text();
[[nodiscard]] command_text node_text();
[[nodiscard]] command_text inbox_text();
[[nodiscard]] command_text handoff_text();
[[nodiscard]] command_text progress_text();
[[nodiscard]] command_text request_text();
[[nodiscard]] command_text note_command_text();
[[nodiscard]] command_text certs_text();
[[nodiscard]] command_text up_text();
[[nodiscard]] command_text session_test_text();
[[nodiscard]] command_text stress_text();
[[nodiscard]] command_text completion_text();
[[nodiscard]] command_text help_command_text();

} // namespace tutti::cli
