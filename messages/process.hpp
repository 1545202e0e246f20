// SPDX-License-Identifier: BSD-3-Clause
// The conversation with the process supervisor: start a process, hear of its
// output and its end, tell it to end.
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti {

/// Names one started process; chosen by the asker, never used twice in a run.
using process_id = std::uint64_t;

struct start_process {
  process_id id = 0;
  /// Without path separators; names its log and its output file.
  std::string name;
  std::vector<std::string> argv; ///< argv[0] is looked up in PATH; not empty
  /// "K=V", over the environment that tutti was started with.
  std::vector<std::string> env;
  std::vector<std::string>
      env_files; ///< absolute paths; read in order, under `env`
  /// Names of secrets for its environment, over all of that; who starts it has
  /// their values.
  std::vector<std::string> secrets;
  std::string directory;    ///< absolute
  std::string input;        ///< content of the file named by TUTTI_INPUT
  duration idle_timeout{0}; ///< 0: none; no output for so long ends it
  duration grace{std::chrono::seconds(10)}; ///< from TERM to KILL
  /// It is talked with: standard input is a pipe for `process_input`, standard
  /// output comes whole as `process_output` and not into the log.
  bool interactive = false;
};

struct process_started {
  process_id id = 0;
  std::int32_t pid = 0;
};

/// Its latest line of output, at most 10 a second for each process. Escape
/// codes are removed, invalid UTF-8 replaced, at most 400 bytes long.
struct process_line {
  process_id id = 0;
  std::string line;
};

/// Bytes for the standard input of an interactive process; `close`: no more.
struct process_input {
  process_id id = 0;
  std::string data;
  bool close = false;
  /// So many bytes of `process_output` have been worked off since this was last
  /// said. Where 1 MiB has not, the process is not read from, so that one that
  /// floods has to wait.
  std::uint64_t taken_bytes = 0;
};

/// What an interactive process wrote to standard output: all of it, in order,
/// cut at line ends. A line of over 1 MiB comes in pieces. Say in a
/// `process_input` how much of it was taken.
struct process_output {
  process_id id = 0;
  std::string data; ///< may be empty
  /// It was handed so many bytes of its `process_input` since this was last
  /// said; the others are kept for it.
  std::uint64_t taken_bytes = 0;
};

enum class process_end : std::uint8_t {
  exited,      ///< `code` is the exit status, or 128 + the signal
  not_started, ///< the command's fault: `code` 126 or 127, `message` says why
  refused,     ///< the system's fault: no process could be made
  no_space,    ///< the disk is full: `message` names the file
  idle,        ///< idle_timeout was over
  bad_output,  ///< what TUTTI_OUTPUT names is too large or unreadable
  unkillable,  ///< still there after KILL
  abandoned,   ///< ended because its tutti gave no sign of life
};

struct process_exited {
  process_id id = 0;
  process_end end = process_end::exited;
  std::int32_t code = 0;
  std::string message; ///< one sentence where `end` is not `exited`, or a
                       ///< signal ended it
  std::string output;  ///< content of the file named by TUTTI_OUTPUT
  std::string log;     ///< path of its log; empty: no output
  std::uint64_t dropped_bytes = 0;
  bool leaked = false; ///< processes of it outlived it and were ended
};

/// A sign of life beside its output: its idle time starts anew (semantics §25).
/// `waits`: it waits for others, no idle time passes until the next of these
/// (§20).
struct process_alive {
  process_id id = 0;
  bool waits = false;
};

/// TERM now, KILL after the grace; `at_once`: KILL now.
struct end_process {
  process_id id = 0;
  bool at_once = false;
};

} // namespace tutti
