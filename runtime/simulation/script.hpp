// SPDX-License-Identifier: BSD-3-Clause
// What the world does while a plan is played in virtual time: how long
// everything takes, and how it ends.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace tutti::simulation {

/// How long the attempts of a task take, by phase.
struct work_times {
  estimate run;
  estimate integrate;
};

/// All by plan index. A list that may be empty says by that what its comment
/// says.
struct script {
  std::vector<work_times> work;
  /// From where a gate asks for approval to what people say.
  std::vector<estimate> people;
  std::vector<bool> rejects;      ///< gates; empty: people approve all
  std::vector<bool> fails;        ///< tasks; empty: all succeed
  std::vector<bool> never_ready;  ///< services; empty: all become ready
  std::vector<duration> starting; ///< services; empty: they are ready at once
  /// What tasks put out; empty: nothing. Null: nothing.
  std::vector<std::shared_ptr<const attempt_details>> results;
  /// None: everything takes the mode of its estimate. Else each attempt draws
  /// its own time, which depends on nothing but the seed, the task and which
  /// attempt it is: so plans that differ in little can be compared.
  std::optional<std::uint64_t> seed;
};

/// The value of the triangular distribution of an estimate below which a share
/// `u` of all values lies; 0 <= u < 1.
[[nodiscard]] duration triangular(const estimate& x, double u);

/// A number in [0, 1) that depends on all three and looks like chance
/// (SplitMix64).
[[nodiscard]] double drawn(std::uint64_t seed, std::uint64_t stream,
                           std::uint64_t index);

/// The seed of the n-th of several plays.
[[nodiscard]] std::uint64_t seed_of(std::uint64_t seed, std::uint64_t n);

} // namespace tutti::simulation
