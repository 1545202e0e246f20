// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/fact.hpp"
#include "messages/node.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace tutti::engine {

/// A node takes part, or does so again (semantics §32).
struct node_joins {
  std::string node;
  std::vector<std::string> labels; ///< sorted
  std::uint32_t slots = 1;         ///< 0: no limit
  std::vector<held_attempt> holds;
  std::vector<agent_id> keeps; ///< agents that are still there
};

/// The run begins: the first event, once.
struct run_begins {
  std::vector<node_joins> nodes = {}; ///< that are there already
};

/// The run goes on after its program was gone (semantics §31): the first event
/// after the facts of its journal were folded. What ran then is lost.
struct run_resumes {
  std::uint32_t session = 2; ///< counts the times that the run was up
  bool retry_failed = false; ///< and tries again what failed or was cancelled
};

/// An agent has begun to work on what it was assigned.
struct attempt_begins {
  task_id task;
  std::uint32_t attempt = 0;
};

/// An attempt has ended, and nothing of it is left running.
struct attempt_ends {
  task_id task;
  std::uint32_t attempt = 0;
  /// success, failure, timed_out (idle), system_error, no_space or unkillable.
  attempt_end end = attempt_end::success;
  std::int32_t exit_code = fact::no_exit_code;
  std::shared_ptr<const attempt_details> details; ///< null: nothing to say
};

/// The agent gave back an assignment before it began: the answer to `revoke`.
struct attempt_given_back {
  task_id task;
  std::uint32_t attempt = 0;
};

/// A handoff has reached its receiver, for the first time.
struct handoff_arrives {
  task_id from;
  task_id to;
  std::uint32_t version = 1;
};

/// The attempt waits inside for what it is to be given (semantics §20).
struct wait_begins {
  task_id task;
  std::uint32_t attempt = 0;
};

/// It waits no more and wants its slot again.
struct wait_ends {
  task_id task;
  std::uint32_t attempt = 0;
};

/// An attempt asks something of another agent (semantics §19).
struct requests_arrive {
  task_id task;
  std::uint32_t attempt = 0;
  std::string to; ///< name of an agent
  std::vector<std::string> texts;
  std::string note;
  std::string key; ///< the client's; empty: the n-th use of a text counts
  bool awaited = true;
};

/// The answer to a request has reached who asked, for the first time.
struct answer_arrives {
  std::uint32_t number = 0;
};

/// A person says what becomes of a gate (semantics §16).
struct verdict_arrives {
  gate_id gate;
  tutti::verdict verdict = tutti::verdict::approved;
  std::string who;
  std::uint32_t uid = 0;
  bool from_run = false; ///< given by a process of the run itself
  std::string text;
  std::vector<task_id> to; ///< of `changes_requested`; empty: where one can be
};

/// A service has changed (semantics §23).
struct service_changes {
  service_id service;
  service_state state = service_state::starting;
  std::string text;
};

/// What a timer is for.
enum class timer_kind : std::uint8_t {
  timeout,  ///< `subject` a task, `epoch` its attempt
  retry,    ///< `subject` a task, `epoch` the attempt that failed
  reserve,  ///< `subject` a class, `epoch` counts its arming (semantics §1)
  deadline, ///< `subject` a task, `epoch` its version
  queue_timeout, ///< `subject` a task, `epoch` its version
  approval,      ///< `subject` a gate, `epoch` its review
  batch,         ///< `subject` a stream, `epoch` counts its arming
  aging,         ///< `subject` a stream, `epoch` counts its arming (§4)
  haunted,       ///< `subject` a lost node, `epoch` counts its losses (§33)
};

/// A timer that was armed by a command is due. A stale one is rejected.
struct timer_fires {
  timer_kind kind = timer_kind::timeout;
  std::uint32_t subject = 0;
  std::uint32_t epoch = 0;
};

/// Stop (semantics §26). A second one with `at_once` kills what still runs.
struct stop_requested {
  std::int32_t exit_code = 0; ///< 130, 143 or 6
  bool at_once = false;
};

/// Cancel one task for good (semantics §26).
struct cancel_requested {
  task_id task;
};

/// Try a failed task again (semantics §26).
struct retry_requested {
  task_id task;
};

/// Do not start a task until it is resumed (semantics §26).
struct pause_requested {
  task_id task;
};

struct resume_requested {
  task_id task;
};

/// What a node works on is given to others (semantics §33).
struct node_is_lost {
  std::string node;
  std::string why;
};

/// Nothing that it had been given can be alive any more.
struct node_is_gone {
  std::string node;
};

/// What an attempt of an earlier placing of its agent came to (rule 6).
struct result_is_late {
  held_attempt what;
  attempt_end end = attempt_end::success;
};

/// A person wants a node to be given no new work.
struct drain_requested {
  std::string node;
};

using event = std::variant<
    run_begins, run_resumes, attempt_begins, attempt_ends, attempt_given_back,
    handoff_arrives, timer_fires, stop_requested, cancel_requested,
    retry_requested, pause_requested, resume_requested, wait_begins, wait_ends,
    requests_arrive, answer_arrives, verdict_arrives, service_changes,
    node_joins, node_is_lost, node_is_gone, result_is_late, drain_requested>;

} // namespace tutti::engine
