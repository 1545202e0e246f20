// SPDX-License-Identifier: BSD-3-Clause
// One process that was asked for, with all that came of it.
#pragma once

#include "messages/process.hpp"
#include "runtime/process/options.hpp"
#include "runtime/process/output.hpp"
#include "runtime/process/process_table.hpp"
#include "runtime/process/talk.hpp"
#include "runtime/process/unique_fd.hpp"
#include "runtime/secrets/masker.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::process {

using steady_time = std::chrono::steady_clock::time_point;

/// How far the end of an attempt is. Stages only go forward:
///
///   running ──leader exits──▶ draining ──drain is over──▶ terminating
///      │                                                    ▲    │
///      └──────── ended, idle, lease lost (TERM) ────────────┘    │ grace
///      └──────── ended at once (KILL) ──────────▶ killing ◀──────┘ is over
///
/// In every stage: leader, orphans and group gone, and the pipe at its end or
/// `drain` over since the leader's exit ⇒ the attempt is reported and
/// forgotten. In killing: kill_bound over ⇒ it is reported as unkillable.
///
/// Until then the leader stays unreaped: so its number, which is that of its
/// group and session too, cannot become another's, and signals to it are safe.
enum class stage : std::uint8_t { running, draining, terminating, killing };

/// Passive: the loop decides, this holds one attempt's state and acts on it.
struct attempt {
  attempt(process_id asked_id, const std::string& attempt_name,
          const supervisor_options& options);

  process_id id;
  std::uint64_t number = 0; ///< of its mark
  std::string name;
  std::string input_path;  ///< the file TUTTI_INPUT names; empty: none
  std::string output_path; ///< the file TUTTI_OUTPUT names
  bool has_output = true;  ///< as far as is known
  duration idle_timeout{0};
  duration grace{0};

  pid_t leader = -1; ///< also the group and the session
  bool leader_gone = false;
  bool group_gone = false;    ///< nobody lives in its group any more
  std::vector<pid_t> orphans; ///< of this attempt, now our own children
  int code = 0;               ///< once leader_gone: of its exit, or
  int ended_by = 0;           ///< the signal that ended it; 0: none

  unique_fd pipe; ///< its output for the log; none: at its end, or given up
  /// When the pipe gets watched; one that ends before that is read at its end.
  steady_time watch_due = steady_time::max();
  std::optional<tutti::process::talk> talk; ///< of an interactive one
  /// Before log and line, where there are secrets.
  std::optional<secrets::mask_stream> mask;
  capped_log log;
  last_line line;
  steady_time line_due{}; ///< the next line may be sent then
  steady_time idle_due = steady_time::max();

  tutti::process::stage stage = tutti::process::stage::running;
  steady_time stage_due = steady_time::max(); ///< of terminating and killing
  /// Set when the leader exits, or can be talked with no more.
  steady_time drain_due = steady_time::max();
  bool drain_over = false;
  steady_time kill_again{}; ///< in killing: births since
  process_end end = process_end::exited;
  bool leaked = false;
  std::string message;

  /// Takes what it has put out.
  void put_out(std::string_view bytes);
  /// There is no more of it.
  void end_output();

  /// Notes the leader's exit, without reaping it. True: it exited since.
  bool notice_exit();

  /// Lets the leader's number go, if it has exited.
  void reap_leader() const;

  /// Whether all that it wrote has been read, or given up.
  [[nodiscard]] bool pipes_ended() const;

  /// Its idle time starts anew, or stands still while it waits for others.
  void alive(bool waits, steady_time now);

  /// When something has to be done even if nothing happens.
  [[nodiscard]] steady_time next_due() const;

  /// To the group and to every process that left it.
  void signal_all(int signal, const process_table& table) const;

  void explain(const std::string& sentence);

  /// Reads the output file, closes the log.
  [[nodiscard]] process_exited finish(std::uint64_t output_bytes_max);

  void remove_files() const;

  /// What attempts of an earlier run have left, which was killed: one would be
  /// taken for a later attempt's.
  static void remove_old_files(const std::string& io_directory);
};

} // namespace tutti::process
