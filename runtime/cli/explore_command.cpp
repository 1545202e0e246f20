// SPDX-License-Identifier: BSD-3-Clause
// `tutti play --explore`.
#include "config/plan_loader.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/load.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/plan_words.hpp"
#include "runtime/cli/stop_signals.hpp"
#include "runtime/play/explore.hpp"
#include "runtime/report/json_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace tutti::cli {

namespace {

/// Of a search that says nothing else.
constexpr std::uint64_t seeds_by_default = 100;

/// So many failures are kept with all that is told of them.
constexpr std::size_t told_max = 20;

struct told_failure {
  std::uint64_t seed = 0;
  std::string rule; ///< the first that broke
  std::string text;
};

struct search {
  std::uint64_t first = 1;
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::uint64_t messages = 0;
  std::array<std::uint64_t, play::fault_kind_count> by_kind{};
  duration took{0};
  double wall_s = 0;
  std::vector<told_failure> failures; ///< the first of them
};

void add(search& to, const play::explored& x) {
  ++to.seeds;
  to.messages += x.messages;
  to.took += x.took;
  for (std::size_t i = 0; i < x.by_kind.size(); ++i)
    to.by_kind[i] += x.by_kind[i];
}

std::string failure_text(const play::explored& x, const play_options& options) {
  auto plan = options.files.empty() ? std::string{} : options.files.front();
  if (!options.shrink)
    return play::explored_text(x, plan);
  auto small = play::shrink(x);
  return play::explored_text(small.smallest, plan)
       + fmt::format("  made smaller in {} plays, as a scenario:\n\n",
                     small.plays)
       + play::scenario_text(small.smallest) + "\n";
}

std::uint64_t faults_of(const search& x) {
  std::uint64_t result = 0;
  for (auto n : x.by_kind)
    result += n;
  return result;
}

std::string summary(const search& x) {
  auto text = counted(x.seeds, "seed");
  text += x.failed > 0 ? fmt::format(": {} broke a rule", x.failed)
        : goes_on()    ? std::string{": no rule was broken"}
                       : std::string{": stopped, no rule was broken"};
  text += fmt::format(", {} messages, {}", x.messages,
                      counted(faults_of(x), "fault"));
  return text + fmt::format(", {:.2f}s\n", x.wall_s);
}

std::string search_json(const search& x) {
  report::json_writer to;
  to.open('{');
  to.integer("schema_version", 1);
  to.integer("first_seed", static_cast<std::int64_t>(x.first));
  to.integer("seeds", static_cast<std::int64_t>(x.seeds));
  to.integer("failed", static_cast<std::int64_t>(x.failed));
  to.boolean("stopped", !goes_on());
  to.integer("messages", static_cast<std::int64_t>(x.messages));
  to.seconds("took_s", x.took);
  to.number("wall_s", x.wall_s);
  to.open("faults", '{');
  for (std::size_t i = 0; i < x.by_kind.size(); ++i)
    to.integer(to_string(static_cast<play::fault_kind>(i)),
               static_cast<std::int64_t>(x.by_kind[i]));
  to.close('}');
  to.open("failures", '[');
  for (const auto& f : x.failures) {
    to.line();
    to.open('{');
    to.integer("seed", static_cast<std::int64_t>(f.seed));
    to.text("rule", f.rule);
    to.text("text", f.text);
    to.close('}');
  }
  to.close(']');
  to.close('}');
  return to.take() + "\n";
}

/// The plan that was named, without what only `run` needs.
std::optional<int> load_plan(const play_options& options,
                             play::explore_options& to) {
  if (options.files.empty())
    return std::nullopt;
  plan_options named;
  named.plan = options.files.front();
  named.set = options.set;
  named.no_color = options.no_color;
  auto loaded = load_or_explain(named, false, false);
  if (!loaded.value)
    return loaded.exit_code;
  to.work = std::make_shared<const plan>(std::move(*loaded.value));
  return std::nullopt;
}

} // namespace

int explore_command(const play_options& options) {
  if (options.files.size() > 1)
    return fail({exit_code::bad_plan,
                 "--explore takes one plan, or none: then each seed has a plan "
                 "of its own"});
  play::explore_options how;
  how.nodes = options.nodes;
  if (auto code = load_plan(options, how))
    return *code;
  stop_signals signals;
  bool data = options.json_file == "-";
  int lost = 0;
  auto say = [&](const std::string& text) {
    if (data)
      print_message(text);
    else if (lost == 0)
      lost = print_data(text);
  };
  search all;
  all.first = options.seed.value_or(1);
  auto count = options.seeds.value_or(options.seed ? 1 : seeds_by_default);
  auto start = std::chrono::steady_clock::now();
  bool endless = options.until_failure;
  for (auto seed = all.first; goes_on(); ++seed) {
    if (endless ? all.failed > 0 : all.seeds == count)
      break;
    auto x = play::explore(seed, how);
    add(all, x);
    if (x.passed())
      continue;
    ++all.failed;
    auto text = failure_text(x, options);
    say(text);
    if (all.failures.size() < told_max)
      all.failures.push_back({seed, x.violations[0].text, std::move(text)});
  }
  all.wall_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  say(summary(all));
  if (!options.json_file.empty())
    if (auto code = write_data(options.json_file, search_json(all)); code != 0)
      return code;
  if (lost != 0)
    return lost;
  if (!goes_on())
    return stop_code();
  return all.failed > 0 ? static_cast<int>(exit_code::task_failed) : 0;
}

} // namespace tutti::cli
