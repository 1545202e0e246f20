// SPDX-License-Identifier: BSD-3-Clause
// The grammar of what happens in virtual time.
#include "runtime/cli/app_parts.hpp"

namespace tutti::cli {

namespace {

void add_times(CLI::App& app, simulate_options& into) {
  app.add_option("--runs", into.times_text,
                 "Play it N times with drawn times; percentiles of them")
      ->type_name("N");
  app.add_option("--seed", into.seed_text,
                 "Draw times by this seed; 1 with --runs")
      ->type_name("S");
  app.add_option("--history", into.history,
                 "When times of earlier runs count; missing by default")
      ->type_name("missing|always|never");
  add_list(app, "--output", "TASK.KEY=VALUE", into.output_texts,
           "What a task puts out, for an 'if'; repeatable");
  add_list(app, "--approval", "[GATE=]DURATION", into.approval_texts,
           "How long people take to decide; repeatable");
  app.add_option("-j,--jobs", into.jobs_text,
                 "At most N tasks at once, as of tutti run")
      ->type_name("N");
}

void add_changes(CLI::App& app, simulate_options& into) {
  add_list(app, "--agents", "NAME=SLOTS", into.agent_texts,
           "What if an agent had so many slots; repeatable");
  app.add_option("--slots", into.slots_text,
                 "The same for tasks that name no agent")
      ->type_name("N");
  add_list(app, "--drop-gate", "GATE", into.drop_gates,
           "What if there were no such gate; repeatable");
  app.add_flag("--later-as-needs", into.later_as_needs,
               "What if every needs-later were a need");
  app.add_flag("--fifo", into.fifo,
               "What if ready tasks went by plan order, not by rank");
  app.add_flag("--advise", into.advise,
               "Try single changes and list what they gain");
}

void add_simulate(CLI::App& app, simulate_options& into) {
  add_plan(app, into.plan);
  add_changes(app, into);
  add_times(app, into);
  add_list(app, "--only", "TASK", into.only,
           "Only TASK and what it needs; repeatable, or A,B");
  add_list(app, "--skip", "TASK", into.skip,
           "Leave out TASK and what needs it; repeatable, or A,B");
  app.add_option("--json", into.json_file,
                 "Write all figures as JSON; - is standard output")
      ->type_name("FILE");
  app.add_flag("--plain", into.plain, "Lines instead of the chart; ASCII");
  app.add_option("--state-dir", into.state_directory,
                 "Where earlier runs lie; .tutti beside the plan")
      ->type_name("DIR");
}

} // namespace

void add_virtual_commands(CLI::App& app, all_options& into) {
  add_simulate(*add_command(app, "simulate", simulate_text(),
                            command_group::virtual_time),
               into.simulate);
}

} // namespace tutti::cli
