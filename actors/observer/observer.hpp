// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/interfaces.hpp"

#include <vector>

namespace tutti {

struct observer_state {
  static inline const char* name = "observer";

  std::vector<viewer_actor> viewers;
};

/// Passes on what it hears to each viewer. It is a mailbox of its own so that
/// neither agents nor the orchestrator ever wait for, or know, who looks on.
observer_actor::behavior_type
observer_behavior(observer_actor::stateful_pointer<observer_state> self,
                  std::vector<viewer_actor> viewers);

} // namespace tutti
