// SPDX-License-Identifier: BSD-3-Clause
// What people ask of a live run through its control socket (semantics §16, §17,
// §26): the conversation between the socket's server and the orchestrator.
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {

enum class control_kind : std::uint8_t {
  give_verdict, ///< subject: a gate; verdict, who, uid, text, tasks
  cancel,       ///< subject: a task or phase
  retry,        ///< subject: a task or phase
  pause,        ///< subject: a task or phase
  resume,       ///< subject: a task or phase
  status,       ///< nothing
  explain,      ///< subject: a task or gate
  drain_node,   ///< text: the name of a node
};

[[nodiscard]] std::string_view to_string(control_kind x);

struct control_call {
  std::uint64_t id = 0; ///< chosen by the asker
  control_kind kind = control_kind::status;
  node_ref subject;
  tutti::verdict verdict = tutti::verdict::approved;
  std::string who;       ///< the name of a person
  std::uint32_t uid = 0; ///< of the process that asked
  /// The process that asked descends from this run (semantics §16).
  bool from_run = false;
  std::string text;           ///< comment or feedback
  std::vector<task_id> tasks; ///< of `changes-requested`: who is to rework
};

/// Answers a `control_call`, exactly once.
struct control_reply {
  std::uint64_t id = 0;
  bool ok = true;
  /// Where `ok`: what was done, one sentence; of `explain` a paragraph. Else
  /// why nothing was done and what would help, one sentence.
  std::string text;
  bool ended = false; ///< not done because the run has ended
};

} // namespace tutti
