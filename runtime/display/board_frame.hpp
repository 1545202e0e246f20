// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/display/terminal.hpp"
#include "runtime/report/run_model.hpp"

#include <string>
#include <vector>

namespace tutti::display {

struct frame_options {
  screen_size size;
  traits can;
  std::string run_id = {};       ///< of the commands that answer an approval
  std::string join_address = {}; ///< where nodes may join; empty: nowhere
};

/// What the board shows at a moment, as lines for the terminal: fewer than the
/// screen has rows, each narrower than the screen. It costs O(rows + agents +
/// phases + gates) and what runs, however large the plan is.
[[nodiscard]] std::vector<std::string>
board_frame(const report::run_model& m, duration now, const frame_options& on);

} // namespace tutti::display
