// SPDX-License-Identifier: BSD-3-Clause
// The plan as a value: what the loader makes of a plan file, or a program by
// hand. Defaults are already merged in, names are resolved to dense ids, and
// parameters are replaced. Line numbers stay in config's `source_map`.
#pragma once

#include "messages/expression.hpp"
#include "messages/ids.hpp"

#include <chrono>
#include <compare>
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
enum class node_kind : std::uint8_t { task, phase, gate, service };

/// A reference to a task, phase, gate or service by kind and dense index.
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
/// min(wait * backoff^(n-1), max_wait), less a share of up to `jitter` of it.
struct retry_policy {
  std::uint32_t max = 0;
  duration wait{0};
  double backoff = 2.0;
  duration max_wait = std::chrono::minutes(5);
  double jitter = 0; ///< 0 … 1

  friend auto operator<=>(const retry_policy&, const retry_policy&) = default;
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

/// What a task does once what it needs later has arrived (semantics §2).
struct integrate_spec {
  command_line run; ///< `none`: the task's own `run` where there is a `prompt`
  expression prompt;
  tutti::estimate estimate;
  bool has_estimate = false;
  bool present = false; ///< false: what is needed later only delays the end

  friend bool operator==(const integrate_spec&,
                         const integrate_spec&) = default;
};

/// How requests to an agent, or the triggers of an after-each task, are taken
/// together: all that have queued up to `max`, once the first of them has
/// waited for `wait`.
struct batch_policy {
  std::uint32_t max = 1; ///< 0: no limit
  duration wait{0};

  friend bool operator==(const batch_policy&, const batch_policy&) = default;
};

/// How an agent answers what others ask of it at run time (semantics §19). The
/// loader makes the task `requests/AGENT` of it, which holds all the rest.
struct request_spec {
  bool present = false;
  task_id task; ///< the generated task

  friend bool operator==(const request_spec&, const request_spec&) = default;
};

struct agent {
  std::string name;
  std::string role;
  /// Tasks it works on at once; at least 1. For the implicit agent `local` 0:
  /// as many as the machine has cores, or as `--jobs` says.
  std::uint32_t slots = 1;
  /// The agent `local`, which works on tasks that name no agent.
  bool implicit = false;
  /// A long-lived process that speaks JSON lines (semantics §22); `none`: each
  /// attempt is a process of its own.
  command_line session = {};
  std::vector<env_entry> session_env = {};     ///< of a session, else unused
  expression session_directory = {};           ///< of a session, else unused
  std::vector<secret_id> session_secrets = {}; ///< of a session, else unused
  std::string native = {}; ///< name of an agent linked in; empty: none
  request_spec requests = {};
  /// Labels that its node must have, all of them; its tasks' are among them.
  /// Sorted; empty: it works on the machine of the run, the node `local` (§32).
  std::vector<std::string> runs_on = {};

  friend bool operator==(const agent&, const agent&) = default;
};

/// Something that only the tasks that name it get to see. Its value never
/// becomes part of the plan: the runtime reads it as the run begins.
struct secret {
  std::string name; ///< also of the variable that carries it
  std::string file; ///< absolute, or relative to the plan; empty: `descriptor`
  std::int32_t descriptor = -1; ///< open as tutti starts; -1: `file`

  friend bool operator==(const secret&, const secret&) = default;
};

struct pool {
  std::string name;
  std::uint32_t capacity = 1;

  friend bool operator==(const pool&, const pool&) = default;
};

/// What a task is there for; all but `work` and `after_each` are generated.
enum class task_kind : std::uint8_t {
  work,
  after_each, ///< runs after each version of what `after_each` names (§13)
  review,     ///< `review/GATE`: an agent's approval of a gate (§16)
  requests,   ///< `requests/AGENT`: answers what others ask of an agent (§19)
};

struct task {
  std::string name;
  task_kind kind = task_kind::work;
  /// Who may work on it; one entry: pinned. Never empty after loading.
  std::vector<agent_id> agents;
  phase_id phase;
  command_line run;
  std::vector<need> needs;
  std::vector<node_ref> after;
  /// Required to finish, not to start (semantics §10): tasks and phases.
  std::vector<need> needs_later;
  integrate_spec integrate;
  bool integrate_each = false; ///< once per arrival, not once at the end
  /// Of an after-each task: tasks only, phases expanded (semantics §13).
  std::vector<task_id> after_each;
  batch_policy batch;                ///< of an after-each or a requests task
  gate_id review_of;                 ///< of a review
  contract_id provides;              ///< the contract that its outputs keep to
  expression prompt;                 ///< what TUTTI_PROMPT and messages carry
  expression note;                   ///< goes with its handoffs
  std::vector<expression> artifacts; ///< globs below the working directory
  bool keep_artifacts = false;       ///< capture them of a failed attempt, too
  expression condition;              ///< `if`
  std::vector<env_entry> env;
  std::vector<std::string> env_files; ///< absolute, or relative to the plan
  std::vector<secret_id> secrets;     ///< in its environment
  expression working_directory; ///< relative to the plan; empty: the plan's
  std::vector<pool_need> pools;
  duration timeout{0};       ///< 0: none
  duration idle_timeout{0};  ///< 0: none
  duration deadline{0};      ///< from ready to done, retries included; 0: none
  duration queue_timeout{0}; ///< from ready to its first start; 0: none
  retry_policy retries;
  tutti::estimate estimate;
  std::int32_t priority = 0;
  bool has_estimate = false;
  bool allow_failure = false;
  bool is_finally = false;
  /// Two attempts of it may never be alive at a time, not even where its node
  /// is out of reach (§33).
  bool exclusive = false;

