// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/explore.hpp"

#include "runtime/play/exploration.hpp"

#include <algorithm>

namespace tutti::play {

namespace {

/// One seed of so many is played again, as it was; others without progress.
constexpr std::uint64_t again_every = 10;

/// Where the facts of two plays part; empty: nowhere.
std::string difference(const plan& p, const std::vector<fact>& a,
                       const std::vector<fact>& b) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    auto x = i < a.size() ? fact_line(p, a[i]) : "nothing";
    auto y = i < b.size() ? fact_line(p, b[i]) : "nothing";
    if (x != y)
      return "'" + x + "', then '" + y + "'";
  }
  return {};
}

} // namespace

explored explore(const story& x) {
  return exploration{x, false}.play();
}

explored explore_again(const story& x) {
  auto result = explore(x);
  bool same = x.seed % again_every == 1;
  // The order of messages is drawn by how many there are; so only a play that
  // draws nothing can be compared with one that lacks some.
  bool without_progress = x.in_order;
  if (!result.passed() || (!same && !without_progress))
    return result;
  auto other = exploration{x, without_progress}.play();
  ++result.plays;
  result.messages += other.messages;
  auto text = difference(*x.work, result.facts, other.facts);
  if (!text.empty())
    result.violations.push_back(
        {(without_progress ? "rule 5: without progress the facts are others: "
                           : "rule 8: the same play has other facts: ")
             + text,
         result.took, result.facts.size()});
  return result;
}

explored explore(std::uint64_t seed, const explore_options& options) {
  auto x = random_story(seed, options.work, options.nodes);
  return options.again ? explore_again(x) : explore(x);
}

} // namespace tutti::play
