// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/display/board_frame.hpp"
#include "runtime/display/styled_line.hpp"
#include "runtime/report/run_model.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace tutti::display {

/// A list of the board under its title.
struct section {
  std::string_view title;
  std::vector<styled_line> lines; ///< as many as the screen could hold
  std::size_t total = 0;          ///< what the title says
  std::size_t wanted = 0;         ///< rows that it would fill
  std::size_t least = 1;          ///< rows without which it says too little
  bool is_cut_quietly = false;    ///< the rest needs no "and N more"
  std::size_t rows = 0;           ///< given to it, without the title
};

/// What a frame is made from.
struct board_view {
  const report::run_model& model;
  duration now;
  const frame_options& on;
  std::size_t columns; ///< that a line may fill
  std::size_t rows;    ///< no section can hold more
};

/// Gates that ask, with the command that answers, and those under rework.
[[nodiscard]] section approvals(const board_view& v);
/// What runs, integrates, or waits inside.
[[nodiscard]] section in_progress(const board_view& v);
/// Who waits for what is being worked on, and gates that hold tasks.
[[nodiscard]] section handoff_pending(const board_view& v);
/// What agents have asked each other and is not answered.
[[nodiscard]] section open_requests(const board_view& v);
[[nodiscard]] section services(const board_view& v);
/// Agents without a node and why, then the nodes, where there are several.
[[nodiscard]] section nodes(const board_view& v);
/// Agents that have work ahead and none now.
[[nodiscard]] section idle(const board_view& v);
[[nodiscard]] section completed(const board_view& v);

} // namespace tutti::display
