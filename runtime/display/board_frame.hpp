// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/display/terminal.hpp"
#include "runtime/report/run_model.hpp"

#include <string>
#include <vector>

namespace tutti::display {

/// The lines of the live board at a moment, each narrower than the screen and
/// fewer than it has rows, ready for the terminal. Pure. Its cost depends on
/// the screen and the number of agents, not on the number of tasks.
[[nodiscard]] std::vector<std::string> board_frame(const report::run_model& m,
                                                   duration now,
                                                   screen_size size,
                                                   const traits& can);

} // namespace tutti::display
