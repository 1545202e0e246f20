// SPDX-License-Identifier: BSD-3-Clause
// What crosses the link between the orchestrator's hub and a node (semantics
// §34): these values and nothing else. No actor handle is among them.
//
// Envelopes arrive in order and once. Chunks, progress and news of logs do not
// count on that: who wants a chunk asks again.
#pragma once

#include "messages/handoff.hpp"
#include "messages/node.hpp"
#include "messages/request.hpp"
#include "messages/run.hpp"
#include "messages/storage.hpp"
#include "messages/task.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tutti {

/// The node is to have these files at the orchestrator's store. Answered by
/// `files_taken` once they are there for certain.
struct files_offered {
  std::uint64_t id = 0; ///< chosen by the asker
  std::vector<artifact> artifacts;
};

struct files_taken {
  std::uint64_t id = 0;
  std::string mistake; ///< one sentence; empty: all are there
  bool no_space = false;
};

/// Whom an envelope is for, or from: one placing of one agent.
struct agent_address {
  agent_id agent;
  std::uint32_t placing = 0;

  friend auto operator<=>(const agent_address&, const agent_address&) = default;
};

/// To a node.
using to_node_content =
    std::variant<place_agent, assign_task, revoke_task, end_task, leave_run,
                 handoff, requests_made, request_answer, continue_attempt,
                 wait_refused, payload_kept, payload_loaded, files_taken>;

struct to_node {
  agent_address to;
  to_node_content content;
};

/// From a node.
using to_hub_content =
    std::variant<attempt_started, attempt_finished, task_returned,
                 handoff_accepted, answer_accepted, attempt_waits, wait_over,
                 make_requests, agent_left, keep_payload, load_payload,
                 files_offered>;

struct to_hub {
  agent_address from;
  to_hub_content content;
};

/// What is fetched in chunks.
enum class content_kind : std::uint8_t {
  artifact, ///< by its digest
  log,      ///< by the name of its file; it may still grow
};

struct content_key {
  content_kind kind = content_kind::artifact;
  std::string name;

  friend auto operator<=>(const content_key&, const content_key&) = default;
};

/// Of one chunk.
inline constexpr std::uint32_t chunk_bytes_max = std::uint32_t{256} << 10;

struct chunk_wanted {
  content_key what;
  std::uint64_t offset = 0;
  std::uint32_t size_bytes = chunk_bytes_max; ///< at most `chunk_bytes_max`
};

struct chunk {
  content_key what;
  std::uint64_t offset = 0;
  std::string bytes;    ///< fewer than asked for at the end; empty: no more
  std::string mistake;  ///< one sentence; empty: none
  bool no_such = false; ///< the mistake is that it has no such content
};

/// A log of the node has grown, or is complete.
struct log_grew {
  std::string name; ///< of its file, without separators
  std::uint64_t size_bytes = 0;
  bool complete = false; ///< it grows no more
};

} // namespace tutti
