// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/pacer.hpp"

#include <cmath>

namespace tutti::stress {

pacer::pacer(double rate, std::uint32_t source, std::uint32_t sources,
             std::int64_t start_ns)
  : first_ns_(start_ns
              + static_cast<std::int64_t>(std::llround(source * 1e9 / rate))),
    interval_ns_(1e9 / rate * sources) {
}

std::int64_t pacer::moment(std::uint64_t i) const {
  return first_ns_
       + static_cast<std::int64_t>(
             std::floor(static_cast<double>(i) * interval_ns_));
}

std::uint64_t pacer::due(std::int64_t now_ns) const {
  if (!active() || now_ns < first_ns_)
    return 0;
  auto guess = static_cast<std::uint64_t>(
      static_cast<double>(now_ns - first_ns_) / interval_ns_);
  // Rounding is corrected by what `moment` says.
  while (guess > 0 && moment(guess - 1) > now_ns)
    --guess;
  while (moment(guess) <= now_ns)
    ++guess;
  return guess;
}

} // namespace tutti::stress
