// SPDX-License-Identifier: BSD-3-Clause
// Open loop: when each operation is meant to begin, whether the one before is
// over or not. Times count from the moment that was meant, so that a system
// that stalls is charged for all that it kept waiting (coordinated omission).
#pragma once

#include <cstdint>

namespace tutti::stress {

/// Operations at equal distances. Moments are nanoseconds of the steady clock.
class pacer {
public:
  /// Nothing is paced.
  pacer() = default;
  /// The part of one of `sources` that take turns at `rate` a second, over all.
  pacer(double rate, std::uint32_t source, std::uint32_t sources,
        std::int64_t start_ns);

  [[nodiscard]] bool active() const {
    return interval_ns_ > 0;
  }
  /// When operation `i`, from 0, is meant to begin.
  [[nodiscard]] std::int64_t moment(std::uint64_t i) const;
  /// How many operations are meant to have begun by then.
  [[nodiscard]] std::uint64_t due(std::int64_t now_ns) const;

private:
  std::int64_t first_ns_ = 0;
  double interval_ns_ = 0;
};

} // namespace tutti::stress
