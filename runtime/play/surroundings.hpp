// SPDX-License-Identifier: BSD-3-Clause
// What is around the actors of a simulated run: services that are up at once, a
// store without files, and somebody who speaks for people.
#pragma once

#include "messages/interfaces.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tutti::play {

/// What is in the store; outlives the program.
struct kept_store {
  std::vector<std::shared_ptr<const attempt_details>> payloads;
  std::uint64_t files = 0; ///< that were taken in
};

/// Every service and every probe starts; probes succeed at once.
process_actor::behavior_type simulated_processes(process_actor::pointer self);

/// Each file that a plan names is there, with a content that is like no other;
/// contracts take everything. `kept` must outlive the actor.
artifact_actor::behavior_type simulated_store(artifact_actor::pointer self,
                                              kept_store* kept);

/// Speaks for people: what it is told goes to `lead`, replies are kept.
using person_actor = control_actor::extend<caf::reacts_to<control_call>>;

/// `replies` must outlive the actor.
person_actor::behavior_type person(person_actor::pointer self,
                                   const orchestrator_actor& lead,
                                   std::vector<control_reply>* replies);

} // namespace tutti::play
