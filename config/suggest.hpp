// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tutti::config {

/// How many single edits (insert, delete, replace, swap neighbours) make one
/// word of the other; more than `limit` is answered as `limit` + 1.
[[nodiscard]] std::size_t edit_distance(std::string_view x, std::string_view y,
                                        std::size_t limit);

/// Finds what a user may have meant. Looks at a bounded number of candidates
/// in its whole life, so that a large plan full of mistakes stays fast.
class suggester {
public:
  /// The candidate nearest to the word, the first of several; empty where none
  /// is near.
  [[nodiscard]] std::string_view
  nearest(std::string_view word, std::span<const std::string_view> candidates);

  /// True once it answers nothing any more.
  [[nodiscard]] bool exhausted() const {
    return budget_ == 0;
  }
  /// "did you mean 'x'?", or empty.
  [[nodiscard]] std::string hint(std::string_view word,
                                 std::span<const std::string_view> candidates);

private:
  std::size_t budget_ = 10'000'000;
};

} // namespace tutti::config
