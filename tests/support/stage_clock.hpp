// SPDX-License-Identifier: BSD-3-Clause
// The clock of a stage for what is no actor.
#pragma once

#include "runtime/play/play_clock.hpp"
#include "runtime/play/stage.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <utility>

namespace tutti::test {

struct clock_deed {
  std::function<void()> run;
};

using clock_actor = caf::typed_actor<caf::reacts_to<clock_deed>>;

inline clock_actor::behavior_type clock_behavior(clock_actor::pointer) {
  return {
      [](const clock_deed& x) {
        x.run();
      },
  };
}

/// `on` must outlive it.
inline play::play_clock stage_clock(play::stage& on) {
  play::play_clock result;
  result.now = [&on] {
    return on.now();
  };
  result.at = [&on, clock = on.spawn(clock_behavior)](
                  duration when, std::function<void()> then) {
    caf::delayed_anon_send(clock, when - on.now(), clock_deed{std::move(then)});
  };
  return result;
}

} // namespace tutti::test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tutti::test::clock_deed)
