// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"

#include <functional>

namespace tutti::play {

/// How to act later, at a moment of the run.
struct play_clock {
  std::function<duration()> now;
  std::function<void(duration, std::function<void()>)> at;
};

} // namespace tutti::play
