// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/parse.hpp"

#include "config/duration_text.hpp"
#include "runtime/cli/parse_parts.hpp"
#include "runtime/cli/report_usage.hpp"
#include "runtime/cli/schema_names.hpp"
#include "runtime/cli/size_text.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <limits>
#include <string_view>
#include <utility>

namespace tutti::cli {

namespace {

constexpr std::array command_names = {
    std::pair{"help", command_name::help},
    std::pair{"rerun", command_name::rerun},
    std::pair{"run", command_name::run},
    std::pair{"check", command_name::check},
    std::pair{"play", command_name::play},
    std::pair{"graph", command_name::graph},
    std::pair{"simulate", command_name::simulate},
    std::pair{"schema", command_name::schema},
    std::pair{"init", command_name::init},
    std::pair{"history", command_name::history},
    std::pair{"report", command_name::report},
    std::pair{"nodes", command_name::nodes},
    std::pair{"logs", command_name::logs},
    std::pair{"clean", command_name::clean},
    std::pair{"doctor", command_name::doctor},
    std::pair{"attach", command_name::attach},
    std::pair{"status", command_name::status},
    std::pair{"explain", command_name::explain},
    std::pair{"approve", command_name::approve},
    std::pair{"request-changes", command_name::request_changes},
    std::pair{"reject", command_name::reject},
    std::pair{"cancel", command_name::cancel},
    std::pair{"retry", command_name::retry},
    std::pair{"pause", command_name::pause},
    std::pair{"resume", command_name::resume},
    std::pair{"node", command_name::node},
    std::pair{"inbox", command_name::inbox},
    std::pair{"handoff", command_name::handoff},
    std::pair{"progress", command_name::progress},
    std::pair{"request", command_name::request},
    std::pair{"note", command_name::note},
    std::pair{"certs", command_name::certs},
    std::pair{"up", command_name::up},
    std::pair{"session-test", command_name::session_test},
    std::pair{"stress", command_name::stress},
    std::pair{"completion", command_name::completion},
};

command_name command_of(const CLI::App& app) {
  const auto* chosen = chosen_command(app);
  if (chosen == nullptr)
    return command_name::none;
  for (auto [name, command] : command_names)
    if (chosen->get_name() == name)
      return command;
  return command_name::none;
}

bool is_command(const CLI::App& app, const std::string& word) {
  auto same = [&word](const CLI::App* x) {
    return x->get_name() == word;
  };
  return !app.get_subcommands(same).empty();
}

error unknown_command(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const auto* x : app.get_subcommands([](const auto*) {
         return true;
       }))
    names.push_back(x->get_name());
  // `tutti team.yaml` is what one types who forgot `run`.
  auto otherwise = word.ends_with(".yaml") || word.ends_with(".yml")
                     ? fmt::format("to run a plan, say 'tutti run {}'", word)
                     : std::string{"'tutti help' lists all"};
  return usage(fmt::format("there is no command '{}'; {}", word,
                           did_you_mean(word, names, otherwise)));
}

error unexpected_word(const CLI::App& command, const std::string& word) {
  auto help = fmt::format("'tutti help {}' lists all", command.get_name());
  if (command.get_parent() == nullptr)
    help = "'tutti help' lists all";
  if (word.size() < 2 || word[0] != '-')
    return usage(fmt::format("'{}' is one argument too many for '{}'; {}", word,
                             command.get_name(), help));
  std::vector<std::string> names;
  for (const auto* option : command.get_options())
    for (const auto& name : option->get_lnames())
      names.push_back("--" + name);
  auto name = word.substr(0, word.find('='));
  return usage(fmt::format("there is no option '{}'; {}", name,
                           did_you_mean(name, names, help)));
}

error parse_error(const CLI::App& app, const CLI::ParseError& e) {
  const auto* chosen = chosen_command(app);
  const auto& command = chosen == nullptr ? app : *chosen;
  for (const auto& word : command.remaining())
    if (word.size() > 1 && word[0] == '-')
      return unexpected_word(command, word);
  for (const auto& word : command.remaining())
    return unexpected_word(command, word);
  // "--jobs: 1 required N missing" is what the library says.
  std::string text = e.what();
  auto name = text.substr(0, text.find(':'));
  // And "--jobs: At Most 1 required but received 2".
  if (text.find(": At Most 1 required") != std::string::npos)
    return usage(fmt::format("{} is given {}; 'tutti help {}' tells more", name,
                             text.ends_with(" 2") ? "twice" : "more than once",
                             command.get_name()));
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&e) != nullptr)
    return usage(fmt::format("{} needs a value; 'tutti help {}' tells more",
                             name, command.get_name()));
  if (dynamic_cast<const CLI::RequiredError*>(&e) != nullptr)
    return usage(fmt::format(
        "'tutti {}' needs {}; 'tutti help {}' tells more", command.get_name(),
        text.substr(0, text.find(" is required")), command.get_name()));
  return usage(text);
}

