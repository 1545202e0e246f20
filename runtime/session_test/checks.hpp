// SPDX-License-Identifier: BSD-3-Clause
// A fixed set of conversations that every session must be able to have.
// docs/sessions.md lists them.
#pragma once

#include "runtime/process/supervisor.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace tutti::session_test {

struct options {
  std::vector<std::string> argv; ///< argv[0] is looked up in PATH; not empty
  std::string directory;         ///< absolute; where it works
  /// How long it may take to greet, to answer, to leave.
  std::chrono::milliseconds patience = std::chrono::seconds(30);
};

struct result {
  int checks = 0;
  int failures = 0;
  /// Why the program could not be started; empty: it could.
  std::string not_started;
  /// Paths of what it wrote to standard error, process by process.
  std::vector<std::string> logs;
};

/// Plays them all and says each outcome in one line: "ok …", or "not ok …" with
/// what was expected and what came. `processes` is configured.
[[nodiscard]] result run_checks(process::supervisor& processes,
                                const options& wanted,
                                const std::function<void(std::string)>& print);

} // namespace tutti::session_test
