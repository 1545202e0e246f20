// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <random>

namespace tutti::play {

/// One generator with a distribution that is the same in every library.
class dice {
public:
  explicit dice(std::uint64_t seed) : random_(seed) {
  }
  /// 0 … n-1
  std::uint32_t roll(std::uint32_t n) {
    return static_cast<std::uint32_t>(random_() % n);
  }
  bool one_in(std::uint32_t n) {
    return roll(n) == 0;
  }

private:
  std::mt19937_64 random_;
};

} // namespace tutti::play
