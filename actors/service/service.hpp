// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/service/service_keeper.hpp"
#include "actors/time_source.hpp"
#include "messages/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <cstdint>
#include <memory>

namespace tutti {

struct service_options {
  service_id id;
  duration grace{std::chrono::seconds(10)}; ///< from TERM to KILL
  std::shared_ptr<const plan> work;
  orchestrator_actor orchestrator;
  process_actor processes;
  time_source clock; ///< of the run
};

/// A mailbox before a `service_keeper`, which decides.
struct service_actor_state {
  static inline const char* name = "service";

  std::unique_ptr<service_ports> ports;
  std::unique_ptr<service_keeper> keeper;
  time_source clock;
};

/// A timer of the service is due; it sends this to itself.
struct service_timer {
  std::uint64_t timer = 0;
  duration at{0}; ///< see `send_after`
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, service_timer& x) {
  return f(caf::meta::type_name("service_timer"), x.timer, x.at);
}

using service_with_timers =
    service_actor::extend<caf::reacts_to<service_timer>>;

/// Spawn with `options`, one for each service of the plan; the actor stops when
/// told to exit. Its messages are those of `service_actor`.
service_with_timers::behavior_type service_behavior(
    service_with_timers::stateful_pointer<service_actor_state> self,
    service_options options);

} // namespace tutti

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::service_timer)