usage_error check_durability(const std::string& word) {
  if (word.empty()) // not given
    return {};
  return one_of("durability", word, {"full", "normal", "off"});
}

/// In the background both would go into the same file.
usage_error check_detached(bool detach, const std::string& json_file) {
  if (!detach || json_file != "-")
    return {};
  return usage("--detach leaves no standard output for --json -: name a file");
}

usage_error finish(rerun_options& x) {
  if (auto e = check_detached(x.detach, x.json_file))
    return e;
  return check_durability(x.durability);
}

usage_error finish(run_options& x) {
  if (!x.resume_text.empty())
    x.resume = x.resume_text;
  if (x.settled && !x.resume)
    return usage("--settled needs --resume: it says how to go on with a run");
  if (x.dry_run && x.resume)
    return usage("--dry-run tells of a new run; what --resume keeps is listed "
                 "only as it goes on");
  if (auto e = check_detached(x.detach, x.json_file))
    return e;
  if (auto e = misused_files(x))
    return e;
  if (auto e = check_durability(x.durability))
    return e;
  if (auto e = finish(x.machines))
    return e;
  if (!x.jobs_text.empty()) {
    std::uint32_t jobs = 0;
    if (auto e = whole_number("--jobs", x.jobs_text, 1u, jobs))
      return e;
    x.jobs = jobs;
  }
  split_names(x.only);
  split_names(x.skip);
  return finish(x.plan);
}

usage_error finish_up(run_options& x) {
  if (auto e = finish_own_nodes(x.machines))
    return e;
  return finish(x);
}

usage_error finish(play_options& x) {
  if (!x.seed_text.empty()) {
    std::uint64_t seed = 0;
    if (auto e = whole_number("--seed", x.seed_text, std::uint64_t{0}, seed))
      return e;
    x.seed = seed;
  }
  if (!x.seeds_text.empty()) {
    std::uint64_t seeds = 0;
    if (auto e = whole_number("--seeds", x.seeds_text, std::uint64_t{1}, seeds))
      return e;
    x.seeds = seeds;
  }
  if (x.until_failure && x.seeds)
    return usage("--until-failure has no last seed: leave out --seeds");
  if (x.explore
      && (!x.only.empty() || x.realtime || x.trace || !x.junit_file.empty()))
    return usage("--explore plays no scenarios: --only, --realtime, --trace "
                 "and --junit are of no use with it");
  if (x.nodes && !x.explore)
    return usage("--nodes belongs to --explore: a scenario says itself which "
                 "nodes it has");
  if (x.realtime && (x.seeds || x.until_failure))
    return usage("--realtime plays one order: leave out --seeds and "
                 "--until-failure");
  if (!x.json_file.empty() && x.json_file == x.junit_file)
    return usage("--json and --junit need a file each");
  if (x.seed && x.seeds && *x.seed + *x.seeds < *x.seed)
    return usage("there are no so many seeds behind --seed");
  return finish_set(x.set_texts, x.set);
}

