// SPDX-License-Identifier: BSD-3-Clause
#include "actors/observer/observer.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace tutti {

observer_actor::behavior_type
observer_behavior(observer_actor::stateful_pointer<observer_state> self,
                  std::vector<viewer_actor> viewers) {
  self->state.viewers = std::move(viewers);
  return {
      [self](const run_facts& x) {
        for (const auto& viewer : self->state.viewers)
          self->send(viewer, x);
      },
      [self](const task_progress& x) {
        for (const auto& viewer : self->state.viewers)
          self->send(viewer, x);
      },
  };
}

} // namespace tutti
