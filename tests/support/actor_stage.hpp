// SPDX-License-Identifier: BSD-3-Clause
// Actors on CAF's deterministic scheduler and virtual clock: nothing waits,
// nothing depends on timing.
#pragma once

#include "messages/interfaces.hpp"
#include "runtime/play/stage.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <vector>

namespace tutti::test {

using actor_stage = play::stage;

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
