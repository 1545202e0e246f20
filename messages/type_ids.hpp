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

CAF_END_TYPE_ID_BLOCK(tutti)
