// SPDX-License-Identifier: BSD-3-Clause
// What a bench_* program measures, as rows: a table for people, or with --json
// one JSON object a line, which bench/run collects:
//
//   {"name": "tasks.fan", "unit": "tasks/s", "better": "higher",
//    "value": 3e6, "samples": [3e6, 2.9e6, ...],
//    "reference": {"name": "bare CAF", "value": 1e6, "samples": [1e6, ...]},
//    "ratio": 3.0, "ratios": [3.0, 2.9, ...], "note": "..."}
//
// `value` is the median of `samples`, `ratio` ours over the reference, median
// over median; `ratios` those of the single rounds, which tell its spread.
// Without a reference the last three and `reference` are not there, without a
// note no `note`. bench/targets.json names the rows that have a target.
#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::bench {

inline double median(std::vector<double> xs) {
  if (xs.empty())
    return 0;
  std::sort(xs.begin(), xs.end());
  auto half = xs.size() / 2;
  return xs.size() % 2 == 1 ? xs[half] : (xs[half - 1] + xs[half]) / 2;
}

/// What every bench takes, before or between arguments of its own.
struct row_options {
  bool json = false;
  bool quick = false; ///< as little as shows that it works; no figure counts
  int rounds = 5;     ///< ours and the reference, in turn
  std::string only;   ///< only rows whose name begins so; empty: all
  std::vector<std::string> arguments; ///< the others, in order

  [[nodiscard]] bool wants(std::string_view name) const {
    return name.substr(0, only.size()) == only
        || std::string_view{only}.substr(0, name.size()) == name;
  }
};

/// Takes --json, --quick, --rounds N and --only NAME out of the arguments; a
/// mistake in them ends the program with 2.
inline row_options take_row_options(int argc, char** argv) {
  row_options result;
  auto fail = [&](const std::string& what) {
    std::fprintf(stderr, "%s: %s\n", argv[0], what.c_str());
    std::exit(2);
  };
  for (int i = 1; i < argc; ++i) {
    std::string x = argv[i];
    auto value = [&] {
      if (i + 1 == argc)
        fail(x + " wants a value");
      return std::string{argv[++i]};
    };
    if (x == "--json") {
      result.json = true;
    } else if (x == "--quick") {
      result.quick = true;
      result.rounds = 1;
    } else if (x == "--rounds") {
      result.rounds = std::atoi(value().c_str());
      if (result.rounds < 1)
        fail("--rounds wants a number of at least 1");
    } else if (x == "--only") {
      result.only = value();
    } else if (x.rfind("--", 0) == 0) {
      fail("unknown option " + x
           + "; it takes --json, --quick, --rounds N and --only NAME");
    } else {
      result.arguments.push_back(std::move(x));
    }
  }
  return result;
}

enum class better { higher, lower };

/// One thing that is measured, and what it is measured by.
struct row {
  std::string name; ///< words, dots and dashes: "tasks.fan"
  std::string unit; ///< "tasks/s", "ms", "B"
  better want = better::higher;
  std::vector<double> samples;   ///< ours, one a round
  std::string reference_name;    ///< empty: none
  std::vector<double> reference; ///< one a round
  std::string note;              ///< what a reader has to know; may be empty

  [[nodiscard]] double value() const {
    return median(samples);
  }
  /// Ours over the reference; 0 without one.
  [[nodiscard]] double ratio() const {
    auto by = median(reference);
    return by == 0 ? 0 : value() / by;
  }
};

inline nlohmann::ordered_json to_json(const row& x) {
  nlohmann::ordered_json result{
      {"name", x.name},
      {"unit", x.unit},
      {"better", x.want == better::higher ? "higher" : "lower"},
      {"value", x.value()},
      {"samples", x.samples}};
  if (!x.reference.empty()) {
    result["reference"] = {{"name", x.reference_name},
                           {"value", median(x.reference)},
                           {"samples", x.reference}};
    result["ratio"] = x.ratio();
    auto& ratios = result["ratios"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < std::min(x.samples.size(), x.reference.size());
         ++i)
      if (x.reference[i] != 0)
        ratios.push_back(x.samples[i] / x.reference[i]);
  }
  if (!x.note.empty())
    result["note"] = x.note;
  return result;
}

/// Prints it at once: a set that is cut short has what it had.
inline void print(const row_options& how, const row& x) {
  if (how.json) {
    std::printf("%s\n", to_json(x).dump().c_str());
  } else {
    std::printf("%-36s %14.6g %-9s", x.name.c_str(), x.value(), x.unit.c_str());
    if (!x.reference.empty())
      std::printf(" %14.6g %-24s %8.3f", median(x.reference),
                  x.reference_name.c_str(), x.ratio());
    std::printf("%s%s\n", x.note.empty() ? "" : "  ", x.note.c_str());
  }
  std::fflush(stdout);
}

/// Ours, the reference, ours, the reference, …: as many rounds as asked for.
/// Both return what the unit of `x` counts.
inline row& measure(const row_options& how, row& x,
                    const std::function<double()>& ours,
                    const std::function<double()>& reference) {
  for (int i = 0; i < how.rounds; ++i) {
    x.samples.push_back(ours());
    x.reference.push_back(reference());
  }
  return x;
}

} // namespace tutti::bench
