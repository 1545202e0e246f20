// SPDX-License-Identifier: BSD-3-Clause
// Actors on CAF's deterministic scheduler and virtual clock: nothing waits,
// nothing depends on timing.
#pragma once

#include "messages/interfaces.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace tutti::test {

class actor_stage {
public:
  explicit actor_stage(std::uint64_t seed)
    : random_(seed), system_(prepare(config_)) {
  }
  actor_stage(const actor_stage&) = delete;
  actor_stage& operator=(const actor_stage&) = delete;
  ~actor_stage() {
    clear();
  }

  /// The actor ends with the stage, at the latest.
  template <class Behavior, class... Args>
  auto spawn(Behavior behavior, Args&&... args) {
    auto result = system_.spawn(behavior, std::forward<Args>(args)...);
    all_.push_back(caf::actor_cast<caf::strong_actor_ptr>(result));
    return result;
  }

  // -- time -------------------------------------------------------------------

  [[nodiscard]] bool has_message() {
    return !coordinator().jobs.empty();
  }
  /// Somebody, drawn by the seed, gets the next of his messages; there is one.
  void step() {
    auto& jobs = coordinator().jobs;
    auto k = static_cast<std::ptrdiff_t>(random_() % jobs.size());
    std::rotate(jobs.begin(), jobs.begin() + k, jobs.begin() + k + 1);
    coordinator().run_once();
  }
  /// All messages there are, and those that follow from them.
  void settle() {
    while (has_message())
      step();
  }
  void advance(duration span) {
    coordinator().advance_time(span);
    settle();
  }

  /// Time goes to the next timer, which sends its message; false: there is
  /// none.
  bool next_timer() {
    return coordinator().trigger_timeout();
  }

  /// How many messages wait for their time.
  [[nodiscard]] std::size_t timers() {
    return coordinator().clock().schedule().size();
  }

  /// All actors end, whatever they were about to do. Idempotent; who has
  /// handles of them lets go of these before.
  void clear() {
    if (all_.empty())
      return;
    for (auto& x : all_)
      caf::anon_send_exit(x, caf::exit_reason::kill);
    all_.clear();
    settle();
    coordinator().clock().cancel_all();
    system_.await_actors_before_shutdown(false);
  }

private:
  static caf::actor_system_config& prepare(caf::actor_system_config& config) {
    config.add_message_types<caf::id_block::tutti>();
    config.set("scheduler.policy", caf::atom("testing"));
    return config;
  }

  caf::scheduler::test_coordinator& coordinator() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  std::mt19937_64 random_;
  caf::actor_system_config config_;
  caf::actor_system system_;
  std::vector<caf::strong_actor_ptr> all_;
};

/// What a viewer has seen.
struct seen_run {
  std::vector<fact> facts;
  std::vector<task_progress> progress;
};

inline viewer_actor::behavior_type seen_behavior(viewer_actor::pointer,
                                                 seen_run* log) {
  return {
      [log](const run_facts& x) {
        log->facts.insert(log->facts.end(), x.facts.begin(), x.facts.end());
      },
      [log](const task_progress& x) {
        log->progress.push_back(x);
      },
  };
}

} // namespace tutti::test
