// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_secrets [--rounds N] [--json] [--quick] [--benchmark_…]
//
// How fast output is looked through for secrets (docs/performance.md), by the
// number of secrets and by what the output is like: a build's log, or base64,
// which begins like a secret all the time.
#include "bench/benchmark_rows.hpp"
#include "runtime/secrets/masker.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace tutti::secrets;

/// What a supervisor reads at once.
constexpr std::size_t piece_bytes = std::size_t{64} << 10;

std::string letters(std::mt19937_64& dice, std::size_t size) {
  constexpr std::string_view all =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result(size, ' ');
  for (auto& c : result)
    c = all[dice() % all.size()];
  return result;
}

std::vector<std::string> tokens(std::int64_t count) {
  std::mt19937_64 dice{1};
  std::vector<std::string> result;
  for (std::int64_t i = 0; i < count; ++i)
    result.push_back(letters(dice, 40));
  return result;
}

std::string build_log() {
  std::mt19937_64 dice{2};
  constexpr std::string_view words[] = {
      "Building", "CXX object",      "src/",     "CMakeFiles/app.dir/",
      "warning:", "unused variable", "[100%]",   "tests passed",
      "ok",       "error",           "cache hit"};
  std::string result;
  while (result.size() < piece_bytes) {
    result += words[dice() % std::size(words)];
    result += dice() % 8 == 0 ? '\n' : ' ';
    result += std::to_string(dice() % 1000);
  }
  return result;
}

void look_through(benchmark::State& state, const std::string& piece) {
  masker m{tokens(state.range(0))};
  mask_stream stream{m};
  std::string out;
  for (auto _ : state) {
    out.clear();
    stream.append(piece, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(
      static_cast<std::int64_t>(state.iterations() * piece.size()));
  state.counters["nodes"] = static_cast<double>(m.node_count());
}

void of_a_log(benchmark::State& state) {
  look_through(state, build_log());
}
BENCHMARK(of_a_log)->Arg(1)->Arg(10)->Arg(100)->Arg(1000);

void of_base64(benchmark::State& state) {
  std::mt19937_64 dice{3};
  look_through(state, letters(dice, piece_bytes));
}
BENCHMARK(of_base64)->Arg(1)->Arg(10)->Arg(100)->Arg(1000);

/// Every line is a secret.
void of_secrets(benchmark::State& state) {
  std::string piece;
  auto all = tokens(state.range(0));
  for (std::size_t i = 0; piece.size() < piece_bytes; ++i)
    piece += all[i % all.size()] + "\n";
  look_through(state, piece);
}
BENCHMARK(of_secrets)->Arg(1)->Arg(1000);

/// What a value of so many KiB costs before a run begins.
void preparing(benchmark::State& state) {
  std::mt19937_64 dice{4};
  std::string value;
  while (value.size() < static_cast<std::size_t>(state.range(0)) << 10)
    value += letters(dice, 64) + "\n";
  std::size_t nodes = 0;
  for (auto _ : state) {
    masker m{{value}};
    nodes = m.node_count();
  }
  state.counters["nodes"] = static_cast<double>(nodes);
}
BENCHMARK(preparing)->Arg(1)->Arg(64)->Unit(benchmark::kMillisecond);

} // namespace

int main(int argc, char** argv) {
  return tutti::bench::benchmark_main(argc, argv, [](const auto& run) {
    using tutti::bench::better, tutti::bench::row;
    std::vector<std::pair<row, double>> result;
    auto name = "secrets." + tutti::bench::row_name(run);
    if (auto i = run.counters.find("bytes_per_second"); i != run.counters.end())
      result.push_back({{name, "MB/s", better::higher, {}, {}, {}, {}},
                        i->second.value / 1e6});
    else
      result.push_back({{name, "ms", better::lower, {}, {}, {}, {}},
                        run.GetAdjustedCPUTime()});
    return result;
  });
}
