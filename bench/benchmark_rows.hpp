// SPDX-License-Identifier: BSD-3-Clause
// Programs of Google Benchmark whose figures are rows, too.
#pragma once

#include "bench/rows.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tutti::bench {

/// What of a benchmark's run becomes samples: rows without them.
using rows_of_run = std::function<std::vector<std::pair<row, double>>(
    const benchmark::BenchmarkReporter::Run&)>;

/// Gathers the repetitions of each row, and prints rows in the order in which
/// they came.
class row_reporter : public benchmark::BenchmarkReporter {
public:
  row_reporter(const row_options& how, rows_of_run make)
    : how_(how), make_(std::move(make)) {
  }
  bool ReportContext(const Context&) override {
    return true;
  }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const auto& run : runs) {
      failed_ = failed_ || run.error_occurred;
      if (run.run_type != Run::RT_Iteration || run.error_occurred)
        continue;
      for (auto& [x, sample] : make_(run)) {
        auto i = std::find_if(rows_.begin(), rows_.end(), [&x = x](auto& y) {
          return y.name == x.name;
        });
        if (i == rows_.end())
          i = rows_.insert(rows_.end(), std::move(x));
        i->samples.push_back(sample);
      }
    }
  }
  void Finalize() override {
    for (const auto& x : rows_)
      if (how_.wants(x.name))
        print(how_, x);
  }
  [[nodiscard]] bool failed() const {
    return failed_;
  }

private:
  const row_options& how_;
  rows_of_run make_;
  std::vector<row> rows_;
  bool failed_ = false;
};

/// "of_a_log/100/repeats:5" → "of_a_log-100".
inline std::string row_name(const benchmark::BenchmarkReporter::Run& run) {
  auto name = run.run_name.function_name;
  if (!run.run_name.args.empty())
    name += "-" + run.run_name.args;
  std::replace(name.begin(), name.end(), '/', '-');
  std::replace(name.begin(), name.end(), '_', '-');
  return name;
}

/// The main function of such a program: with --json rows, else the table of
/// the library, whose own options are taken before ours.
inline int benchmark_main(int argc, char** argv, rows_of_run make) {
  std::vector<char*> library{argv[0]};
  std::vector<char*> ours{argv[0]};
  for (int i = 1; i < argc; ++i)
    (std::string_view{argv[i]}.rfind("--benchmark_", 0) == 0 ? library : ours)
        .push_back(argv[i]);
  auto how = take_row_options(static_cast<int>(ours.size()), ours.data());
  std::string repeat = "--benchmark_repetitions=" + std::to_string(how.rounds);
  std::string shortly = "--benchmark_min_time=0.01";
  if (how.json)
    library.insert(library.begin() + 1, repeat.data());
  if (how.quick)
    library.insert(library.begin() + 1, shortly.data());
  auto count = static_cast<int>(library.size());
  benchmark::Initialize(&count, library.data());
  if (!how.json) {
    benchmark::RunSpecifiedBenchmarks();
    return 0;
  }
  row_reporter reporter{how, std::move(make)};
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.failed() ? 2 : 0;
}

} // namespace tutti::bench
