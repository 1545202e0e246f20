// SPDX-License-Identifier: BSD-3-Clause
// Questions to a plan: how long it takes, what a change buys, which change
// would help most. All answers come from playing it.
#pragma once

#include "runtime/report/report.hpp"
#include "runtime/report/run_model.hpp"
#include "runtime/simulation/changes.hpp"
#include "runtime/simulation/simulator.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tutti::simulation {

/// Asked before each play; true: somebody wants no more of them.
using stop_asked = std::function<bool()>;

/// A play with all that its facts tell. It stays where it is made.
struct whole_play {
  explicit whole_play(setup x);
  whole_play(const whole_play&) = delete;
  whole_play& operator=(const whole_play&) = delete;

  const setup what;
  report::run_model model;
  outcome how;
  report::run_report report;

  /// The longest chain of work and of people's decisions: no team, however
  /// large, is faster.
  [[nodiscard]] duration any_team() const;
};

[[nodiscard]] std::unique_ptr<whole_play> play_whole(setup x);

/// Only how it ends.
[[nodiscard]] outcome play(const setup& x);

/// The makespans of many plays with times that are drawn, ascending.
struct spread {
  std::vector<duration> makespans;
  std::size_t incomplete = 0; ///< plays that did not come to their end

  /// The smallest makespan that a share of all plays does not exceed
  /// (nearest rank); 0 < share <= 1. There is at least one.
  [[nodiscard]] duration percentile(double share) const;
  [[nodiscard]] duration mean() const;
};

/// None: it was asked to stop.
[[nodiscard]] std::optional<spread> play_many(setup x, std::size_t times,
                                              std::uint64_t seed,
                                              const stop_asked& stop);

/// A changed plan beside the one it was made of.
struct trial {
  std::vector<change> changes; ///< none: as it is; several: all at once
  std::string text;
  bool relief = false; ///< it takes restrictions away, and adds none
  outcome how;
  std::optional<spread> many; ///< where several plays were asked for

  /// Freedom that makes it longer: Graham's anomaly.
  [[nodiscard]] bool is_anomaly(const outcome& base) const {
    return relief && how.end > base.end;
  }
};

struct trial_options {
  std::size_t times = 0; ///< plays with drawn times; 0: none
  std::uint64_t seed = 0;
};

/// The plan as it is, each change alone, and, where there are several, all of
/// them. None: it was asked to stop.
[[nodiscard]] std::optional<std::vector<trial>>
compare(const setup& base, const std::vector<change>& changes,
        const trial_options& options, const stop_asked& stop);

/// What single changes would do, the best first.
struct advice {
  struct row {
    change what;
    std::string text;
    duration makespan{0};
    duration gain{0}; ///< negative: it takes longer
  };
  std::vector<row> rows;
  std::size_t tried = 0;
  std::size_t left_out = 0; ///< candidates beyond the most that are tried

  [[nodiscard]] bool helps() const {
    return !rows.empty() && rows.front().gain > duration{0};
  }
};

/// How many candidates of a kind are tried; those with the most work first.
inline constexpr std::size_t candidates_max = 25;

/// Tries one more slot of each agent and one more token of each pool, each need
/// of a task that provides a contract as needs-later, and each long task of the
/// longest chain split in two. None: it was asked to stop.
[[nodiscard]] std::optional<advice> advise(const whole_play& base,
                                           const stop_asked& stop);

} // namespace tutti::simulation
