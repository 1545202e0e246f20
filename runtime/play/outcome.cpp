// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/play/outcome.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tutti::play {

namespace {

/// The same place, whatever the text says: times in it move.
bool same_failure(const play_result& a, const play_result& b) {
  return !b.passed() && a.failures[0].where == b.failures[0].where;
}

config::scenario without(const config::scenario& x, std::size_t step,
                         std::size_t deed) {
  auto result = x;
  auto& deeds = result.timeline[step].deeds;
  deeds.erase(deeds.begin() + static_cast<std::ptrdiff_t>(deed));
  return result;
}

} // namespace

scenario_outcome play_all(const config::scenario& story,
                          const config::source_text& source,
                          const seed_range& seeds, const play_options& how,
                          const std::function<bool()>& go_on) {
  scenario_outcome result;
  result.story = &story;
  result.source = &source;
  auto start = std::chrono::steady_clock::now();
  auto options = how;
  options.goes_on = go_on;
  for (std::uint64_t i = 0; seeds.until_failure || i < seeds.count; ++i) {
    options.seed = seeds.first + i;
    auto played = play_scenario(story, options);
    result.stopped = played.interrupted;
    if (result.stopped)
      break;
    ++result.plays;
    result.messages += played.messages;
    if (!result.took && played.end)
      result.took = played.end->at;
    if (!played.passed()) {
      result.facts = played.facts;
      result.failed = std::move(played);
      break;
    }
    if (i == 0)
      result.facts = std::move(played.facts);
  }
  result.wall_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  return result;
}

void shrink(scenario_outcome& x, const play_options& how) {
  if (!x.failed)
    return;
  auto options = how;
  options.seed = x.failed->seed;
  auto story = *x.story;
  for (std::size_t i = 0; i < story.timeline.size(); ++i)
    for (std::size_t j = story.timeline[i].deeds.size(); j-- > 0;) {
      auto smaller = without(story, i, j);
      if (same_failure(*x.failed, play_scenario(smaller, options)))
        story = std::move(smaller);
    }
  x.needs.emplace();
  for (const auto& step : story.timeline)
    for (const auto& d : step.deeds)
      x.needs->push_back(d.where);
}

} // namespace tutti::play
