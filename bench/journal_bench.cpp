// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_journal [FOLDER [ROUNDS]]
//
// What it takes to make a fact durable (semantics §30), in rounds of all that
// is compared, one after the other, on the file system of FOLDER (the build
// folder): so a ratio is of the same minutes of the same disk. Prints medians
// over ROUNDS (9).
#include "bench/journal_bare.hpp"
#include "bench/live_run.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace tutti;

constexpr std::uint32_t lone_count = 100;
constexpr std::uint32_t group_count = 5'000;
constexpr std::uint32_t in_flight = 100;

struct measurement {
  const char* name;
  std::uint32_t count; ///< of steps a round
  std::function<bench::seconds()> round;
  std::vector<double> microseconds; ///< a step, of each round

  [[nodiscard]] double median() const {
    auto sorted = microseconds;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

/// How much longer a step of `x` takes than one of `y`: the median over the
/// rounds, each of which saw both.
double ratio(const measurement& x, const measurement& y) {
  measurement result{};
  for (std::size_t i = 0; i < x.microseconds.size(); ++i)
    result.microseconds.push_back(x.microseconds[i] / y.microseconds[i]);
  return result.median();
}

void measure(std::vector<measurement>& all, std::uint32_t rounds) {
  for (std::uint32_t i = 0; i < rounds; ++i)
    for (auto& x : all)
      x.microseconds.push_back(x.round().count() * 1e6 / x.count);
  for (const auto& x : all)
    fmt::print("{:<28}{:>10.1f} us a step {:>10.0f} steps/s\n", x.name,
               x.median(), 1e6 / x.median());
}

int run(const std::string& parent, std::uint32_t rounds) {
  bench::scratch_folder folder{parent};
  auto on = bench::file_system_of(folder.path());
  bool in_memory = on.starts_with("tmpfs") || on.starts_with("ramfs");
  fmt::print("{} rounds on {}{}\n", rounds, on,
             in_memory ? ": in memory, where a sync costs nothing" : "");
  bench::bare_database alone{folder.path() + "/alone.db"};
  bench::bare_database groups{folder.path() + "/groups.db"};
  std::vector<measurement> all{
      {"fdatasync of 4 KiB",
       lone_count,
       [&] {
         return bench::sync_blocks(folder.path() + "/blocks", lone_count);
       },
       {}},
      {"bare SQLite, alone",
       lone_count,
       [&] {
         return bench::commit_alone(alone, lone_count);
       },
       {}},
      {"bare SQLite, 100 in flight",
       group_count,
       [&] {
         return bench::commit_in_groups(groups, group_count, in_flight);
       },
       {}},
  };
  measure(all, rounds);
  fmt::print("a lone commit of bare SQLite takes {:.2f} times an fdatasync\n",
             ratio(all[1], all[0]));
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::string folder = argc > 1 ? argv[1] : TUTTI_BENCH_FOLDER;
  auto rounds = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 9;
  try {
    return run(folder, static_cast<std::uint32_t>(std::max(rounds, 1ul)));
  } catch (const std::exception& e) {
    fmt::print(stderr, "bench_journal: {}\n", e.what());
    return 1;
  }
}
