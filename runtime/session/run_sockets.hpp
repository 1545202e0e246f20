// SPDX-License-Identifier: BSD-3-Clause
// The two sockets of a run, in place while it lives.
#pragma once

#include "messages/interfaces.hpp"
#include "runtime/control/control_server.hpp"
#include "runtime/control/line_server.hpp"
#include "runtime/control/live_server.hpp"
#include "runtime/session/state_directory.hpp"

#include <caf/fwd.hpp>
#include <optional>
#include <string>

namespace tutti::session {

/// A run without them still runs: only nobody can speak to it. Use on one
/// thread; the actors end with the rest of the run's.
class run_sockets {
public:
  run_sockets(caf::actor_system& system, const run_directory& files);
  run_sockets(const run_sockets&) = delete;
  run_sockets& operator=(const run_sockets&) = delete;
  ~run_sockets(); ///< calls `close`

  /// The server of TUTTI_SOCKET; null where there is no such socket.
  [[nodiscard]] const live_actor& live() const {
    return live_;
  }
  /// Its path; empty where there is none.
  [[nodiscard]] const std::string& live_path() const {
    return live_path_;
  }
  /// The server of the control socket; null before `open` and without one.
  [[nodiscard]] const control_actor& control() const {
    return control_handle_;
  }
  /// Why there are no sockets, one sentence; empty: there are.
  [[nodiscard]] const std::string& trouble() const {
    return trouble_;
  }

  /// Lets tasks in, and nobody else; instead of `open`.
  void open_for_tasks();
  /// Lets people in. `options` lack the server.
  void open(control::control_server_options options);

  /// Answers what can still be answered and removes the sockets (rule 10).
  void close();

private:
  caf::actor_system& system_;
  std::string folder_;
  std::string run_id_;
  std::string pointer_; ///< in the state directory, to the control socket
  std::string live_path_;
  std::string trouble_;
  std::optional<control::line_server> server_;
  live_actor live_;
  control::control_server_actor control_;
  control_actor control_handle_;
  bool started_ = false;
};

} // namespace tutti::session
