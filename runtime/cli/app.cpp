// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/app.hpp"

#include "runtime/cli/app_parts.hpp"
#include "runtime/cli/help_text.hpp"
#include "runtime/cli/schema_names.hpp"
#include "runtime/version.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tutti::cli {

void add_list(CLI::App& app, const char* name, const char* type,
              std::vector<std::string>& into, const char* text) {
  app.add_option(name, into, text)
      ->type_name(type)
      ->allow_extra_args(false)
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

std::string_view group_name(command_group x) {
  switch (x) {
  case command_group::plans:
    return "Plans and runs";
  case command_group::virtual_time:
    return "Virtual time";
  case command_group::kept:
    return "Runs on disk";
  case command_group::live:
    return "A live run";
  case command_group::inside:
    return "Inside a task";
  case command_group::machines:
    return "Many machines";
  case command_group::more:
    return "More";
  }
  return "More";
}

CLI::App* add_command(CLI::App& app, const char* name, const command_text& x,
                      command_group where) {
  auto* command = app.add_subcommand(name, x.summary);
  command->footer(x.details);
  command->group(std::string{group_name(where)});
  return command;
}

void add_plan(CLI::App& app, plan_options& into) {
  app.add_option("PLAN", into.plan, "The plan; tutti.yaml where none is named")
      ->type_name("PLAN");
  app.add_option("-f,--file", into.file, "The same as PLAN")->type_name("PLAN");
  add_list(app, "--set", "K=V", into.set_texts,
           "Set parameter K of the plan; repeatable");
  app.add_flag("--no-color", into.no_color,
               "No colour, even on a terminal (also: NO_COLOR=1)");
}

namespace {

void add_durability(CLI::App& app, std::string& into) {
  app.add_option("--durability", into,
                 "What survives a kill or a power loss: full, normal or off")
      ->type_name("full|normal|off");
}

/// Which tasks of a plan, and what is told of them.
void add_what_and_how(CLI::App& app, run_options& into) {
  add_list(app, "--only", "TASK", into.only,
           "Only TASK and what it needs; repeatable, or A,B");
  add_list(app, "--skip", "TASK", into.skip,
           "Leave out TASK and what needs it; repeatable, or A,B");
  app.add_option("--json", into.json_file,
                 "Write the report as JSON; - is standard output")
      ->type_name("FILE");
  add_report_files(app, into.more);
  app.add_flag("--plain", into.plain, "Lines instead of the live board");
  app.add_flag("-q,--quiet", into.quiet, "Only failures and the summary");
  app.add_option("--state-dir", into.state_directory,
                 "Where logs and journals go; .tutti beside the plan")
      ->type_name("DIR");
}

void add_run(CLI::App& app, run_options& into) {
  add_plan(app, into.plan);
  app.add_option("-j,--jobs", into.jobs_text, "At most N tasks at once")
      ->type_name("N");
  app.add_flag("-n,--dry-run", into.dry_run,
               "Print what would run in which order; do nothing");
  app.add_flag("--no-wait", into.no_wait,
               "End, resumable, where only a person could make it go on");
  app.add_flag("--resume{last}", into.resume_text,
               "Go on with this plan's last run; --resume=RUN: with that one");
  app.add_flag("--settled", into.settled,
               "With --resume: keep results, plan all else anew");
  add_durability(app, into.durability);
  app.add_flag("-d,--detach", into.detach,
               "Run in the background; see tutti attach");
  add_what_and_how(app, into);
  add_machines(app, into.machines);
}

void add_up(CLI::App& app, run_options& into) {
  add_plan(app, into.plan);
  add_own_nodes(app, into.machines);
  app.add_option("-j,--jobs", into.jobs_text, "At most N tasks at once")
      ->type_name("N");
  add_what_and_how(app, into);
}

void add_rerun(CLI::App& app, rerun_options& into) {
  app.add_option("RUN", into.run_id, "Which run; the last one by default")
      ->type_name("RUN");
  app.add_flag("--failed", into.failed,
               "What failed or was cancelled is tried again")
      ->required();
  app.add_option("-f,--file", into.plan,
                 "The last run of which plan; tutti.yaml by default")
      ->type_name("PLAN");
  add_durability(app, into.durability);
  app.add_option("--json", into.json_file,
                 "Write the report as JSON; - is standard output")
      ->type_name("FILE");
  app.add_flag("-d,--detach", into.detach,
               "Run in the background; see tutti attach");
  app.add_flag("--no-wait", into.no_wait,
               "End, resumable, where only a person could make it go on");
  app.add_flag("--plain", into.plain, "Lines instead of the live board");
  app.add_flag("-q,--quiet", into.quiet, "Only failures and the summary");
  app.add_flag("--no-color", into.no_color,
               "No colour, even on a terminal (also: NO_COLOR=1)");
  app.add_option("--state-dir", into.state_directory,
                 "Where logs and journals lie; .tutti beside the plan")
      ->type_name("DIR");
}

void add_check(CLI::App& app, check_options& into) {
  add_plan(app, into.plan);
  app.add_option("--json", into.json_file,
                 "Write the findings as JSON; - is standard output")
      ->type_name("FILE");
  app.add_flag("--strict", into.strict, "Exit with 2 on warnings, too");
  app.add_option("--explain", into.explain,
                 "Say what a warning means, and what to do; reads no plan")
      ->type_name("CODE");
  app.add_flag("-q,--quiet", into.quiet,
               "No summary where there are no errors");
}

std::string left_column(const CLI::Option& x) {
  std::string text = "  ";
  if (!x.get_positional()) {
    // Long-only options line up behind the "-x, " of the others.
    if (x.get_snames().empty())
      text += "    ";
    for (const auto& name : x.get_snames())
      text += "-" + name + ", ";
    for (const auto& name : x.get_lnames())
      text += "--" + name;
    if (x.get_type_size() == 0 || x.get_type_name().empty())
      return text;
    text += " ";
  }
  // Where the type lists the words, it says more than the name.
  bool words = x.get_type_name().find('|') != std::string::npos;
  bool named = x.get_positional() && !words;
  return text + (named ? x.get_name(true) : x.get_type_name());
}

void add_row(std::string& text, std::string left, std::string_view right) {
  constexpr std::size_t column = 26;
  if (left.size() + 2 > column)
    left += "\n" + std::string(column, ' ');
  else
    left.resize(column, ' ');
  text += left;
  text += right;
  text += '\n';
}

void add_options_help(std::string& text, const CLI::App& app,
                      bool positionals) {
  bool first = true;
  for (const auto* option : app.get_options()) {
    if (option->get_positional() != positionals)
      continue;
    if (first)
      text += positionals ? "\nArguments:\n" : "\nOptions:\n";
    first = false;
    add_row(text, left_column(*option), option->get_description());
  }
}

std::string usage_of(const CLI::App& app) {
  std::string text = "Usage: tutti";
  if (app.get_parent() != nullptr)
    text += " " + app.get_name();
  else
    text += " COMMAND";
  text += " [OPTIONS]";
  for (const auto* option : app.get_options()) {
    if (!option->get_positional())
      continue;
    bool words = option->get_type_name().find('|') != std::string::npos;
    auto name = words ? option->get_type_name() : option->get_name(true);
    text += option->get_required() ? " " + name : " [" + name + "]";
    if (option->get_items_expected_max() > 1)
      text += "...";
  }
  return text + "\n";
}

void add_session_test(CLI::App& app, session_test_options& into) {
  app.add_option("CMD", into.argv, "The program and its arguments")
      ->type_name("CMD");
  app.add_option("--timeout", into.timeout_text,
                 "How long an answer may take; 30s by default")
      ->type_name("DURATION");
}

} // namespace

std::unique_ptr<CLI::App> make_app(all_options& into) {
  auto app = std::make_unique<CLI::App>(program_text().summary, "tutti");
  app->footer(program_text().details);
  app->set_help_flag("-h,--help", "Print this help");
  app->require_subcommand(0, 1);
  add_run(*add_command(*app, "run", run_text(), command_group::plans),
          into.run);
  add_up(*add_command(*app, "up", up_text(), command_group::machines), into.up);
  add_rerun(*add_command(*app, "rerun", rerun_text(), command_group::plans),
            into.rerun);
  add_check(*add_command(*app, "check", check_text(), command_group::plans),
            into.check);
  auto* graph = add_command(*app, "graph", graph_text(), command_group::plans);
  add_plan(*graph, into.graph.plan);
  graph
      ->add_option("--format", into.graph.format,
                   "How to write it; dot by default")
      ->type_name("dot|mermaid|json");
  add_command(*app, "schema", schema_text(), command_group::plans)
      ->add_option("WHAT", into.schema.of,
                   "The schema of what; plan by default")
      ->type_name(fmt::format("{}", fmt::join(schema_names(), "|")));
  add_command(*app, "init", init_text(), command_group::plans)
      ->add_option("DIR", into.init.directory, "Where to; here by default")
      ->type_name("DIR");
  add_play_command(*app, into);
  add_virtual_commands(*app, into);
  add_kept_commands(*app, into);
  add_live_commands(*app, into);
  add_attach_command(*app, into);
  add_inside_commands(*app, into);
  add_machine_commands(*app, into);
  add_doctor_command(*app, into);
  add_session_test(*add_command(*app, "session-test", session_test_text(),
                                command_group::more),
                   into.session_test);
  add_stress_command(*app, into);
  add_command(*app, "completion", completion_text(), command_group::more)
      ->add_option("SHELL", into.completion.shell, "For which shell")
      ->type_name("bash|zsh|fish")
      ->required();
  add_command(*app, "help", help_command_text(), command_group::more)
      ->add_option("COMMAND", into.help.command, "Of which command")
      ->type_name("COMMAND");
  app->set_version_flag("--version", "tutti " + std::string{runtime::version()},
                        "Print the version");
  return app;
}

std::string help_of(const CLI::App& app) {
  std::string text = app.get_description() + "\n\n" + usage_of(app);
  auto commands = app.get_subcommands([](const CLI::App*) {
    return true;
  });
  std::string group;
  for (const auto* command : commands) {
    if (command->get_group() != std::exchange(group, command->get_group()))
      text += "\n" + group + ":\n";
    add_row(text, "  " + command->get_name(), command->get_description());
  }
  add_options_help(text, app, true);
  add_options_help(text, app, false);
  return text + "\n" + app.get_footer();
}

const CLI::App* chosen_command(const CLI::App& app) {
  auto parsed = app.get_subcommands();
  return parsed.empty() ? nullptr : parsed.front();
}

} // namespace tutti::cli
