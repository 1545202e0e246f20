// SPDX-License-Identifier: BSD-3-Clause
// The clock that timers go by: it stands still while the program is stopped
// (semantics §26), and the one of the actors does not.
#pragma once

#include "messages/plan.hpp"

#include <caf/actor_clock.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace tutti {

/// Empty: time goes by the clock of the actors.
using time_source = std::function<caf::actor_clock::time_point()>;

/// `self` is a pointer to an actor.
template <class Self>
[[nodiscard]] duration time_now(const time_source& clock, Self self) {
  return (clock ? clock() : self->clock().now()).time_since_epoch();
}

/// A message of an actor to itself, for when `span` has passed; its member `at`
/// keeps that moment for `is_due`.
template <class Self, class Timer>
void send_after(const time_source& clock, Self self, duration span, Timer x) {
  x.at = time_now(clock, self) + span;
  self->delayed_send(self, span, std::move(x));
}

/// Whether its moment has come. If not, the program stood still meanwhile, and
/// the message comes again.
template <class Self, class Timer>
[[nodiscard]] bool is_due(const time_source& clock, Self self, Timer x) {
  auto left = x.at - time_now(clock, self);
  if (left <= duration::zero())
    return true;
  self->delayed_send(self, left, std::move(x));
  return false;
}

} // namespace tutti
