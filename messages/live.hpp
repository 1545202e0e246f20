// SPDX-License-Identifier: BSD-3-Clause
// What a running attempt says and asks through TUTTI_SOCKET (semantics §10,
// §20, §21): the conversation between the socket's server and the agents. Also
// what session and native agents say.
#pragma once

#include "messages/fact.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {

/// Who knows `token` speaks for this attempt, until `close_live`.
struct open_live {
  std::string token; ///< 32 hexadecimal digits, never used twice
  task_id task;
  std::uint32_t attempt = 0;
};

/// The attempt is over: its token is refused as stale from now on.
struct close_live {
  std::string token;
};

enum class live_kind : std::uint8_t {
  progress, ///< percent, text
  note,     ///< text: goes with the handoff
  handoff,  ///< outputs, text (a note): added to what the attempt hands on
  request,  ///< to, texts, text (a note), key, awaited
  inbox,    ///< wait: what has arrived; waits up to so long for the first
};

[[nodiscard]] std::string_view to_string(live_kind x);

/// One command of an attempt; answered by one `live_reply`.
struct live_call {
  std::uint64_t id = 0; ///< chosen by the asker
  live_kind kind = live_kind::note;
  task_id task;
  std::uint32_t attempt = 0;
  std::int32_t percent = -1; ///< 0 … 100; -1: not said
  std::string text;
  tutti::outputs outputs;
  std::string to; ///< name of an agent
  std::vector<std::string> texts;
  std::string key;
  bool awaited = true;
  duration wait{0}; ///< 0: does not wait
};

/// Whoever asked has gone: nobody waits for the reply to this call any more.
struct live_gone {
  std::uint64_t id = 0;
  task_id task;
  std::uint32_t attempt = 0;
};

struct live_reply {
  std::uint64_t id = 0;
  bool ok = true;
  /// A JSON object: of `inbox` {"items": […], "waiting-for": […]}, of
  /// `request` {"ids": […]}, else {}. Where not `ok`, one sentence of why.
  std::string text;
};

} // namespace tutti
