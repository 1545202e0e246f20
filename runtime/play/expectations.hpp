// SPDX-License-Identifier: BSD-3-Clause
// Whether what a scenario expects is so.
#pragma once

#include "config/scenario.hpp"
#include "runtime/play/run_watch.hpp"

#include <functional>
#include <optional>
#include <string>

namespace tutti::play {

/// What can be looked at.
struct view {
  const config::scenario& story;
  const run_watch& watch;
  duration now{0};
  bool runs = true; ///< tutti is there
  std::function<bool(agent_id)> is_up;
};

/// A moment as the scenario writes it: "09:15", or "15m" where it has no clock.
[[nodiscard]] std::string moment_text(const config::scenario& story,
                                      duration at);

/// "sam is to work on layouts".
[[nodiscard]] std::string wanted(const config::expectation& x,
                                 const config::scenario& story);

/// Nothing: it is so. Else what is instead: "it works on forms".
[[nodiscard]] std::optional<std::string> mismatch(const config::expectation& x,
                                                  const view& of);

} // namespace tutti::play
