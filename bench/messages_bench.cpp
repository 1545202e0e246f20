// SPDX-License-Identifier: BSD-3-Clause
// usage: bench_messages [--rounds N] [--only NAME] [--json] [--quick]
//
// Messages handled a second in each classic pattern: `tutti stress PATTERN` of
// the program beside this one, where every message is checked and accounted
// for, and the same pattern on bare CAF (messages_bare.hpp), where nothing is.
#include "bench/apart.hpp"
#include "bench/messages_bare.hpp"
#include "bench/rows.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace tutti;

struct pattern {
  const char* name;
  bench::bare_setup how;
  std::uint64_t quick_count;
};

/// Actors as `tutti stress --list` has them.
constexpr std::array patterns{
    pattern{"ping-pong", {2, 1'000'000}, 1'000},
    pattern{"fan-in", {9, 4'000'000}, 8'000},
    pattern{"fan-out", {9, 4'000'000}, 8'000},
    pattern{"ring", {100, 2'000'000}, 1'000},
    pattern{"create", {100'000, 300'000}, 100},
    pattern{"big", {64, 1'000'000}, 1'000},
    pattern{"pipeline", {8, 1'000'000}, 1'000},
    pattern{"scatter-gather", {9, 200'000}, 100},
    pattern{"mixed", {1'000, 2'000}, 20},
};

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "bench_messages: %s\n", what.c_str());
  std::exit(2);
}

double ours(const std::string& name, const bench::bare_setup& how) {
  auto command = fmt::format("'{}' stress {} --actors {} --count {} --json -",
                             TUTTI_BENCH_PROGRAM, name, how.actors, how.count);
  std::string text;
  auto* out = ::popen(command.c_str(), "r");
  if (out == nullptr)
    give_up("cannot start " + command);
  std::array<char, 4096> piece{};
  while (auto n = std::fread(piece.data(), 1, piece.size(), out))
    text.append(piece.data(), n);
  auto result = nlohmann::json::parse(text, nullptr, false);
  if (::pclose(out) != 0 || result.is_discarded()
      || !result.contains("messages_per_s"))
    give_up(command + " failed");
  return result["messages_per_s"].get<double>();
}

double bare(const std::string& name, const bench::bare_setup& how) {
  return bench::apart(1, [&] {
    return std::vector<double>{bench::bare_messages_per_second(name, how)};
  })[0];
}

} // namespace

int main(int argc, char** argv) {
  auto how = bench::take_row_options(argc, argv);
  for (const auto& p : patterns) {
    bench::row x{std::string{"messages."} + p.name,
                 "messages/s",
                 bench::better::higher,
                 {},
                 "bare CAF",
                 {},
                 {}};
    if (!how.wants(x.name))
      continue;

    if (x.name == "messages.create")
      x.note = "with its other scheduler, sharing, bare CAF makes more";
    auto setup = p.how;
    if (how.quick)
      setup.count = p.quick_count;
    auto row = measure(
        how, x,
        [&] {
          return ours(p.name, setup);
        },
        [&] {
          return bare(p.name, setup);
        });
    print(how, row);
  }
}
