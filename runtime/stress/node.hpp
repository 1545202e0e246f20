// SPDX-License-Identifier: BSD-3-Clause
// A process that has a part of patterns that others conduct.
#pragma once

#include "messages/error.hpp"
#include "runtime/cluster/certificates.hpp"
#include "runtime/stress/settings.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace tutti::stress {

struct node_options {
  std::string host; ///< where it listens
  std::uint16_t port = 0;
  cluster::credentials identity; ///< as the orchestrator has them
  settings how;                  ///< threads and scheduler
  bool once = false;             ///< it ends with its first conductor
  /// Where it listens now.
  std::function<void(std::uint16_t port)> listens;
  /// Asked some times a second.
  std::function<bool()> goes_on;
  /// What happens, for people: a sentence without its full stop.
  std::function<void(const std::string&)> note;
};

/// Until it is to end; the error says why it could not begin (exit 7) or go on.
[[nodiscard]] std::optional<error> be_node(const node_options& options);

/// What a node that was started by its conductor is given, and how it reads it:
/// before it has threads.
[[nodiscard]] std::string node_input(const cluster::credentials& x);
[[nodiscard]] cluster::credentials read_node_credentials();

} // namespace tutti::stress
