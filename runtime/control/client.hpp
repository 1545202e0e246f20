// SPDX-License-Identifier: BSD-3-Clause
// The other end of a run's sockets: asks and waits.
#pragma once

#include "messages/error.hpp"
#include "runtime/control/protocol.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace tutti::control {

/// How the other side answered.
struct answer {
  bool ok = false;
  json content;      ///< the whole reply
  std::string code;  ///< where not `ok`
  std::string error; ///< one sentence where not `ok`
};

/// Sends one request and waits for its reply; `patience`: so long, or for ever.
/// The error says what is wrong with the socket or who listens there.
[[nodiscard]] expected<answer>
ask(const std::string& path, json request,
    std::optional<std::chrono::milliseconds> patience);

/// A run that can be asked.
struct live_run {
  std::string run_id;
  std::string path; ///< of its control socket
};

/// Which run is meant.
struct run_choice {
  std::string run_id;          ///< of --run, may be shortened; empty: any
  std::string state_directory; ///< of --state-dir; empty: .tutti here
};

/// The run with that id; else the only live one of the state directory; else
/// the only one of this user. The error lists what there is (exit 2), or says
/// that nothing is (exit 7).
[[nodiscard]] expected<live_run> find_run(const run_choice& choice);

} // namespace tutti::control