  friend bool operator==(const task&, const task&) = default;
};

struct phase {
  std::string name;
  std::vector<task_id> tasks;

  friend bool operator==(const phase&, const phase&) = default;
};

/// What happens where an approval's time or a gate's rounds are over.
enum class exhausted_action : std::uint8_t { reject, approve, human };

/// Who must approve a gate before it opens (semantics §16).
struct approval_spec {
  bool present = false;
  bool human = false;           ///< a person may
  std::vector<agent_id> agents; ///< who else
  std::vector<task_id> reviews; ///< of `agents`, in their order
  std::uint32_t min = 1;        ///< verdicts `approved` that open the gate
  duration timeout{0};          ///< from asked to decided; 0: none
  exhausted_action on_timeout = exhausted_action::reject;
  expression message; ///< what a person is asked

  friend bool operator==(const approval_spec&, const approval_spec&) = default;
};

/// What `changes-requested` sends back (semantics §17).
struct rework_spec {
  bool present = false;
  std::vector<task_id> to;      ///< tasks that may be named, sorted
  std::uint32_t max_rounds = 1; ///< reviews in all
  exhausted_action on_exhausted = exhausted_action::reject;

  friend bool operator==(const rework_spec&, const rework_spec&) = default;
};

struct gate {
  std::string name;
  std::vector<need> needs;
  bool blocks_all = false;
  std::vector<node_ref> blocks; ///< tasks and phases
  /// `--skip` left out something it needs: closed from the start (§28).
  bool closed_by_skip = false;
  approval_spec approval = {};
  rework_spec rework = {};

  friend bool operator==(const gate&, const gate&) = default;
};

/// An interface agreed early (semantics §12).
struct contract {
  std::string name;
  std::string schema_path; ///< as the plan has it, relative to the plan
  std::string mock_path;   ///< empty: no mock
  task_id defined_by;      ///< invalid: agreed at load
  task_id provider;        ///< invalid: nobody provides it
  std::string schema;      ///< JSON text; empty where `defined_by` makes it
  std::string mock;        ///< JSON text; empty: none, or made by `defined_by`

  friend bool operator==(const contract&, const contract&) = default;
};

enum class restart_policy : std::uint8_t { no, on_failure, always };

/// A process that is up for the whole run (semantics §23).
struct service {
  std::string name;
  command_line run;
  std::vector<need> needs;
  std::vector<env_entry> env;
  std::vector<std::string> env_files;
  expression working_directory;
  command_line ready; ///< exits with 0 once the service can be used; `none`:
                      ///< ready as soon as it has started
  duration ready_every{std::chrono::seconds(1)};
  duration ready_timeout{std::chrono::minutes(1)};
  restart_policy restart = restart_policy::no;
  std::uint32_t restarts_max = 3;      ///< in a row
  std::vector<secret_id> secrets = {}; ///< in its environment

  friend bool operator==(const service&, const service&) = default;
};

/// A command that is run when something asks for attention.
struct notify_spec {
  bool approval = false; ///< an approval is asked
  bool failed = false;   ///< a task failed that was not allowed to
  bool finished = false; ///< the run ended
  command_line run;      ///< `none`: no notification
  std::vector<secret_id> secrets = {};

  friend bool operator==(const notify_spec&, const notify_spec&) = default;
};

/// What a run asks of its nodes before it begins, and how it watches them
/// (semantics §32, §33).
struct node_spec {
  std::vector<std::string> wait_for;       ///< labels that some node must have
  duration wait_timeout{0};                ///< 0: for ever
  duration every{std::chrono::seconds(2)}; ///< between two heartbeats
  /// A node that has not answered for so long is lost.
  duration lease{std::chrono::seconds(6)};
  /// So long a node that has lost its orchestrator goes on.
  duration keep{std::chrono::minutes(10)};

  friend bool operator==(const node_spec&, const node_spec&) = default;
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
  std::vector<contract> contracts;
  std::vector<service> services;
  std::vector<secret> secrets;
  notify_spec notify;
  node_spec nodes;
  duration grace{std::chrono::seconds(10)}; ///< from TERM to KILL
  /// Tasks that `--skip` leaves out, sorted (§28).
  std::vector<task_id> skipped;

  friend bool operator==(const plan&, const plan&) = default;
};

/// The name of what a reference names.
[[nodiscard]] std::string_view name_of(const plan& p, node_ref x);

} // namespace tutti
