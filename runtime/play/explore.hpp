// SPDX-License-Identifier: BSD-3-Clause
// Searches for broken rules: plays stories drawn from seeds on the real actors,
// in virtual time. First chaos, in which faults befall the run and the rules
// hold at every step; then healing: faults are over, people approve, all goes
// well, and the run must end in bounded time (docs/explore.md).
#pragma once

#include "messages/fact.hpp"
#include "runtime/play/script.hpp"
#include "runtime/play/story.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::play {

struct violation {
  std::string text; ///< begins with "rule N: "
  duration at{0};
  std::size_t facts = 0; ///< durable by then
};

/// A fault as it befell the run: whom, in words and as the scenario language
/// says it.
struct befallen {
  fault of;
  std::string text;
  std::string deed;     ///< one entry of `do`; empty: the grammar has none
  bool changed = false; ///< it could befall somebody
};

/// What an attempt was to do, as it began.
struct begun_attempt {
  std::uint32_t task = 0;
  std::uint32_t attempt = 0;
  work_phase phase = work_phase::run;
  played_attempt does;
};

struct explored {
  story played;
  std::vector<violation> violations; ///< empty: every rule holds
  std::vector<fact> facts;           ///< that are durable, in order
  std::vector<befallen> faults;
  std::vector<begun_attempt> attempts;
  std::uint64_t messages = 0; ///< that arrived at an actor
  std::uint64_t plays = 1;    ///< some seeds are played again (rules 5 and 8)
  std::uint32_t sessions = 1;
  std::array<std::uint32_t, fault_kind_count> by_kind{}; ///< that befell
  duration took{0};                                      ///< virtual time
  std::optional<run_status> status;                      ///< none: no end

  [[nodiscard]] bool passed() const {
    return violations.empty();
  }
};

struct explore_options {
  /// Plan to explore; null: each seed has a plan of its own.
  std::shared_ptr<const plan> work;
  /// Over nodes, by the real hub and gateways.
  bool nodes = false;
  /// Seeds that are due are played again: the same, and without progress.
  bool again = true;
};

/// Plays one seed. Deterministic.
[[nodiscard]] explored explore(std::uint64_t seed,
                               const explore_options& options);

/// Plays one story, once.
[[nodiscard]] explored explore(const story& x);

/// Plays a story, and again as its seed says (rules 5 and 8).
[[nodiscard]] explored explore_again(const story& x);

struct shrunk {
  explored smallest; ///< breaks the same rule
  std::uint64_t plays = 0;
};

/// Leaves out faults, then parts of the plan, as long as the same rule breaks.
/// `plays_max` bounds the work.
[[nodiscard]] shrunk shrink(const explored& x, std::uint64_t plays_max = 1500);

/// What the seed was, what broke, the trace around it, and the command that
/// plays exactly this again; `plan` is the path of a plan that was given.
[[nodiscard]] std::string explored_text(const explored& x,
                                        std::string_view plan = {});

/// The story as a scenario file, as far as the grammar goes; what it cannot say
/// stands in comments.
[[nodiscard]] std::string scenario_text(const explored& x);

/// One line for each fact, for traces; all that it says.
[[nodiscard]] std::string fact_line(const plan& p, const fact& x);

} // namespace tutti::play
