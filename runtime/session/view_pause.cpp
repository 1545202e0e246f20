// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/view_pause.hpp"

#include <chrono>

namespace tutti::session {

std::shared_ptr<view_pause> pause_view(run_feed& feed, display::display& view) {
  auto pause = std::make_shared<view_pause>();
  feed.ask([pause, &view](const report::run_model&, duration) {
    view.suspend();
    pause->cleared.open();
    pause->goes_on.wait(std::chrono::hours(24 * 365)); // until it goes on
    view.resume();
  });
  pause->cleared.wait(std::chrono::milliseconds(500));
  return pause;
}

} // namespace tutti::session
