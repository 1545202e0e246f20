// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_journal [--rounds N] [--only NAME] [--json] [--quick] [FOLDER]
//
// What it takes to be durable (semantics §30), on the file system of FOLDER
// (the build folder), which must be on a disk: each round has ours and what it
// is compared with one after the other, so a ratio is of the same seconds of
// the same disk, and every one begins with a new file.
//
//   durable.*  tasks of whole runs with `--durability full`, of quick
//              functions: a chain, where each task waits for the disk; 100
//              chains, whose tasks wait together; and 100 such runs at once
//   journal.*  the journal alone, one fact a task: by itself, with 100 in
//              flight; and how long the journal of a run of 100,000 tasks takes
//              to be opened, checked and folded (§31)
#include "bench/apart.hpp"
#include "bench/journal_bare.hpp"
#include "bench/journal_live.hpp"
#include "bench/journal_recovery.hpp"
#include "bench/journal_runs.hpp"
#include "bench/live_run.hpp"
#include "bench/rows.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fmt/format.h>
#include <functional>
#include <string>
#include <utility>

namespace {

using namespace tutti;

constexpr std::uint32_t in_flight = 100;

/// How much there is to do.
struct sizes {
  std::uint32_t lone = 2'000;        ///< facts, or tasks, one after the other
  std::uint32_t group = 100'000;     ///< with `in_flight` at once
  std::uint32_t runs = 100;          ///< at once
  std::uint32_t run = 2'000;         ///< tasks of one of these
  std::uint32_t recovered = 100'000; ///< tasks
};

constexpr sizes quick_sizes{20, 200, 3, 200, 1'000};

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "bench_journal: %s\n", what.c_str());
  std::exit(2);
}

/// In a process and a folder of its own.
double apart(const std::string& parent,
             const std::function<double(const std::string& folder)>& work) {
  return bench::apart(1, [&] {
    bench::scratch_folder folder{parent};
    try {
      return std::vector<double>{work(folder.path())};
    } catch (const std::exception& e) {
      give_up(e.what());
    }
  })[0];
}

class durability_bench {
public:
  durability_bench(bench::row_options how, std::string parent)
    : how_(std::move(how)), parent_(std::move(parent)),
      size_(how_.quick ? quick_sizes : sizes{}) {
    auto on = bench::file_system_of(parent_);
    if (on.starts_with("tmpfs") || on.starts_with("ramfs"))
      note_ = "in memory, where a sync costs nothing";
  }

  void run() const {
    sequence();
    in_groups();
    many_runs();
    journal();
    recovery();
  }

private:
  using work = std::function<double(const std::string& folder)>;

  [[nodiscard]] bench::row make_row(const char* name, const char* unit,
                                    const char* reference) const {
    bench::row x;
    x.name = name;
    x.unit = unit;
    x.reference_name = reference;
    x.note = note_;
    return x;
  }

  /// A row of `ours` and `reference`, in turn; both return what the unit
  /// counts.
  void measure(bench::row x, const work& ours, const work& reference) const {
    if (!how_.wants(x.name))
      return;
    bench::measure(
        how_, x,
        [&] {
          return apart(parent_, ours);
        },
        [&] {
          return apart(parent_, reference);
        });
    print(how_, x);
  }

  /// Where only ours are measured.
  void measure(bench::row x, const work& ours) const {
    if (!how_.wants(x.name))
      return;
    for (int i = 0; i < how_.rounds; ++i)
      x.samples.push_back(apart(parent_, ours));
    print(how_, x);
  }

  void sequence() const {
    auto n = size_.lone;
    measure(
        make_row("durable.sequence", "tasks/s", "fdatasync per task"),
        [n](const std::string& folder) {
          return bench::durable_run(folder, {1, n});
        },
        [n](const std::string& folder) {
          return n / bench::sync_records(folder + "/records", n).count();
        });
  }

  void in_groups() const {
    auto n = size_.group;
    measure(
        make_row("durable.in-flight", "tasks/s", "bare SQLite, group commit"),
        [n](const std::string& folder) {
          return bench::durable_run(folder, {in_flight, n / in_flight});
        },
        [n](const std::string& folder) {
          return commits_in_groups(folder, n);
        });
  }

  void many_runs() const {
    auto n = size_.run;
    auto runs = size_.runs;
    auto x = make_row("durable.many-runs", "tasks/s", "");
    measure(x, [n, runs](const std::string& folder) {
      return bench::durable_runs(folder, {in_flight, n / in_flight}, runs);
    });
  }

  void journal() const {
    auto lone = size_.lone;
    measure(
        make_row("journal.lone", "facts/s", "bare SQLite, a commit each"),
        [lone](const std::string& folder) {
          return facts(folder, lone, 1);
        },
        [lone](const std::string& folder) {
          bench::bare_database db{folder + "/bare.db"};
          return lone / bench::commit_alone(db, lone).count();
        });
    auto group = size_.group;
    measure(
        make_row("journal.in-flight", "facts/s", "bare SQLite, group commit"),
        [group](const std::string& folder) {
          return facts(folder, group, in_flight);
        },
        [group](const std::string& folder) {
          return commits_in_groups(folder, group);
        });
  }

  void recovery() const {
    auto x = make_row("journal.recovery", "s", "");
    if (!how_.wants(x.name))
      return;
    x.want = bench::better::lower;
    bench::scratch_folder folder{parent_};
    bench::large_journal written{folder.path() + "/large.db", size_.recovered};
    std::vector<double> processor;
    for (int i = 0; i < how_.rounds; ++i) {
      auto took = written.recover();
      if (!took.same)
        give_up("what was recovered is not what was written");
      x.samples.push_back(took.all().count());
      processor.push_back(took.processor.count());
      x.note = fmt::format("{} tasks, {} facts, {:.1f} MB; {:.3f} s of "
                           "processor time",
                           size_.recovered, took.facts,
                           static_cast<double>(took.bytes) / 1e6,
                           bench::median(processor));
    }
    print(how_, x);
  }

  static double facts(const std::string& folder, std::uint32_t n,
                      std::uint32_t at_once) {
    bench::live_journal journal{folder + "/journal.db"};
    return n / journal.append(n, at_once).count();
  }

  static double commits_in_groups(const std::string& folder, std::uint32_t n) {
    bench::bare_database db{folder + "/bare.db"};
    return n / bench::commit_in_groups(db, n, in_flight).count();
  }

  bench::row_options how_;
  std::string parent_;
  sizes size_;
  std::string note_;
};

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  std::string folder =
      how.arguments.empty() ? TUTTI_BENCH_FOLDER : how.arguments[0];
  try {
    durability_bench{how, folder}.run();
  } catch (const std::exception& e) {
    give_up(e.what());
  }
}
