// SPDX-License-Identifier: BSD-3-Clause
#include "config/suggest.hpp"

#include <algorithm>
#include <array>

namespace tutti::config {

namespace {

constexpr std::size_t word_max = 64;

} // namespace

std::size_t edit_distance(std::string_view x, std::string_view y,
                          std::size_t limit) {
  auto longer = std::max(x.size(), y.size());
  auto shorter = std::min(x.size(), y.size());
  if (longer - shorter > limit || longer > word_max)
    return limit + 1;
  // Rows of the optimal string alignment table: two back, one back, this.
  std::array<std::array<std::size_t, word_max + 1>, 3> rows{};
  for (std::size_t j = 0; j <= y.size(); ++j)
    rows[0][j] = j;
  for (std::size_t i = 1; i <= x.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& two_above = rows[(i + 1) % 3];
    row[0] = i;
    auto best = row[0];
    for (std::size_t j = 1; j <= y.size(); ++j) {
      auto differs = x[i - 1] == y[j - 1] ? 0u : 1u;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + differs});
      if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1])
        row[j] = std::min(row[j], two_above[j - 2] + 1);
      best = std::min(best, row[j]);
    }
    if (best > limit)
      return limit + 1;
  }
  return std::min(rows[x.size() % 3][y.size()], limit + 1);
}

std::string_view
suggester::nearest(std::string_view word,
                   std::span<const std::string_view> candidates) {
  // A word of three letters may differ in one, a long one in three.
  auto limit = std::clamp<std::size_t>(word.size() / 3, 1, 3);
  std::string_view result;
  auto best = limit + 1;
  for (auto x : candidates) {
    if (budget_ == 0)
      break;
    --budget_;
    // Nothing of the word may be left after that many edits.
    if (x.size() + word.size() <= 2)
      continue;
    auto distance = edit_distance(word, x, best - 1);
    if (distance < best) {
      best = distance;
      result = x;
    }
    if (best == 0)
      break;
  }
  return result;
}

std::string suggester::hint(std::string_view word,
                            std::span<const std::string_view> candidates) {
  auto found = nearest(word, candidates);
  if (found.empty())
    return {};
  return "did you mean '" + std::string{found} + "'?";
}

} // namespace tutti::config
