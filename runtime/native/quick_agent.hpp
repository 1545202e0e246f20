// SPDX-License-Identifier: BSD-3-Clause
// The agent behind `agents::add_quick`: no threads and no processes. It takes
// orders together, calls the function for each in its own turn, and tells what
// came of them together; of a large result once it is on disk (semantics §21).
#pragma once

#include "runtime/native/quick_desk.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace tutti::native {

struct quick_state {
  static inline const char* name = "agent";

  std::shared_ptr<quick_desk> at;
};

quick_actor::behavior_type
quick_behavior(quick_actor::stateful_pointer<quick_state> self,
               std::shared_ptr<quick_desk> at);

} // namespace tutti::native
