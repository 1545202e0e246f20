// SPDX-License-Identifier: BSD-3-Clause
// Who accepts what: every typed actor handle, on one page. None of these
// messages is answered directly; whoever has something to say sends it later,
// so no sender ever waits for a receiver (rule 5).
#pragma once

#include "messages/type_ids.hpp"

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace tutti {

/// Hears what happens in a run: the board, the report, a journal's tail.
using viewer_actor = caf::typed_actor<
    // The facts of one step, in order, none missing.
    caf::reacts_to<run_facts>,
    // What a task says of itself; the latest one counts.
    caf::reacts_to<task_progress>>;

/// Fans out to viewers. Progress reaches it from the agents directly and never
/// passes the orchestrator's mailbox.
using observer_actor = viewer_actor;

/// Decides, through the engine; sends handoffs and assignments.
using orchestrator_actor = caf::typed_actor<
    // Begin the run, once.
    caf::reacts_to<begin_run>,
    // From agents: an attempt began, ended, or was given back unbegun.
    caf::reacts_to<attempt_started>, caf::reacts_to<attempt_finished>,
    caf::reacts_to<task_returned>,
    // From agents: a handoff arrived for the first time.
    caf::reacts_to<handoff_accepted>,
    // From the user: Ctrl-C and signals.
    caf::reacts_to<stop_run>>;

/// Works on tasks: a mailbox, slots, and a queue of assigned work.
using agent_actor = caf::typed_actor<
    // From the orchestrator: work, and second thoughts about it.
    caf::reacts_to<assign_task>, caf::reacts_to<revoke_task>,
    caf::reacts_to<end_task>,
    // What another task produced; kept until the task that needs it has it.
    caf::reacts_to<handoff>,
    // From the process supervisor, about processes it started for this agent.
    caf::reacts_to<process_started>, caf::reacts_to<process_line>,
    caf::reacts_to<process_exited>>;

/// Starts and ends processes. Tells the sender of `start_process` what becomes
/// of it: process_started, process_line (conflated), and process_exited once.
using process_actor = caf::typed_actor<caf::reacts_to<start_process>,
                                       caf::reacts_to<end_process>>;

} // namespace tutti
