// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <caf/actor_system_config.hpp>

namespace tutti::session {

/// Of the actors of a run, or of a node.
struct system_config : caf::actor_system_config {
  system_config();
};

} // namespace tutti::session
