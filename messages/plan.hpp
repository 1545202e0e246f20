// SPDX-License-Identifier: BSD-3-Clause
// The plan as a value: what the loader makes of a plan file, or a program by
// hand. Defaults are already merged in, names are resolved to dense ids, and
// parameters are replaced. Line numbers stay in config's `source_map`.
#pragma once

#include "messages/expression.hpp"
#include "messages/ids.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {

/// All durations and moments of a run; moments count from the run's start.
using duration = std::chrono::nanoseconds;

/// What a need asks of the task, phase or gate it names (semantics §6).
enum class need_condition : std::uint8_t {
  succeeded, ///< succeeded, or ended and allowed to fail; an open gate
  failed,    ///< failed, timed out or error, an allowed failure too
  completed, ///< any terminal state
  started,   ///< any attempt started
};

[[nodiscard]] std::string_view to_string(need_condition x);

/// What a reference names; all of these share one namespace.
enum class node_kind : std::uint8_t { task, phase, gate };

/// A reference to a task, phase or gate by kind and dense index.
struct node_ref {
  node_kind kind = node_kind::task;
  std::uint32_t index = 0;

  friend bool operator==(const node_ref&, const node_ref&) = default;
};

/// One entry of `needs`.
struct need {
  node_ref of;
  need_condition condition = need_condition::succeeded;

  friend bool operator==(const need&, const need&) = default;
};

/// Tokens of one pool that a task holds while it runs; `count` >= 1.
struct pool_need {
  pool_id pool;
  std::uint32_t count = 1;

  friend bool operator==(const pool_need&, const pool_need&) = default;
};

/// Extra attempts after the first. The n-th retry waits
/// min(wait * backoff^(n-1), max_wait).
struct retry_policy {
  std::uint32_t max = 0;
  duration wait{0};
  double backoff = 2.0;
  duration max_wait = std::chrono::minutes(5);

  friend bool operator==(const retry_policy&, const retry_policy&) = default;
};

/// How long work is expected to take; min <= mode <= max, mode is what ranks.
struct estimate {
  duration min{std::chrono::minutes(1)};
  duration mode{std::chrono::minutes(1)};
  duration max{std::chrono::minutes(1)};

  friend bool operator==(const estimate&, const estimate&) = default;
};

enum class command_kind : std::uint8_t {
  none,  ///< nothing to run: an error in `run` (semantics §22)
  shell, ///< `script` under `sh -eu`, or directly where it is plain words
  argv,  ///< `argv` without a shell
};

/// What a task runs.
struct command_line {
  command_kind kind = command_kind::none;
  std::string script;
  std::vector<expression> argv;

  friend bool operator==(const command_line&, const command_line&) = default;
};

struct env_entry {
  std::string name;
  expression text;

  friend bool operator==(const env_entry&, const env_entry&) = default;
};

struct agent {
  std::string name;
  std::string role;
  /// Tasks it works on at once; at least 1. For the implicit agent `local` 0:
  /// as many as the machine has cores, or as `--jobs` says.
  std::uint32_t slots = 1;
  /// The agent `local`, which works on tasks that name no agent.
  bool implicit = false;

  friend bool operator==(const agent&, const agent&) = default;
};

struct pool {
  std::string name;
  std::uint32_t capacity = 1;

  friend bool operator==(const pool&, const pool&) = default;
};

struct task {
  std::string name;
  /// Who may work on it; one entry: pinned. Never empty after loading.
  std::vector<agent_id> agents;
  phase_id phase;
  command_line run;
  std::vector<need> needs;
  std::vector<node_ref> after;
  expression condition; ///< `if`
  std::vector<env_entry> env;
  std::vector<std::string> env_files; ///< absolute, or relative to the plan
  expression working_directory; ///< relative to the plan; empty: the plan's
  std::vector<pool_need> pools;
  duration timeout{0};      ///< 0: none
  duration idle_timeout{0}; ///< 0: none
  retry_policy retries;
  tutti::estimate estimate;
  std::int32_t priority = 0;
  bool has_estimate = false;
  bool allow_failure = false;
  bool is_finally = false;

  friend bool operator==(const task&, const task&) = default;
};

struct phase {
  std::string name;
  std::vector<task_id> tasks;

  friend bool operator==(const phase&, const phase&) = default;
};

struct gate {
  std::string name;
  std::vector<need> needs;
  bool blocks_all = false;
  std::vector<node_ref> blocks; ///< tasks and phases
  /// `--skip` left out something it needs: closed from the start (§28).
  bool closed_by_skip = false;

  friend bool operator==(const gate&, const gate&) = default;
};

struct plan {
  std::string name;
  std::string directory; ///< absolute; where relative paths start
  bool fail_fast = false;
  std::vector<agent> agents;
  std::vector<pool> pools;
  std::vector<task> tasks;
  std::vector<phase> phases;
  std::vector<gate> gates;
  /// Tasks that `--skip` leaves out, sorted (§28).
  std::vector<task_id> skipped;

  friend bool operator==(const plan&, const plan&) = default;
};

/// The name of what a reference names.
[[nodiscard]] std::string_view name_of(const plan& p, node_ref x);

} // namespace tutti
