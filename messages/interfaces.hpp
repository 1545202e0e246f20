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
    // From agents: a handoff or an answer arrived for the first time.
    caf::reacts_to<handoff_accepted>, caf::reacts_to<answer_accepted>,
    // From agents: an attempt waits inside, or does so no more (§20).
    caf::reacts_to<attempt_waits>, caf::reacts_to<wait_over>,
    // From agents: an attempt asks something of another agent. The sender gets
    // `requests_made`.
    caf::reacts_to<make_requests>,
    // From agents and services.
    caf::reacts_to<agent_left>, caf::reacts_to<service_changed>,
    // From people, through the control socket. The sender gets `control_reply`.
    caf::reacts_to<control_call>,
    // From the journal: how much of what was decided is on disk.
    caf::reacts_to<facts_durable>, caf::reacts_to<journal_stuck>,
    // From the hub: about nodes. The sender of a mark gets `link_marked` once
    // all that followed from what came before is durable.
    caf::reacts_to<node_joined>, caf::reacts_to<node_lost>,
    caf::reacts_to<node_gone>, caf::reacts_to<late_result>,
    caf::reacts_to<link_mark>,
    // From the user: Ctrl-C and signals.
    caf::reacts_to<stop_run>>;

/// Works on tasks: a mailbox, slots, and a queue of assigned work.
using agent_actor = caf::typed_actor<
    // From the orchestrator: work, and second thoughts about it.
    caf::reacts_to<assign_task>, caf::reacts_to<revoke_task>,
    caf::reacts_to<end_task>, caf::reacts_to<leave_run>,
    // What another task produced; kept until the task that needs it has it.
    caf::reacts_to<handoff>,
    // From the orchestrator: about requests that its attempts made.
    caf::reacts_to<requests_made>, caf::reacts_to<request_answer>,
    // From the orchestrator: about attempts that wait inside (§20).
    caf::reacts_to<continue_attempt>, caf::reacts_to<wait_refused>,
    // From the live socket: what a running attempt says. The sender gets
    // `live_reply`.
    caf::reacts_to<live_call>, caf::reacts_to<live_gone>,
    // From threads that work for this agent's driver.
    caf::reacts_to<wake_driver>,
    // From the artifact store.
    caf::reacts_to<artifacts_captured>, caf::reacts_to<artifacts_placed>,
    caf::reacts_to<payload_kept>, caf::reacts_to<payload_loaded>,
    // From the process supervisor, about processes it started for this agent.
    caf::reacts_to<process_started>, caf::reacts_to<process_line>,
    caf::reacts_to<process_output>, caf::reacts_to<process_exited>>;

/// An agent in the orchestrator's own program that takes what has gathered for
/// it in one message.
using batch_agent_actor = agent_actor::extend<caf::reacts_to<agent_orders>>;

/// The orchestrator, for such an agent.
using report_actor = caf::typed_actor<caf::reacts_to<agent_reports>>;

/// Stands for an agent whose place the orchestrator chooses, and hears where it
/// is.
using placed_agent_actor = agent_actor::extend<caf::reacts_to<place_agent>>;

/// Starts and ends processes. Tells the sender of `start_process` what becomes
/// of it: process_started, process_line (conflated), process_output (of an
/// interactive one, whole), and process_exited once.
using process_actor = caf::typed_actor<
    caf::reacts_to<start_process>, caf::reacts_to<process_input>,
    caf::reacts_to<process_alive>, caf::reacts_to<end_process>>;

/// Keeps artifacts by content, and payloads that wait. Answers the sender.
using artifact_actor = caf::typed_actor<
    caf::reacts_to<capture_artifacts>, caf::reacts_to<place_artifacts>,
    caf::reacts_to<keep_payload>, caf::reacts_to<load_payload>>;

/// Makes facts durable. Tells the orchestrator, by whom it was spawned for.
using journal_actor = caf::typed_actor<caf::reacts_to<append_facts>>;

/// The hub of the nodes, as the orchestrator sees it.
using hub_actor = caf::typed_actor<caf::reacts_to<link_marked>>;

/// One link, as who moves files over it sees it; at both ends alike. Nothing
/// but what is offered and taken arrives for certain. It ends with the link.
using file_link_actor =
    caf::typed_actor<caf::reacts_to<chunk_wanted>, caf::reacts_to<chunk>,
                     caf::reacts_to<log_grew>, caf::reacts_to<files_offered>,
                     caf::reacts_to<files_taken>>;

/// Moves files over links: gives chunks to the link that wants them, takes
/// those that it asked for, and fetches what it is offered.
using file_mover_actor =
    caf::typed_actor<caf::reacts_to<chunk_wanted>, caf::reacts_to<chunk>,
                     caf::reacts_to<log_grew>, caf::reacts_to<files_offered>,
                     caf::reacts_to<files_taken>>;

/// The server of TUTTI_SOCKET: agents register what their attempts may say.
using live_actor =
    caf::typed_actor<caf::reacts_to<open_live>, caf::reacts_to<close_live>,
                     caf::reacts_to<live_reply>>;

/// The server of the control socket.
using control_actor = caf::typed_actor<caf::reacts_to<control_reply>>;

/// Keeps one service up (semantics §23).
using service_actor = caf::typed_actor<
    caf::reacts_to<start_service>, caf::reacts_to<stop_service>,
    // From the process supervisor, about the service and its probes.
    caf::reacts_to<process_started>, caf::reacts_to<process_line>,
    caf::reacts_to<process_exited>>;

} // namespace tutti
