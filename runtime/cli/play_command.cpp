// SPDX-License-Identifier: BSD-3-Clause
#include "config/diagnostic.hpp"
#include "config/scenario_loader.hpp"
#include "config/suggest.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/plan_words.hpp"
#include "runtime/cli/realtime.hpp"
#include "runtime/cli/stop_signals.hpp"
#include "runtime/play/outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>
#include <utility>

namespace tutti::cli {

namespace {

/// Scenarios with the text that they stand in.
struct opened_scenarios {
  std::deque<config::scenario_result> files;
  int code = 0;
};

opened_scenarios open_all(const play_options& options) {
  opened_scenarios result;
  config::scenario_options how;
  how.set = options.set;
  for (const auto& name : options.files) {
    std::error_code ignored;
    if (!std::filesystem::exists(name, ignored)) {
      result.code = fail(
          {exit_code::bad_plan, fmt::format("there is no file '{}'", name)});
      continue;
    }
    auto source = config::read_source(name);
    if (!source) {
      result.code = fail(source.error());
      continue;
    }
    auto x = config::load_scenarios(std::move(*source), how);
    print_message(config::render(x.diagnostics, x.source,
                                 message_color(options.no_color)));
    bool wrong = std::any_of(x.diagnostics.begin(), x.diagnostics.end(),
                             [](const auto& d) {
                               return d.level == config::severity::error;
                             });
    if (wrong)
      result.code = static_cast<int>(exit_code::bad_plan);
    result.files.push_back(std::move(x));
  }
  return result;
}

struct chosen_scenario {
  const config::scenario* story;
  const config::source_text* source;
};

/// Those that `--only` names, or all; nothing where a name is unknown.
std::optional<std::vector<chosen_scenario>>
choose(const opened_scenarios& opened, const std::vector<std::string>& only) {
  std::vector<chosen_scenario> result;
  std::vector<std::string_view> names;
  std::vector<bool> found(only.size(), false);
  for (const auto& file : opened.files)
    for (const auto& x : file.values) {
      names.push_back(x.name);
      bool wanted = only.empty();
      for (std::size_t i = 0; i < only.size(); ++i)
        if (only[i] == x.name)
          found[i] = wanted = true;
      if (wanted)
        result.push_back({&x, &file.source});
    }
  for (std::size_t i = 0; i < only.size(); ++i)
    if (!found[i]) {
      auto hint = config::suggester{}.hint(only[i], names);
      fail({exit_code::bad_plan,
            fmt::format("there is no scenario '{}'{}", only[i],
                        hint.empty() ? std::string{} : "; " + hint)});
      return std::nullopt;
    }
  return result;
}

play::seed_range seeds_of(const play_options& options,
                          const config::scenario& story) {
  play::seed_range result;
  result.first = options.seed.value_or(0);
  result.count = options.seeds.value_or(
      options.seed || options.realtime ? 1 : std::max(story.seeds, 1u));
  result.until_failure = options.until_failure;
  return result;
}

play::scenario_outcome play_one(const play_options& options,
                                const chosen_scenario& x) {
  play::play_options how;
  std::unique_ptr<realtime_show> show;
  if (options.realtime) {
    show = std::make_unique<realtime_show>(*x.story, options.no_color, goes_on);
    show->attach(how);
  }
  auto result = play::play_all(*x.story, *x.source, seeds_of(options, *x.story),
                               how, goes_on);
  if (show)
    show->finish();
  if (options.shrink)
    play::shrink(result, {});
  return result;
}

std::string summary(const std::vector<play::scenario_outcome>& all,
                    double wall_s) {
  std::size_t failed = 0;
  std::uint64_t plays = 0;
  for (const auto& x : all) {
    failed += x.failed.has_value();
    plays += x.plays;
  }
  auto text = counted(all.size(), "scenario");
  text += failed > 0 ? fmt::format(": {} failed", failed)
        : goes_on()  ? std::string{": all hold"}
                     : std::string{": stopped"};
  if (plays > all.size())
    text += fmt::format(", {} orders", plays);
  return text + fmt::format(", {:.2f}s\n", wall_s);
}

int write_results(const play_options& options,
                  const std::vector<play::scenario_outcome>& all,
                  double wall_s) {
  int code = 0;
  if (!options.json_file.empty())
    code = write_data(options.json_file, play::outcomes_json(all, wall_s));
  if (code == 0 && !options.junit_file.empty())
    code = write_data(options.junit_file, play::outcomes_junit(all));
  return code;
}

int play_chosen(const play_options& options,
                const std::vector<chosen_scenario>& chosen) {
  bool data = options.json_file == "-" || options.junit_file == "-";
  int lost = 0;
  auto say = [data, &lost](const std::string& text) {
    if (data)
      print_message(text);
    else if (lost == 0)
      lost = print_data(text);
  };
  play::text_options how;
  how.color =
      data ? message_color(options.no_color) : data_color(options.no_color);
  how.quiet = options.quiet;
  auto start = std::chrono::steady_clock::now();
  std::vector<play::scenario_outcome> all;
  for (const auto& x : chosen) {
    if (!goes_on())
      break;
    all.push_back(play_one(options, x));
    if (options.trace)
      say(play::trace_text(all.back()));
    say(play::outcome_text(all.back(), how));
  }
  auto wall_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
          .count();
  say(summary(all, wall_s));
  if (auto code = write_results(options, all, wall_s); code != 0)
    return code;
  if (lost != 0)
    return lost;
  if (!goes_on())
    return stop_code();
  bool failed = std::any_of(all.begin(), all.end(), [](const auto& x) {
    return x.failed.has_value();
  });
  return failed ? static_cast<int>(exit_code::task_failed) : 0;
}

} // namespace

int play_command(const play_options& options) {
  if (options.explore)
    return explore_command(options);
  if (options.files.empty())
    return fail({exit_code::bad_plan,
                 "'tutti play' needs a file of scenarios; 'tutti help play' "
                 "tells more"});
  for (const auto* file : {&options.json_file, &options.junit_file})
    if (auto e = cannot_write_data(*file))
      return fail(*e);
  auto opened = open_all(options);
  if (opened.code != 0)
    return opened.code;
  auto chosen = choose(opened, options.only);
  if (!chosen)
    return static_cast<int>(exit_code::bad_plan);
  if (chosen->empty())
    return fail({exit_code::nothing_to_run, "there is no scenario to play"});
  stop_signals signals;
  return play_chosen(options, *chosen);
}

} // namespace tutti::cli
