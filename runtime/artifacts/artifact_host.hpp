// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <string>

namespace tutti::artifacts {

/// The actor before the disk. It blocks, so spawn it detached: it has a thread
/// of its own then. `store_directory` outlives runs, `run_directory` is this
/// run's; both absolute.
artifact_actor::behavior_type
artifact_host_behavior(artifact_actor::pointer self,
                       const std::string& store_directory,
                       const std::string& run_directory);

} // namespace tutti::artifacts
