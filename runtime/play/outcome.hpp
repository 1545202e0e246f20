// SPDX-License-Identifier: BSD-3-Clause
// What came of playing a scenario, in all its orders; for people and programs.
#pragma once

#include "config/scenario.hpp"
#include "config/source_text.hpp"
#include "runtime/play/player.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tutti::play {

struct scenario_outcome {
  const config::scenario* story = nullptr;
  const config::source_text* source = nullptr; ///< where it stands
  std::uint64_t plays = 0;
  std::uint64_t messages = 0;        ///< in all plays
  std::optional<duration> took;      ///< the run, in the first play
  std::optional<play_result> failed; ///< the first play that did
  bool stopped = false;              ///< Ctrl-C: not all orders were played
  /// Of a failure that was shrunk: the deeds that it needs.
  std::optional<std::vector<config::span>> needs;
  /// Of the play that failed, else of the first one.
  std::vector<fact> facts;
  double wall_s = 0; ///< seconds on the wall
};

/// Which orders a scenario is played in.
struct seed_range {
  std::uint64_t first = 0;
  std::uint64_t count = 1;
  bool until_failure = false; ///< for ever, else
};

/// Plays it up to the first failure. `go_on` is asked before each play.
[[nodiscard]] scenario_outcome play_all(const config::scenario& story,
                                        const config::source_text& source,
                                        const seed_range& seeds,
                                        const play_options& how,
                                        const std::function<bool()>& go_on);

/// Leaves out deeds of the story as long as it fails in the same place.
void shrink(scenario_outcome& x, const play_options& how);

struct text_options {
  bool color = false;
  bool quiet = false; ///< failures only
};

/// One line, and for a failure: where, what, what happened before, and how to
/// play it again.
[[nodiscard]] std::string outcome_text(const scenario_outcome& x,
                                       const text_options& how);

/// All that happened, in lines.
[[nodiscard]] std::string trace_text(const scenario_outcome& x);

/// What happened, a line each, by the clock of the story.
[[nodiscard]] std::vector<std::string>
trace_lines(const config::scenario& story, const std::vector<fact>& facts);

/// docs/scenarios.md says what is in it.
[[nodiscard]] std::string outcomes_json(const std::vector<scenario_outcome>& xs,
                                        double wall_s);

/// As CI servers read it: a suite for each file, a case for each scenario.
[[nodiscard]] std::string
outcomes_junit(const std::vector<scenario_outcome>& xs);

} // namespace tutti::play
