// SPDX-License-Identifier: BSD-3-Clause
// The one block of CAF type ids. Append only: an id means the same type on
// every node and in every version that speaks to another.
#pragma once

#include "messages/inspect/inspect.hpp"

#include <caf/type_id.hpp>

CAF_BEGIN_TYPE_ID_BLOCK(tutti, caf::first_custom_type_id)

CAF_ADD_TYPE_ID(tutti, (tutti::run_facts))
CAF_ADD_TYPE_ID(tutti, (tutti::task_progress))
CAF_ADD_TYPE_ID(tutti, (tutti::begin_run))
CAF_ADD_TYPE_ID(tutti, (tutti::stop_run))

CAF_ADD_TYPE_ID(tutti, (tutti::assign_task))
CAF_ADD_TYPE_ID(tutti, (tutti::revoke_task))
CAF_ADD_TYPE_ID(tutti, (tutti::end_task))
CAF_ADD_TYPE_ID(tutti, (tutti::attempt_started))
CAF_ADD_TYPE_ID(tutti, (tutti::attempt_finished))
CAF_ADD_TYPE_ID(tutti, (tutti::task_returned))
CAF_ADD_TYPE_ID(tutti, (tutti::handoff))
CAF_ADD_TYPE_ID(tutti, (tutti::handoff_accepted))
CAF_ADD_TYPE_ID(tutti, (tutti::start_process))
CAF_ADD_TYPE_ID(tutti, (tutti::process_started))
CAF_ADD_TYPE_ID(tutti, (tutti::process_line))
CAF_ADD_TYPE_ID(tutti, (tutti::process_exited))
CAF_ADD_TYPE_ID(tutti, (tutti::end_process))
CAF_ADD_TYPE_ID(tutti, (tutti::attempt_waits))
CAF_ADD_TYPE_ID(tutti, (tutti::wait_over))
CAF_ADD_TYPE_ID(tutti, (tutti::continue_attempt))
CAF_ADD_TYPE_ID(tutti, (tutti::wait_refused))
CAF_ADD_TYPE_ID(tutti, (tutti::make_requests))
CAF_ADD_TYPE_ID(tutti, (tutti::requests_made))
CAF_ADD_TYPE_ID(tutti, (tutti::request_answer))
CAF_ADD_TYPE_ID(tutti, (tutti::answer_accepted))
CAF_ADD_TYPE_ID(tutti, (tutti::open_live))
CAF_ADD_TYPE_ID(tutti, (tutti::close_live))
CAF_ADD_TYPE_ID(tutti, (tutti::live_call))
CAF_ADD_TYPE_ID(tutti, (tutti::live_reply))
CAF_ADD_TYPE_ID(tutti, (tutti::control_call))
CAF_ADD_TYPE_ID(tutti, (tutti::control_reply))
CAF_ADD_TYPE_ID(tutti, (tutti::capture_artifacts))
CAF_ADD_TYPE_ID(tutti, (tutti::artifacts_captured))
CAF_ADD_TYPE_ID(tutti, (tutti::place_artifacts))
CAF_ADD_TYPE_ID(tutti, (tutti::artifacts_placed))
CAF_ADD_TYPE_ID(tutti, (tutti::start_service))
CAF_ADD_TYPE_ID(tutti, (tutti::stop_service))
CAF_ADD_TYPE_ID(tutti, (tutti::service_changed))
CAF_ADD_TYPE_ID(tutti, (tutti::process_input))
CAF_ADD_TYPE_ID(tutti, (tutti::process_output))
CAF_ADD_TYPE_ID(tutti, (tutti::leave_run))
CAF_ADD_TYPE_ID(tutti, (tutti::agent_left))
CAF_ADD_TYPE_ID(tutti, (tutti::process_alive))
CAF_ADD_TYPE_ID(tutti, (tutti::keep_payload))
CAF_ADD_TYPE_ID(tutti, (tutti::payload_kept))
CAF_ADD_TYPE_ID(tutti, (tutti::load_payload))
CAF_ADD_TYPE_ID(tutti, (tutti::payload_loaded))
CAF_ADD_TYPE_ID(tutti, (tutti::wake_driver))
CAF_ADD_TYPE_ID(tutti, (tutti::live_gone))

CAF_END_TYPE_ID_BLOCK(tutti)
