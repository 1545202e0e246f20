// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/display/display.hpp"
#include "runtime/session/notifier.hpp"
#include "runtime/session/run_feed.hpp"

#include <memory>

namespace tutti::session {

/// While the program is stopped, the terminal is somebody else's.
struct view_pause {
  latch cleared;
  latch goes_on;
};

/// Clears the board, on the thread that draws it, which then waits until
/// `goes_on` opens; returns once that is done, or where the terminal takes too
/// long.
[[nodiscard]] std::shared_ptr<view_pause> pause_view(run_feed& feed,
                                                     display::display& view);

} // namespace tutti::session
