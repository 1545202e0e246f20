// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tutti::engine {

/// A number from 0 to below 1 that looks drawn, and is the same each time: an
/// engine of the same history decides the same.
[[nodiscard]] inline double spread_of(std::uint32_t task,
                                      std::uint32_t failures) {
  auto x = (std::uint64_t{task} << 32 | failures) + 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  x ^= x >> 31;
  return static_cast<double>(x >> 11) / static_cast<double>(1ULL << 53);
}

/// How long the attempt after so many failures of a task waits; 0: it goes at
/// once.
[[nodiscard]] inline duration wait_after(const retry_policy& policy,
                                         std::uint32_t task,
                                         std::uint32_t failures) {
  if (policy.wait <= duration::zero())
    return duration::zero();
  auto factor = std::pow(policy.backoff, std::max(failures, 1u) - 1);
  auto wait = static_cast<double>(policy.wait.count()) * factor;
  auto bound = static_cast<double>(policy.max_wait.count());
  auto share = 1.0 - policy.jitter * spread_of(task, failures);
  return duration{static_cast<std::int64_t>(std::min(wait, bound) * share)};
}

} // namespace tutti::engine
