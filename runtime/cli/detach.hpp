// SPDX-License-Identifier: BSD-3-Clause
// `tutti run --detach`: the run goes on in the background, in a session of its
// own, and outlives the terminal.
#pragma once

#include "messages/error.hpp"
#include "runtime/session/state_directory.hpp"

#include <functional>
#include <memory>
#include <string>

namespace tutti::cli {

/// The background's side.
class background {
public:
  explicit background(int to_foreground) : to_foreground_(to_foreground) {
  }
  /// From now on output goes to `output.log` in the run's folder.
  static void write_to_log(const session::run_directory& files);
  /// The run has begun: the foreground says so, and ends.
  void end(const std::string& run_id) const;

private:
  int to_foreground_;
};

/// What a fork made of this process.
struct detached {
  std::unique_ptr<background> child; ///< null: the foreground
  int exit_code = 0;                 ///< of the foreground, which is done
};

/// Forks; call it while there is only one thread, and before anything is held.
/// The foreground passes on what the background prints until the run is sure to
/// begin, then says its id and how to see it.
[[nodiscard]] expected<detached> detach();

} // namespace tutti::cli
