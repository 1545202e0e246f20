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

template <class Options>
void add_json(CLI::App& app, Options& into, const char* text) {
  app.add_option_function<std::string>(
         "--json",
         [&into](const std::string& file) {
           into.as_json = true;
           into.json_file = file;
         },
         text)
      ->type_name("FILE")
      ->expected(0, 1)
      ->trigger_on_parse();
}

void add_history(CLI::App& app, history_options& into) {
  app.add_option("-n,--last", into.count_text,
                 "Only the newest N; 20 by default, 0: all")
      ->type_name("N");
  add_json(app, into, "Print the list as JSON; with FILE write it there");
  app.add_option("RUN", into.facts_run,
                 "With --facts: which run, its first letters will do; the "
                 "newest by default")
      ->type_name("RUN");
  app.add_flag("--facts", into.facts,
               "Print what has happened in one run, a JSON object a line");
  app.add_flag("--no-color", into.no_color,
               "No colour, even on a terminal (also: NO_COLOR=1)");
  add_state_directory(app, into.state_directory);
}

void add_report(CLI::App& app, report_command_options& into) {
  app.add_option("RUN", into.run_id,
                 "Which run, its first letters will do; the newest by default")
      ->type_name("RUN");
  app.add_option("-f,--file", into.plan,
                 "The newest run of which plan; of any by default")
      ->type_name("PLAN");
  app.add_option("--against", into.against,
                 "Say what is different from that run")
      ->type_name("RUN");
  app.add_option("--json", into.files.json,
                 "Write the whole as JSON; - is standard output")
      ->type_name("FILE");
  add_report_files(app, into.files);
  app.add_flag("--no-color", into.no_color,
               "No colour, even on a terminal (also: NO_COLOR=1)");
  add_state_directory(app, into.state_directory);
}

void add_nodes(CLI::App& app, nodes_options& into) {
  app.add_option("RUN", into.run_id,
                 "Which run, its first letters will do; the newest by default")
      ->type_name("RUN");
  add_json(app, into, "Print the nodes as JSON; with FILE write them there");
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

void add_clean(CLI::App& app, clean_options& into) {
  app.add_option("--older-than", into.age_text,
                 "Runs in which nothing happened for so long; 30d by default")
      ->type_name("DURATION");
  app.add_option("--max-size", into.size_text,
                 "The oldest, until runs and artifacts take no more than this")
      ->type_name("SIZE");
  app.add_option("--keep", into.keep_text,
                 "The newest N stay; given alone, all others go")
      ->type_name("N");
  app.add_flag("--unfinished", into.unfinished,
               "Also runs that can go on, and unreadable ones");
  app.add_flag("-n,--dry-run", into.dry_run, "Only say what would go");
  add_state_directory(app, into.state_directory);
}

void add_doctor(CLI::App& app, doctor_options& into) {
  app.add_option("PLAN", into.plan, "A plan that is to be run, too")
      ->type_name("PLAN");
  add_json(app, into, "Print the checks as JSON; with FILE write them there");
  app.add_flag("--no-color", into.no_color,
               "No colour, even on a terminal (also: NO_COLOR=1)");
  app.add_option("--state-dir", into.state_directory,
                 "The state directory; .tutti beside the plan, or here")
      ->type_name("DIR");
}

void add_attach(CLI::App& app, attach_options& into) {
  app.add_option("RUN", into.run_id,
                 "Which live run; its first letters will do")
      ->type_name("ID");
  app.add_flag("--plain", into.plain, "Lines instead of the live board");
  app.add_flag("-q,--quiet", into.quiet, "Only failures and the summary");
  app.add_flag("--no-color", into.no_color,
               "No colour, even on a terminal (also: NO_COLOR=1)");
  add_state_directory(app, into.state_directory);
}

} // namespace

void add_report_files(CLI::App& app, report_files& into) {
  app.add_option("--csv", into.csv, "Write a table, one row a task")
      ->type_name("FILE");
  app.add_option("--trace", into.trace,
                 "Write a trace for Perfetto or chrome://tracing")
      ->type_name("FILE");
  app.add_option("--html", into.html,
                 "Write one page with chart and graph, for a browser")
      ->type_name("FILE");
  app.add_option("--junit", into.junit, "Write JUnit XML, one case a task")
      ->type_name("FILE");
}

void add_attach_command(CLI::App& app, all_options& into) {
  add_attach(*add_command(app, "attach", attach_text(), command_group::live),
             into.attach);
}

void add_doctor_command(CLI::App& app, all_options& into) {
  add_doctor(*add_command(app, "doctor", doctor_text(), command_group::more),
             into.doctor);
}

void add_kept_commands(CLI::App& app, all_options& into) {
  constexpr auto kept = command_group::kept;
  add_history(*add_command(app, "history", history_text(), kept), into.history);
  add_report(*add_command(app, "report", report_text(), kept), into.report);
  add_nodes(*add_command(app, "nodes", nodes_text(), kept), into.nodes);
  add_logs(*add_command(app, "logs", logs_text(), kept), into.logs);
  add_clean(*add_command(app, "clean", clean_text(), kept), into.clean);
}

} // namespace tutti::cli
