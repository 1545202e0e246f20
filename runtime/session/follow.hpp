// SPDX-License-Identifier: BSD-3-Clause
// The thread that shows a run, from its start to its end.
#pragma once

#include "runtime/display/display.hpp"
#include "runtime/report/run_model.hpp"
#include "runtime/session/approval_prompt.hpp"
#include "runtime/session/keyboard.hpp"
#include "runtime/session/run_feed.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace tutti::session {

struct follow_options {
  run_feed& feed;
  report::run_model& model;
  display::display& view;
  keyboard* keys = nullptr; ///< null: nobody can type
  /// What was decided at the keyboard.
  std::function<void(gate_decision)> decide;
  duration elapsed{0}; ///< since the run's first start
  /// The run's clock.
  std::function<std::chrono::steady_clock::time_point()> clock =
      std::chrono::steady_clock::now;
  /// Called now and then: what the user should know, once; empty: nothing.
  std::function<std::string()> look = {};
};

/// Shows the run until the feed says that it has ended, whatever the model
/// knows of an end before; false where it was lost.
[[nodiscard]] bool follow(const follow_options& options);

} // namespace tutti::session
