// SPDX-License-Identifier: BSD-3-Clause
// How fast plays are: messages a second that arrive at an actor, and how long a
// plan of 50 tasks takes; in seconds of one core, as others may use the
// machine.
#include "runtime/play/player.hpp"

#include "bench/play_plans.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

using namespace tutti;

namespace {

struct figures {
  double seconds = 0; ///< of one play
  std::uint64_t messages = 0;
};

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec)
       + static_cast<double>(now.tv_nsec) / 1e9;
}

/// The median of so many plays.
figures measure(const config::scenario& story, int rounds) {
  std::vector<double> all;
  figures result;
  for (int i = 0; i < rounds; ++i) {
    auto start = cpu_seconds();
    auto played = play::play_scenario(story, {});
    all.push_back(cpu_seconds() - start);
    if (!played.passed()) {
      std::fprintf(stderr, "the play failed: %s\n",
                   played.failures[0].text.c_str());
      std::exit(1);
    }
    result.messages = played.messages;
  }
  std::nth_element(all.begin(), all.begin() + rounds / 2, all.end());
  result.seconds = all[static_cast<std::size_t>(rounds / 2)];
  return result;
}

void report(const char* name, const figures& x) {
  std::printf("%-28s %8.2f ms  %8llu messages  %10.0f messages/s\n", name,
              x.seconds * 1e3, static_cast<unsigned long long>(x.messages),
              static_cast<double>(x.messages) / x.seconds);
}

} // namespace

int main() {
  constexpr double play_max_s = 0.010;
  constexpr double rate_min = 300'000;
  auto team = measure(bench::team_story(50), 51);
  report("50 tasks of 1s, 5 agents", team);
  auto wide = measure(bench::team_story(5'000), 5);
  report("5,000 tasks of 1s", wide);
  auto rate = static_cast<double>(wide.messages) / wide.seconds;
  bool fast = team.seconds <= play_max_s && rate >= rate_min;
  std::printf(
      "a plan of 50 tasks takes %.2f ms (at most %.0f), %.0f messages/s "
      "(at least %.0f)\n",
      team.seconds * 1e3, play_max_s * 1e3, rate, rate_min);
  return fast ? 0 : 1;
}
