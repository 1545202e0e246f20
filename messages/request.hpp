// SPDX-License-Identifier: BSD-3-Clause
// The conversation about what agents ask of each other at run time (semantics
// §19–§21). Nobody waits for a reply: a request returns at once with its
// numbers, its answer arrives in the requester's inbox.
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tutti {

/// From the requester's agent to the orchestrator.
struct make_requests {
  std::uint64_t call = 0; ///< names the reply; chosen by the asker
  task_id task;           ///< who asks
  std::uint32_t attempt = 0;
  std::string to;                 ///< name of an agent
  std::vector<std::string> texts; ///< one request each
  std::string note;
  std::string key;     ///< the client's; empty: the n-th use of a text counts
  bool awaited = true; ///< false: the requester does not wait for the answers
};

/// To the requester's agent: the numbers, or why there are none (an unknown
/// agent, one that answers no requests, `busy`).
struct requests_made {
  std::uint64_t call = 0;
  std::vector<std::uint32_t> numbers; ///< in the order of `texts`
  std::string refused;                ///< empty: made
};

/// To the requester's agent: a failure is an answer. `number` names it;
/// receivers drop what they have seen (rule 3).
struct request_answer {
  std::uint32_t number = 0;
  task_id to;       ///< who asked
  task_id from;     ///< the task `requests/AGENT` that answered
  std::string text; ///< as it was asked
  task_state status = task_state::succeeded;
  std::shared_ptr<const attempt_details> details; ///< null: it put out nothing
};

/// The requester's agent has it, for the first time.
struct answer_accepted {
  std::uint32_t number = 0;
};

} // namespace tutti
