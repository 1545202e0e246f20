// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_check [--rounds N] [--json] [--quick] [--benchmark_…]
//
// What the warnings of `tutti check` cost, beside loading the same plan
// (docs/performance.md). A plan of some tasks for 50 agents: needs of all
// kinds, failures that others wait for, conditions, gates, contracts, and
// comments that allow warnings.
#include "bench/benchmark_rows.hpp"
#include "config/plan_loader.hpp"
#include "runtime/lints/lints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

namespace {

using namespace tutti;

constexpr std::int64_t agents = 50;

std::string task_line(std::mt19937_64& dice, std::int64_t i) {
  auto text = fmt::format("  t{}: {{ agent: a{}, estimate: {}m", i, i % agents,
                          1 + dice() % 60);
  std::int64_t before = 0;
  if (i > 0) {
    auto reach = static_cast<std::uint64_t>(std::min<std::int64_t>(i, 1000));
    before = i - 1 - static_cast<std::int64_t>(dice() % reach);
    text +=
        fmt::format(", needs: [t{}{}]", before,
                    i > 2000 ? fmt::format(", {{ t{}: {} }}", i - 1500,
                                           i % 20 == 0 ? "failed" : "succeeded")
                             : "");
  }
  if (i % 10 == 3)
    text += ", allow-failure: true";
  if (i % 10 == 4)
    text += fmt::format(", if: needs.t{}.outputs.ok", before);
  if (i % 100 == 5)
    text += fmt::format(", provides: c{}", i / 100);
  text += " }";
  return text + (i % 50 == 7 ? " # tutti: allow idle-need\n" : "\n");
}

std::string plan_text(std::int64_t tasks) {
  std::mt19937_64 dice{1};
  std::string text = "agents:\n";
  for (std::int64_t i = 0; i < agents; ++i)
    text += fmt::format("  a{}: {{ run: ./work.sh, slots: 2 }}\n", i);
  text += "contracts:\n";
  for (std::int64_t i = 0; i <= (tasks - 6) / 100; ++i)
    text += fmt::format("  c{}: {{ schema: s.json }}\n", i);
  text += "tasks:\n";
  for (std::int64_t i = 0; i < tasks; ++i)
    text += task_line(dice, i);
  text += "gates:\n";
  for (std::int64_t i = 0; i + 2000 < tasks; i += 1000)
    text += fmt::format("  g{}: {{ needs: [t{}, t{}, t{}], blocks: t{} }}\n",
                        i / 1000, i, i + 1, i + 2, i + 1999);
  return text;
}

void check(benchmark::State& state, bool lints) {
  auto text = plan_text(state.range(0));
  config::load_options how;
  how.lints = lints;
  how.read_files = false;
  std::size_t warnings = 0;
  for (auto _ : state) {
    auto loaded = config::load_plan({"plan.yaml", "/plans", text}, how);
    if (lints)
      lints::complete(loaded);
    if (!loaded.value)
      return state.SkipWithError("the plan has mistakes");
    warnings = loaded.diagnostics.size();
  }
  state.counters["warnings"] = static_cast<double>(warnings);
  state.counters["tasks/s"] =
      benchmark::Counter(static_cast<double>(state.range(0)),
                         benchmark::Counter::kIsIterationInvariantRate);
}

void load_only(benchmark::State& state) {
  check(state, false);
}

void load_and_lint(benchmark::State& state) {
  check(state, true);
}

BENCHMARK(load_only)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(load_and_lint)
    ->Arg(10'000)
    ->Arg(100'000)
    ->Unit(benchmark::kMillisecond);

} // namespace

int main(int argc, char** argv) {
  return tutti::bench::benchmark_main(argc, argv, [](const auto& run) {
    using tutti::bench::better, tutti::bench::row;
    return std::vector<std::pair<row, double>>{
        {{"check." + tutti::bench::row_name(run),
          "ms",
          better::lower,
          {},
          {},
          {},
          {}},
         run.GetAdjustedCPUTime()}};
  });
}
