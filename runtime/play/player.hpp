// SPDX-License-Identifier: BSD-3-Clause
// Plays a scenario: what it does is done, what it expects is looked at.
#pragma once

#include "config/scenario.hpp"
#include "messages/fact.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tutti::play {

/// Something that is not as the scenario says, or a rule that was broken.
struct play_failure {
  config::span where; ///< of the script; none: a rule
  duration at{0};     ///< when it was seen
  std::string text;   ///< what was expected and what was; lines
};

struct play_result {
  std::uint64_t seed = 0;
  std::vector<play_failure> failures; ///< empty: all is as it should be
  std::vector<fact> facts;            ///< all that viewers were told
  std::uint64_t messages = 0;         ///< that arrived at an actor
  bool interrupted = false;           ///< `goes_on` said no: not all was seen
  std::optional<fact> end;            ///< `run-ended`; none: it did not

  [[nodiscard]] bool passed() const {
    return failures.empty();
  }
};

struct play_options {
  /// Of the order of messages and of what falls on one instant; 0: in the order
  /// in which they are sent.
  std::uint64_t seed = 0;
  /// Asked now and then; false: the play ends here.
  std::function<bool()> goes_on;
  /// Called before the clock goes to that moment: to wait until it is there.
  std::function<void(duration)> before;
  /// Each fact as it is told.
  std::function<void(const fact&)> on_fact;
  std::function<void(const task_progress&)> on_progress;
};

/// So many tasks that name no agent are worked on at once, on every machine.
inline constexpr std::uint32_t local_slots = 4;

/// A story that takes longer is not played on.
inline constexpr duration play_time_max = std::chrono::hours(24) * 365 * 100;

/// Deterministic: the same scenario and options give the same result.
[[nodiscard]] play_result play_scenario(const config::scenario& story,
                                        const play_options& options);

} // namespace tutti::play
