// SPDX-License-Identifier: BSD-3-Clause
// The grammar of what looks at the runs of a state directory.
#include "runtime/cli/app_parts.hpp"

namespace tutti::cli {

namespace {

void add_state_directory(CLI::App& app, std::string& into) {
  app.add_option("--state-dir", into,
                 "The state directory of the runs; .tutti by default")
      ->type_name("DIR");
}

void add_history(CLI::App& app, history_options& into) {
  app.add_option("-n,--last", into.count_text,
                 "Only the newest N; 20 by default, 0: all")
      ->type_name("N");
  app.add_option_function<std::string>(
         "--json",
         [&into](const std::string& file) {
           into.as_json = true;
           into.json_file = file;
         },
         "Print the list as JSON; with FILE write it there")
      ->type_name("FILE")
      ->expected(0, 1)
      ->trigger_on_parse();
  app.add_flag("--no-color", into.no_color,
               "No colour, even on a terminal (also: NO_COLOR=1)");
  add_state_directory(app, into.state_directory);
}

void add_logs(CLI::App& app, logs_options& into) {
  app.add_option("TASK", into.task, "The task")->type_name("TASK")->required();
  app.add_flag("-f,--follow", into.follow,
               "Print what comes, until the task is done");
  app.add_option("--attempt", into.attempt_text,
                 "Of this attempt; the latest that wrote something by default")
      ->type_name("N");
  app.add_flag("--all", into.all, "Of all attempts");
  app.add_option("--run", into.run_id,
                 "Which run, its first letters will do; the newest by default")
      ->type_name("ID");
  add_state_directory(app, into.state_directory);
}

} // namespace

void add_kept_commands(CLI::App& app, all_options& into) {
  constexpr auto kept = command_group::kept;
  add_history(*add_command(app, "history", history_text(), kept), into.history);
  add_logs(*add_command(app, "logs", logs_text(), kept), into.logs);
}

} // namespace tutti::cli
