// SPDX-License-Identifier: BSD-3-Clause
// A play by the clock on the wall, with the display of a run.
#pragma once

#include "config/scenario.hpp"
#include "runtime/display/display.hpp"
#include "runtime/play/player.hpp"
#include "runtime/report/run_model.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace tutti::cli {

class realtime_show {
public:
  /// `story` must outlive it. `goes_on`: false once it is to end.
  realtime_show(const config::scenario& story, bool no_color,
                std::function<bool()> goes_on);
  realtime_show(const realtime_show&) = delete;
  realtime_show& operator=(const realtime_show&) = delete;

  /// The play waits for the clock, and is shown.
  void attach(play::play_options& to);
  /// Leaves the screen as it is.
  void finish();

private:
  /// Waits until that moment of the run, or until it is to end.
  void wait_until(duration at);

  std::function<bool()> goes_on_;
  report::run_model model_;
  std::unique_ptr<display::display> display_;
  std::chrono::steady_clock::time_point start_;
};

} // namespace tutti::cli
