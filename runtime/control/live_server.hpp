// SPDX-License-Identifier: BSD-3-Clause
// The actor behind TUTTI_SOCKET: a token says which attempt speaks, its agent
// answers (semantics §10, §20, §21).
#pragma once

#include "messages/interfaces.hpp"
#include "runtime/control/line_server.hpp"

#include <caf/meta/type_name.hpp>
#include <cstdint>
#include <string>
#include <unordered_map>

namespace tutti::control {

/// A request, from the server's thread.
struct live_line {
  connection_id from = 0;
  std::string text;
};

/// Who asked has gone before the answer came.
struct live_client_gone {
  connection_id from = 0;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, live_line& x) {
  return f(caf::meta::type_name("live_line"), x.from, x.text);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, live_client_gone& x) {
  return f(caf::meta::type_name("live_client_gone"), x.from);
}

using live_server_actor = live_actor::extend<caf::reacts_to<live_line>,
                                             caf::reacts_to<live_client_gone>>;

struct live_server_state {
  static inline const char* name = "live_server";

  /// Whose a token is.
  struct attempt {
    agent_actor agent;
    task_id task;
    std::uint32_t number = 0;
  };
  /// A call that its agent has not answered.
  struct open_call {
    connection_id from = 0;
    std::string token;
  };

  line_server* server = nullptr;
  std::unordered_map<std::string, attempt> attempts; ///< by token
  std::unordered_map<std::uint64_t, open_call> calls;
  std::uint64_t last_call = 0;
};

/// `server` must outlive the actor.
live_server_actor::behavior_type live_server_behavior(
    live_server_actor::stateful_pointer<live_server_state> self,
    line_server* server);

/// What lets the server's clients speak to the actor.
[[nodiscard]] line_handlers handlers_of(const live_server_actor& x);

/// A token that nobody can guess: 32 hexadecimal digits from the kernel.
[[nodiscard]] std::string make_token();

} // namespace tutti::control

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::control::live_line)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::control::live_client_gone)
