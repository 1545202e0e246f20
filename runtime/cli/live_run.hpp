// SPDX-License-Identifier: BSD-3-Clause
// Asking a live run, for the commands that do.
#pragma once

#include "messages/error.hpp"
#include "runtime/cli/options.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace tutti::cli {

/// What a live run said, or the exit code; the error is printed then.
struct live_answer {
  bool ok = false;
  nlohmann::json content; ///< the reply
  int exit_code = 0;
};

/// Finds the run that is meant and asks it.
[[nodiscard]] live_answer ask_run(const live_target& which,
                                  nlohmann::json request);

/// The same for a request whose reply is one text: prints it.
[[nodiscard]] int tell_run(const live_target& which, nlohmann::json request);

/// Asks on behalf of the attempt that this process works on. `command` names
/// the request. Waits for the answer as long as the run lives.
[[nodiscard]] live_answer ask_inside(const std::string& command,
                                     nlohmann::json request);

} // namespace tutti::cli
