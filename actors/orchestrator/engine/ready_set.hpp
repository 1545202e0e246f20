// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tutti::engine {

/// A set of positions with a fast "first at or after": 64-ary bitmaps stacked
/// until one word is left. Insert, erase and find touch one word a level (4
/// levels reach 16 million), whatever is in the set.
class ready_set {
public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  ready_set() = default;
  /// For positions [0, size).
  explicit ready_set(std::size_t size) {
    do {
      size = (size + 63) / 64;
      levels_.emplace_back(size, 0);
    } while (size > 1);
  }

  void insert(std::uint32_t x) {
    for (auto& level : levels_) {
      level[x / 64] |= bit(x);
      x /= 64;
    }
  }

  void erase(std::uint32_t x) {
    for (auto& level : levels_) {
      auto& word = level[x / 64];
      word &= ~bit(x);
      if (word != 0)
        return;
      x /= 64;
    }
  }

  [[nodiscard]] bool contains(std::uint32_t x) const {
    return (levels_[0][x / 64] & bit(x)) != 0;
  }

  /// The smallest member in [first, last); `none` where there is none.
  [[nodiscard]] std::uint32_t find(std::uint32_t first,
                                   std::uint32_t last) const {
    auto x = first;
    std::size_t height = 0;
    while (x / 64 < levels_[height].size()) {
      auto word = levels_[height][x / 64] & (~std::uint64_t{0} << (x % 64));
      if (word != 0) {
        x = x / 64 * 64 + static_cast<std::uint32_t>(std::countr_zero(word));
        while (height > 0) {
          --height;
          x = x * 64
            + static_cast<std::uint32_t>(std::countr_zero(levels_[height][x]));
        }
        return x < last ? x : none;
      }
      if (++height == levels_.size())
        return none;
      x = x / 64 + 1;
    }
    return none;
  }

private:
  static std::uint64_t bit(std::uint32_t x) {
    return std::uint64_t{1} << (x % 64);
  }

  std::vector<std::vector<std::uint64_t>> levels_;
};

} // namespace tutti::engine
