// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_journal [FOLDER [ROUNDS]]
//
// What it takes to make a fact durable (semantics §30), in rounds of all that
// is compared, one after the other, on the file system of FOLDER (the build
// folder): so a ratio is of the same minutes of the same disk. Then how long
// the journal of a run of 100,000 tasks takes to be read, checked and folded
// (§31). Prints medians over ROUNDS (9); fails where, with 100 tasks in flight,
// less than half as many facts are durable in a second as rows of bare SQLite,
// a lone one takes over 1.5 times as long, or the recovery over a second.
#include "bench/journal_bare.hpp"
#include "bench/journal_live.hpp"
#include "bench/journal_recovery.hpp"
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
constexpr std::uint32_t recovered_tasks = 100'000;
constexpr double group_rate_min = 0.5;
constexpr double lone_time_max = 1.5;
constexpr double recovery_seconds_max = 1;

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

/// False: a bound does not hold.
bool compare(const std::string& folder, std::uint32_t rounds) {
  bench::bare_database alone{folder + "/alone.db"};
  bench::bare_database groups{folder + "/groups.db"};
  bench::live_journal journal_alone{folder + "/journal-alone.db"};
  bench::live_journal journal_groups{folder + "/journal-groups.db"};
  std::vector<measurement> all{
      {"fdatasync of 4 KiB",
       lone_count,
       [&] {
         return bench::sync_blocks(folder + "/blocks", lone_count);
       },
       {}},
      {"bare SQLite, alone",
       lone_count,
       [&] {
         return bench::commit_alone(alone, lone_count);
       },
       {}},
      {"journal, alone",
       lone_count,
       [&] {
         return journal_alone.append(lone_count, 1);
       },
       {}},
      {"bare SQLite, 100 in flight",
       group_count,
       [&] {
         return bench::commit_in_groups(groups, group_count, in_flight);
       },
       {}},
      {"journal, 100 in flight",
       group_count,
       [&] {
         return journal_groups.append(group_count, in_flight);
       },
       {}},
  };
  measure(all, rounds);
  auto lone = ratio(all[2], all[1]);
  auto rate = ratio(all[3], all[4]);
  fmt::print("a lone fact takes {:.2f} times a bare commit (at most {}); with "
             "100 in flight {:.2f} of bare group commit (at least {})\n",
             lone, lone_time_max, rate, group_rate_min);
  return lone <= lone_time_max && rate >= group_rate_min;
}

/// False: a bound does not hold.
bool recover(const std::string& folder, std::uint32_t rounds) {
  bench::large_journal journal{folder + "/large.db", recovered_tasks};
  std::vector<bench::recovery_times> all;
  for (std::uint32_t i = 0; i < rounds; ++i)
    all.push_back(journal.recover());
  auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
  std::nth_element(all.begin(), middle, all.end(),
                   [](const auto& x, const auto& y) {
                     return x.all() < y.all();
                   });
  fmt::print(
      "recovery of {} tasks, {} facts, {:.1f} MB: {:.3f} s (open {:.3f}, "
      "read and check {:.3f}, fold {:.3f}; at most {}), {:.3f} s of "
      "processor time\n",
      recovered_tasks, middle->facts,
      static_cast<double>(middle->bytes) / (1 << 20), middle->all().count(),
      middle->open.count(), middle->read.count(), middle->fold.count(),
      recovery_seconds_max, middle->processor.count());
  return middle->same && middle->all().count() <= recovery_seconds_max;
}

bool run(const std::string& parent, std::uint32_t rounds) {
  bench::scratch_folder folder{parent};
  auto on = bench::file_system_of(folder.path());
  bool in_memory = on.starts_with("tmpfs") || on.starts_with("ramfs");
  fmt::print("{} rounds on {}{}\n", rounds, on,
             in_memory ? ": in memory, where a sync costs nothing" : "");
  bool fast = compare(folder.path(), rounds) || in_memory;
  return recover(folder.path(), rounds) && fast;
}

} // namespace

int main(int argc, char** argv) {
  std::string folder = argc > 1 ? argv[1] : TUTTI_BENCH_FOLDER;
  auto rounds = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 9;
  try {
    auto n = static_cast<std::uint32_t>(std::max(rounds, 1ul));
    return run(folder, n) ? 0 : 1;
  } catch (const std::exception& e) {
    fmt::print(stderr, "bench_journal: {}\n", e.what());
    return 1;
  }
}
