// SPDX-License-Identifier: BSD-3-Clause
// What the report says of nodes: what each of them did, what was lost with one,
// who took it over, and how long both were at it (semantics §33).
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/report/node_book.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tutti::report {

class run_model;

struct node_row {
  std::string name;
  std::vector<std::string> labels;
  std::uint32_t slots = 0; ///< 0: no limit
  node_state state = node_state::up;
  std::string reason; ///< why it is lost
  duration joined{0}; ///< the first time
  duration since{0};  ///< when it came into its state
  std::uint32_t losses = 0;
  std::uint32_t attempts = 0; ///< that were at work there
  duration busy{0};           ///< of these
  duration lost{0};           ///< of these, what was lost with it
};

/// Work that was lost with a node, and what became of it.
struct lost_row {
  std::string task;
  std::string agent;
  lost_work::kind what = lost_work::attempt;
  work_phase phase = work_phase::run;
  std::uint32_t attempt = 0;
  std::uint32_t version = 1;
  bool exclusive = false; ///< it had to wait until this could not be alive
  std::optional<duration> started;
  std::optional<duration> ended; ///< when its late result came
  attempt_end end = attempt_end::success;
  std::uint32_t next = 0; ///< the attempt that did it instead; 0: none
  std::string next_agent;
  std::string next_node;
  std::optional<duration> next_started;
  /// How long both were at work; none: not at all, as far as can be.
  std::optional<overlap> both;
};

struct loss_row {
  std::string node;
  duration at{0};
  std::string why;
  std::optional<duration> over; ///< from then on nothing of it was alive
  std::vector<lost_row> work;
};

/// An agent went from one node to another.
struct move_row {
  std::string agent;
  std::string from;
  duration left{0};
  std::string why;
  std::string to;                 ///< empty: to none yet
  std::optional<duration> placed; ///< when
};

struct node_rows {
  bool is_spread = false; ///< the run is on more than one machine
  std::vector<node_row> nodes;
  std::vector<loss_row> losses;
  std::vector<move_row> moves;
  std::vector<std::string> unplaced; ///< agents without a node, and why

  /// Lost attempts that ran beside their successors.
  [[nodiscard]] std::size_t overlaps() const;
};

[[nodiscard]] node_rows node_rows_of(const run_model& m);

/// "box1 at 12.0s: it has not answered for 16s".
[[nodiscard]] std::string loss_text(const loss_row& x);

/// What of it was lost, who does it instead, and how long both were at it.
[[nodiscard]] std::string lost_text(const loss_row& loss, const lost_row& x);

/// Which agents went where, and why, a sentence each.
[[nodiscard]] std::vector<std::string> move_lines(const node_rows& x);

} // namespace tutti::report
