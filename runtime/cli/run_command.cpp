// SPDX-License-Identifier: BSD-3-Clause
#include "config/diagnostic.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/detach.hpp"
#include "runtime/cli/forecast.hpp"
#include "runtime/cli/kept_run.hpp"
#include "runtime/cli/load.hpp"
#include "runtime/cli/native_check.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/program_path.hpp"
#include "runtime/cli/report_files.hpp"
#include "runtime/cli/resume.hpp"
#include "runtime/cli/run_settings.hpp"
#include "runtime/process/supervisor.hpp"
#include "runtime/report/report_json.hpp"
#include "runtime/secrets/secret_values.hpp"
#include "runtime/session/session.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace tutti::cli {

namespace {

loaded_plan selected_plan(const run_options& options) {
  return select_or_explain(load_or_explain(options.plan, true), options.only,
                           options.skip);
}

journal::durability durability_of(const std::string& word) {
  using enum journal::durability;
  return word == to_string(off)    ? off
       : word == to_string(normal) ? normal
                                   : full;
}

session::session_options session_options_of(const run_options& options,
                                            const native::agents& team) {
  session::session_options result;
  result.natives = &team;
  result.durability = durability_of(options.durability);
  result.resume = {options.settled, options.retry_failed};
  result.settings = settings_json(options);
  result.probe = options.probe;
  result.jobs = options.jobs;
  result.no_wait = options.no_wait;
  const auto& machines = options.machines;
  if (!machines.listen.empty())
    if (auto where = session::read_host_port(machines.listen, true)) {
      result.nodes.host = where->host;
      result.nodes.port = where->port;
    }
  result.nodes.insecure = machines.insecure;
  result.nodes.certificates = machines.certificates;
  result.nodes.labels = session::with_native_labels(machines.labels, &team);
  result.nodes.nodes_min = machines.nodes_min;
  result.nodes.own_nodes = machines.own_nodes;
  result.state_directory = options.state_directory;
  result.display_fd = options.json_file == "-" || options.more.print()
                        ? STDERR_FILENO
                        : STDOUT_FILENO;
  result.plain = options.plain;
  result.no_color = options.plan.no_color;
  result.quiet = options.quiet;
  return result;
}

/// Prints what native agents there should be, and are not.
bool lacks_natives(const loaded_plan& x, const run_options& options,
                   const native::agents& team) {
  auto found = native_findings(*x.value, x.map, team, config::severity::error);
  print_message(
      config::render(found, x.source, message_color(options.plan.no_color)));
  return !found.empty();
}

int print_dry_run(const plan& p, const run_options& options) {
  auto forecast = make_forecast(p);
  if (options.json_file.empty())
    return print_data(forecast_text(p, forecast));
  int code = write_data(options.json_file, forecast_json(p, forecast));
  bool free = options.json_file != "-" && !options.quiet;
  return code == 0 && free ? print_data(forecast_text(p, forecast)) : code;
}

} // namespace

namespace {

/// The other forms of the report, from the journal.
int write_more(const run_options& options, const std::string& run_id) {
  auto run = read_kept_run({run_id, absolute_plan(options), state_of(options)});
  return run ? write_report_files(*run, run->report(), options.more)
             : fail(run.error());
}

/// Runs it in this process, which was forked where the run is detached. `given`
/// are the descriptors that it was started with.
int run_here(run_options options, const native::agents& team,
             const std::vector<int>& given, background* foreground) {
  expose_program();
  // Forked before the plan is in memory, so that the child stays small.
  auto processes = process::supervisor::fork_now();
  if (!processes)
    return fail(processes.error());
  auto chosen = choose_run(options);
  if (!chosen)
    return fail(chosen.error());
  auto loaded = selected_plan(options);
  if (!loaded.value)
    return loaded.exit_code;
  if (lacks_natives(loaded, options, team))
    return static_cast<int>(exit_code::bad_plan);
  // Said now rather than after hours of work.
  if (auto e = cannot_write_data(options.json_file))
    return fail(*e);
  if (auto e = cannot_write(options.more))
    return fail(*e);
  auto mine = session_options_of(options, team);
  auto values = secrets::read_all(*loaded.value, given);
  if (!values)
    return fail(values.error());
  for (const auto& x : values->warnings)
    note(x);
  mine.secrets = std::move(*values);
  mine.resume_id = *chosen;
  mine.plan_path = absolute_plan(options);
  if (foreground != nullptr) {
    mine.ready = [foreground](const session::run_directory& files) {
      foreground->write_to_log(files);
    };
    mine.begun = [foreground](const session::run_directory& files) {
      foreground->end(files.run_id);
    };
  }
  auto result =
      session::run_session(std::move(*loaded.value), mine, **processes);
  if (!result.report)
    return result.exit_code;
  int code = 0;
  if (!options.json_file.empty())
    code = write_data(options.json_file, report::to_json(*result.report));
  if (code == 0 && options.more.has_more())
    code = write_more(options, result.report->run_id);
  // A lost report is an unusable environment, which semantics §27 ranks above
  // all that a run can end with.
  return code == 0 ? result.exit_code : code;
}

} // namespace

int run_command(run_options options, const native::agents& team) {
  if (options.dry_run) {
    auto loaded = selected_plan(options);
    if (!loaded.value)
      return loaded.exit_code;
    return print_dry_run(*loaded.value, options);
  }
  auto given = secrets::open_descriptors(); // before any is ours
  if (!options.detach)
    return run_here(std::move(options), team, given, nullptr);
  auto forked = detach();
  if (!forked)
    return fail(forked.error());
  if (!forked->child)
    return forked->exit_code;
  return run_here(std::move(options), team, given, forked->child.get());
}

} // namespace tutti::cli
