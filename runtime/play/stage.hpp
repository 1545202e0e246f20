// SPDX-License-Identifier: BSD-3-Clause
// Actors on CAF's deterministic scheduler and virtual clock: nothing waits,
// nothing depends on timing, and a seed says in which order messages arrive.
#pragma once

#include "messages/interfaces.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace tutti::play {

class stage {
public:
  /// Seed 0: messages arrive in the order in which they were sent.
  explicit stage(std::uint64_t seed, duration start = duration{0});
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;
  ~stage();

  /// The actor ends with the stage, at the latest.
  template <class Behavior, class... Args>
  auto spawn(Behavior behavior, Args&&... args) {
    auto result = system_.spawn(behavior, std::forward<Args>(args)...);
    all_.push_back(caf::actor_cast<caf::strong_actor_ptr>(result));
    return result;
  }

  // -- messages ---------------------------------------------------------------

  [[nodiscard]] bool has_message() const {
    return !coordinator_.jobs.empty();
  }
  /// Somebody, drawn by the seed, gets the next of his messages; there is one.
  void step();
  /// All messages there are, and those that follow from them.
  void settle() {
    while (has_message())
      step();
  }
  /// How many messages have arrived so far.
  [[nodiscard]] std::uint64_t message_count() const {
    return messages_;
  }

  // -- time -------------------------------------------------------------------

  /// Since the clock's zero.
  [[nodiscard]] duration now() const;
  /// When the next timer is due; none: there is no timer.
  [[nodiscard]] std::optional<duration> next_due() const;
  /// Time goes on by `span`; timers that are due by then send their messages.
  void pass(duration span);
  /// The same, and all messages arrive.
  void advance(duration span) {
    pass(span);
    settle();
  }
  /// Time goes to the next timer, which sends its message; false: there is
  /// none.
  bool next_timer() {
    return coordinator_.trigger_timeout();
  }
  /// How many messages wait for their time.
  [[nodiscard]] std::size_t timers() const {
    return coordinator_.clock().schedule().size();
  }

  /// All actors end, whatever they were about to do. Idempotent; who has
  /// handles of them lets go of these before.
  void clear();

private:
  static caf::actor_system_config& prepare(caf::actor_system_config& config);

  std::mt19937_64 random_;
  bool in_order_;
  std::uint64_t messages_ = 0;
  caf::actor_system_config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& coordinator_;
  std::vector<caf::strong_actor_ptr> all_;
};

} // namespace tutti::play
