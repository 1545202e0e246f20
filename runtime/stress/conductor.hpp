// SPDX-License-Identifier: BSD-3-Clause
// Plays rounds of a pattern: begins them, looks on, and says how they went. The
// same where all of it is in one process, with a conductor of nodes, and on a
// node.
#pragma once

#include "runtime/session/system_config.hpp"
#include "runtime/stress/arena.hpp"
#include "runtime/stress/metronome.hpp"
#include "runtime/stress/outcome.hpp"
#include "runtime/stress/pattern.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace tutti::stress {

/// Without any message handled; then a round is given up.
inline constexpr std::chrono::seconds patience{10};

/// Where the actors of a pattern live.
struct stage {
  struct config : session::system_config {
    explicit config(const settings& how);
  };

  explicit stage(const settings& how) : config_of(how), system(config_of) {
  }

  config config_of;
  caf::actor_system system;

  [[nodiscard]] std::uint32_t threads() const;
};

/// Seats of an arena: one for each actor, and one for each node.
[[nodiscard]] std::size_t seat_count(const settings& how);
/// Where it is noted what a node has handled.
[[nodiscard]] std::size_t node_seat(const settings& how, std::uint32_t node);

[[nodiscard]] std::unique_ptr<pattern> make_pattern(const scene& on);

struct round {
  std::optional<duration> time = {};
  std::optional<std::uint64_t> count = {}; ///< operations over all processes
  bool measured = true;
};

/// How a round went.
struct course {
  duration elapsed{0};
  bool stopped = false;
  bool stalled = false;
  bool lost = false; ///< others have gone
};

/// The other processes that a pattern is played with.
class company {
public:
  virtual ~company() = default;
  /// How many of them have sources; each leaves the arena for those.
  [[nodiscard]] virtual std::size_t sources() const {
    return 0;
  }
  virtual void begin(const round&) {
  }
  virtual void stop() {
  }
  /// What is under way will not come to its end. The arena is nudged then.
  /// Asked some times a second.
  [[nodiscard]] virtual bool is_lost() = 0;
};

class conductor {
public:
  /// `with`: null: all of it is here. It is the others' conductor that gives
  /// up what does not move; `patient`: this one does not.
  conductor(arena& in, const pattern& who, const settings& how,
            const watcher& watch, company* with = nullptr, bool patient = false)
    : in_(in), who_(who), how_(how), watch_(watch), with_(with),
      patient_(patient) {
  }

  course play(const round& x);

private:
  std::vector<metronome::voice> begin(const round& x, std::int64_t start);
  void stop();

  arena& in_;
  const pattern& who_;
  const settings& how_;
  const watcher& watch_;
  company* with_;
  bool patient_;
};

} // namespace tutti::stress
