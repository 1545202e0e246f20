// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_play [--rounds N] [--only NAME] [--json] [--quick]
//
// How fast plays are: messages a second that arrive at an actor, and how long a
// plan of 50 tasks takes; in seconds of one core, as others may use the
// machine.
#include "runtime/play/player.hpp"

#include "bench/play_plans.hpp"
#include "bench/rows.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

using namespace tutti;

namespace {

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec)
       + static_cast<double>(now.tv_nsec) / 1e9;
}

struct figures {
  double seconds = 0; ///< of one play: the median of so many
  double messages = 0;
};

figures measure(const config::scenario& story, int plays) {
  std::vector<double> all;
  figures result;
  for (int i = 0; i < plays; ++i) {
    auto start = cpu_seconds();
    auto played = play::play_scenario(story, {});
    all.push_back(cpu_seconds() - start);
    if (!played.passed()) {
      std::fprintf(stderr, "the play failed: %s\n",
                   played.failures[0].text.c_str());
      std::exit(2);
    }
    result.messages = static_cast<double>(played.messages);
  }
  result.seconds = bench::median(all);
  return result;
}

} // namespace

int main(int argc, char** argv) {
  constexpr double play_max_ms = 10;
  constexpr double rate_min = 300'000;
  auto how = bench::take_row_options(argc, argv);
  bench::row time{"play.team",
                  "ms",
                  bench::better::lower,
                  {},
                  {},
                  {},
                  "50 tasks of 1s, 5 agents; at most 10"};
  bench::row rate{"play.messages",
                  "messages/s",
                  bench::better::higher,
                  {},
                  {},
                  {},
                  "5,000 tasks of 1s; at least 300,000"};
  auto team = bench::team_story(50);
  auto wide = bench::team_story(how.quick ? 500 : 5'000);
  for (int i = 0; i < how.rounds; ++i) {
    time.samples.push_back(measure(team, how.quick ? 1 : 11).seconds * 1e3);
    auto x = measure(wide, 1);
    rate.samples.push_back(x.messages / x.seconds);
  }
  for (const auto& x : {time, rate})
    if (how.wants(x.name))
      print(how, x);
  return time.value() <= play_max_ms && rate.value() >= rate_min ? 0 : 1;
}