usage_error finish(history_options& x) {
  // Without a name: standard output.
  if (x.as_json && x.json_file.empty())
    x.json_file = "-";
  if (x.facts && (x.as_json || !x.count_text.empty()))
    return usage("--facts is of one run, and JSON already: leave out --json "
                 "and --last");
  if (!x.facts && !x.facts_run.empty())
    return usage("'history' lists all runs; for what has happened in one: "
                 "history --facts "
                 + x.facts_run);
  if (x.count_text.empty())
    return {};
  if (auto e = whole_number("--last", x.count_text, std::size_t{0}, x.most))
    return e;
  if (x.most == 0)
    x.most = std::numeric_limits<std::size_t>::max();
  return {};
}

usage_error finish(logs_options& x) {
  if (!x.attempt_text.empty())
    if (auto e = whole_number("--attempt", x.attempt_text, 1u, x.attempt))
      return e;
  int ways = int{x.all} + int{x.follow} + int{x.attempt != 0};
  if (ways > 1)
    return usage("--all, --attempt and --follow do not go together; 'tutti "
                 "help logs' tells more");
  return {};
}

usage_error finish(clean_options& x) {
  if (!x.age_text.empty()) {
    auto age = config::parse_duration(x.age_text);
    if (age.flaw != config::duration_flaw::none)
      return usage(fmt::format("--older-than takes a duration such as 30d or "
                               "12h, and '{}' is not one",
                               x.age_text));
    x.age_max_ns = age.value.count();
  }
  if (!x.size_text.empty()) {
    x.size_max = parse_size(x.size_text);
    if (!x.size_max)
      return usage(fmt::format("--max-size takes a number with its unit, such "
                               "as 0B, 500MiB or 2GiB, and '{}' is not one",
                               x.size_text));
  }
  if (!x.keep_text.empty()) {
    std::size_t keep = 0;
    if (auto e = whole_number("--keep", x.keep_text, std::size_t{0}, keep))
      return e;
    x.keep = keep;
  }
  // Nothing said: what is a month old.
  if (!x.age_max_ns && !x.size_max && !x.keep)
    x.age_max_ns = duration{std::chrono::hours{24 * 30}}.count();
  return {};
}

usage_error finish(nodes_options& x) {
  if (x.as_json && x.json_file.empty())
    x.json_file = "-";
  return {};
}

usage_error finish(doctor_options& x) {
  if (x.as_json && x.json_file.empty())
    x.json_file = "-";
  return {};
}

usage_error finish(inbox_options& x) {
  if (x.wait_text.empty())
    return {};
  auto parsed = config::parse_duration(x.wait_text);
  if (parsed.flaw != config::duration_flaw::none)
    return usage(fmt::format("--wait takes a duration such as 30s or 5m, and "
                             "'{}' is not one",
                             x.wait_text));
  // A wait shorter than the protocol's unit is a wait.
  x.wait_ms =
      std::chrono::ceil<std::chrono::milliseconds>(parsed.value).count();
  return {};
}

usage_error finish(handoff_options& x) {
  for (const auto& text : x.texts) {
    auto at = text.find('=');
    if (at == std::string::npos || at == 0)
      return usage(
          fmt::format("'tutti handoff' takes K=V, and '{}' is not one", text));
    x.outputs.emplace_back(text.substr(0, at), text.substr(at + 1));
  }
  if (x.outputs.empty() && x.note.empty())
    return usage("'tutti handoff' needs something to hand on: K=V or --note");
  return {};
}

usage_error finish(progress_options& x) {
  auto text = x.percent_text;
  if (text.ends_with('%'))
    text.pop_back();
  const auto* end = text.data() + text.size();
  auto [stop, code] = std::from_chars(text.data(), end, x.percent);
  if (code != std::errc{} || stop != end || x.percent < 0 || x.percent > 100)
    return usage(fmt::format("'tutti progress' takes a whole number from 0 to "
                             "100, and '{}' is not one",
                             x.percent_text));
  return {};
}

