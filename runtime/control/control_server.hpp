// SPDX-License-Identifier: BSD-3-Clause
// The actor behind the control socket: what people ask of a live run goes to
// the orchestrator, how the run stands is answered by who shows it.
#pragma once

#include "messages/interfaces.hpp"
#include "runtime/control/control_request.hpp"
#include "runtime/control/line_server.hpp"

#include <caf/meta/type_name.hpp>

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace tutti::control {

/// A request, from the server's thread.
struct control_line {
  connection_id from = 0;
  std::int32_t pid = -1; ///< of who asks
  std::uint32_t uid = 0;
  std::string text;
};

/// The run is over. What the orchestrator has been asked is still answered, if
/// it is soon; then the server finishes.
struct close_control {};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, control_line& x) {
  return f(caf::meta::type_name("control_line"), x.from, x.pid, x.uid, x.text);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, close_control&) {
  return f(caf::meta::type_name("close_control"));
}

using control_server_actor =
    control_actor::extend<caf::reacts_to<control_line>,
                          caf::reacts_to<close_control>>;

/// How the status is to be told: as a JSON object, or for people in lines of
/// at most so many columns (0: not cut).
struct status_question {
  bool as_text = false;
  std::size_t columns = 0;
};

/// Takes the status.
using status_answer = std::function<void(std::string)>;

struct control_server_options {
  std::shared_ptr<const plan> work;
  std::string run_id;
  orchestrator_actor orchestrator;
  /// Must outlive the actor.
  line_server* server = nullptr;
  /// Processes of this run descend from these.
  std::vector<pid_t> roots;
  /// Masks what people say; empty: there are no secrets.
  std::function<void(std::string&)> mask;
  /// Asks how the run stands; answered later, on any thread, or never.
  std::function<void(const status_question&, status_answer)> ask_status;
};

struct control_server_state {
  static inline const char* name = "control_server";

  control_server_options options;
  std::unique_ptr<control_reader> reader;
  std::unordered_map<std::uint64_t, connection_id> calls; ///< not yet answered
  std::uint64_t last_call = 0;
  bool closing = false;
};

control_server_actor::behavior_type control_server_behavior(
    control_server_actor::stateful_pointer<control_server_state> self,
    control_server_options options);

/// What lets the server's clients speak to the actor.
[[nodiscard]] line_handlers handlers_of(const control_server_actor& x);

} // namespace tutti::control

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::control::control_line)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::control::close_control)
