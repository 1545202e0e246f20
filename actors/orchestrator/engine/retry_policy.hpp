// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tutti::engine {

/// How long the attempt after so many failures waits; 0: it goes at once.
[[nodiscard]] inline duration wait_after(const retry_policy& policy,
                                         std::uint32_t failures) {
  if (policy.wait <= duration::zero())
    return duration::zero();
  auto factor = std::pow(policy.backoff, std::max(failures, 1u) - 1);
  auto wait = static_cast<double>(policy.wait.count()) * factor;
  auto bound = static_cast<double>(policy.max_wait.count());
  auto span = duration{static_cast<std::int64_t>(std::min(wait, bound))};
  return std::max(span, duration::zero());
}

} // namespace tutti::engine