usage_error finish(session_test_options& x) {
  if (x.argv.empty())
    return usage("'tutti session-test' needs the program to test; 'tutti help "
                 "session-test' tells more");
  if (x.timeout_text.empty())
    return {};
  auto parsed = config::parse_duration(x.timeout_text);
  if (parsed.flaw != config::duration_flaw::none
      || parsed.value <= duration::zero())
    return usage(fmt::format("--timeout takes a duration such as 30s or 5m, "
                             "and '{}' is not one",
                             x.timeout_text));
  x.timeout_ms =
      std::chrono::ceil<std::chrono::milliseconds>(parsed.value).count();
  return {};
}

usage_error finish(const CLI::App& app, parsed& x) {
  switch (x.command) {
  case command_name::run:
    return finish(x.options.run);
  case command_name::check:
    return finish(x.options.check.plan);
  case command_name::simulate:
    return finish(x.options.simulate);
  case command_name::play:
    return finish(x.options.play);
  case command_name::graph:
    if (auto e = one_of("graph format", x.options.graph.format,
                        {"dot", "mermaid", "json"}))
      return e;
    return finish(x.options.graph.plan);
  case command_name::rerun:
    return finish(x.options.rerun);
  case command_name::history:
    return finish(x.options.history);
  case command_name::report:
    return misused_files(x.options.report.files);
  case command_name::logs:
    return finish(x.options.logs);
  case command_name::nodes:
    return finish(x.options.nodes);
  case command_name::node:
    return finish(x.options.node);
  case command_name::clean:
    return finish(x.options.clean);
  case command_name::doctor:
    return finish(x.options.doctor);
  case command_name::request_changes:
    split_names(x.options.verdict.to);
    return {};
  case command_name::inbox:
    return finish(x.options.inbox);
  case command_name::handoff:
    return finish(x.options.handoff);
  case command_name::progress:
    return finish(x.options.progress);
  case command_name::schema:
    return one_of("the schema of", x.options.schema.of, schema_names());
  case command_name::up:
    return finish_up(x.options.up);
  case command_name::certs:
    return finish(x.options.certs);
  case command_name::session_test:
    return finish(x.options.session_test);
  case command_name::stress:
    return finish(x.options.stress);
  case command_name::completion:
    return one_of("completion for", x.options.completion.shell,
                  {"bash", "zsh", "fish"});
  case command_name::help: {
    const auto& word = x.options.help.command;
    if (!word.empty() && !is_command(app, word))
      return unknown_command(app, word);
    return {};
  }
  default:
    return {};
  }
}

/// How many words of the command line are ours: `session-test` is followed by
/// the words of another program, which may look like options. They begin with
/// the first that is none, or behind "--".
int own_words(const CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2 || std::string_view{argv[1]} != "session-test")
    return argc;
  const auto* command = app.get_subcommand(argv[1]);
  int i = 2;
  while (i < argc) {
    std::string word = argv[i];
    if (word == "--" || !word.starts_with('-'))
      return i;
    const auto* option = command->get_option_no_throw(word);
    i += option != nullptr && option->get_type_size() != 0 ? 2 : 1;
  }
  return argc;
}

} // namespace

expected<parsed> parse(int argc, const char* const* argv) {
  parsed result;
  auto app = make_app(result.options);
  std::string first = argc > 1 ? argv[1] : "-";
  if (!first.starts_with('-') && !is_command(*app, first))
    return unknown_command(*app, first);
  try {
    auto own = own_words(*app, argc, argv);
    app->parse(own, argv);
    if (own < argc && std::string_view{argv[own]} == "--")
      ++own;
    result.options.session_test.argv.assign(argv + own, argv + argc);
  } catch (const CLI::CallForHelp&) {
    const auto* chosen = chosen_command(*app);
    result.command = command_name::help;
    if (chosen != nullptr)
      result.options.help.command = chosen->get_name();
    return result;
  } catch (const CLI::CallForVersion&) {
    result.command = command_name::version;
    return result;
  } catch (const CLI::ParseError& e) {
    return parse_error(*app, e);
  }
  result.command = command_of(*app);
  result.options.stress.words.assign(argv + 1, argv + argc);
  if (auto e = finish(*app, result))
    return *e;
  return result;
}

} // namespace tutti::cli
