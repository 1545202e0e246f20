// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/simulation/script.hpp"

#include <algorithm>
#include <cmath>

namespace tutti::simulation {

namespace {

/// The step of SplitMix64 (Steele, Lea, Flood 2014): a bijection that spreads
/// each bit of its input over all of its output.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

} // namespace

std::uint64_t seed_of(std::uint64_t seed, std::uint64_t n) {
  return mix(mix(seed) ^ n);
}

double drawn(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) {
  auto bits = mix(mix(seed ^ mix(stream)) ^ index);
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

duration triangular(const estimate& x, double u) {
  auto low = static_cast<double>(x.min.count());
  auto mode = static_cast<double>(x.mode.count());
  auto high = static_cast<double>(x.max.count());
  auto width = high - low;
  if (width <= 0)
    return x.mode;
  bool rises = u * width < mode - low;
  auto value = rises ? low + std::sqrt(u * width * (mode - low))
                     : high - std::sqrt((1 - u) * width * (high - mode));
  auto result = duration{std::llround(value)};
  return std::clamp(result, x.min, x.max);
}

} // namespace tutti::simulation
