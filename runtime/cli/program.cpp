// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/program.hpp"

#include "runtime/cli/commands.hpp"
#include "runtime/cli/completion.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/parse.hpp"
#include "runtime/version.hpp"

#include <fmt/format.h>

#include <malloc.h>

#include <csignal>
#include <exception>
#include <utility>

namespace tutti::cli {

namespace {

/// `tutti` alone is a usage error that says what there is.
int print_short_help() {
  all_options unused;
  print_message(help_of(*make_app(unused)));
  return static_cast<int>(exit_code::bad_plan);
}

int print_help(const std::string& command) {
  all_options unused;
  auto app = make_app(unused);
  return print_data(
      help_of(command.empty() ? *app : *app->get_subcommand(command)));
}

int print_completion(const std::string& shell) {
  all_options unused;
  return print_data(completion_script(*make_app(unused), shell));
}

int dispatch(const parsed& x, const native::agents& team) {
  switch (x.command) {
  case command_name::none:
    return print_short_help();
  case command_name::help:
    return print_help(x.options.help.command);
  case command_name::version:
    return print_data(fmt::format("tutti {}\n", runtime::version()));
  case command_name::run:
    return run_command(x.options.run, team);
  case command_name::rerun:
    return rerun_command(x.options.rerun, team);
  case command_name::check:
    return check_command(x.options.check, team);
  case command_name::play:
    return play_command(x.options.play);
  case command_name::graph:
    return graph_command(x.options.graph);
  case command_name::simulate:
    return simulate_command(x.options.simulate);
  case command_name::schema:
    return schema_command(x.options.schema);
  case command_name::init:
    return init_command(x.options.init);
  case command_name::history:
    return history_command(x.options.history);
  case command_name::report:
    return report_command(x.options.report);
  case command_name::nodes:
    return nodes_command(x.options.nodes);
  case command_name::logs:
    return logs_command(x.options.logs);
  case command_name::clean:
    return clean_command(x.options.clean);
  case command_name::doctor:
    return doctor_command(x.options.doctor);
  case command_name::attach:
    return attach_command(x.options.attach);
  case command_name::status:
    return status_command(x.options.status);
  case command_name::explain:
    return explain_command(x.options.explain);
  case command_name::approve:
    return verdict_command(x.options.verdict, "approve");
  case command_name::request_changes:
    return verdict_command(x.options.verdict, "request-changes");
  case command_name::reject:
    return verdict_command(x.options.verdict, "reject");
  case command_name::cancel:
    return steer_command(x.options.steer, "cancel");
  case command_name::retry:
    return steer_command(x.options.steer, "retry");
  case command_name::pause:
    return steer_command(x.options.steer, "pause");
  case command_name::resume:
    return steer_command(x.options.steer, "resume");
  case command_name::node:
    return node_command(x.options.node, team);
  case command_name::inbox:
    return inbox_command(x.options.inbox);
  case command_name::handoff:
    return handoff_command(x.options.handoff);
  case command_name::progress:
    return progress_command(x.options.progress);
  case command_name::request:
    return request_command(x.options.request);
  case command_name::note:
    return note_command(x.options.note);
  case command_name::up:
    return run_command(x.options.up, team);
  case command_name::certs:
    return certs_command(x.options.certs);
  case command_name::session_test:
    return session_test_command(x.options.session_test);
  case command_name::stress:
    return stress_command(x.options.stress);
  case command_name::completion:
    return print_completion(x.options.completion.shell);
  }
  return static_cast<int>(exit_code::internal);
}

/// A run outlives the reader of its output, and its end says that output was
/// lost; everything else ends quietly with its reader, as in `tutti graph |
/// head`.
void choose_sigpipe(const parsed& x) {
  bool runs = (x.command == command_name::run && !x.options.run.dry_run)
           || x.command == command_name::rerun || x.command == command_name::up
           || x.command == command_name::node;
  std::signal(SIGPIPE, runs ? SIG_IGN : SIG_DFL);
}

/// Messages are made on one thread and freed on another, so the tops of heaps
/// come and go: the system is not to be asked for them, nor told of them, a few
/// times a task. What is large and goes is given back all the same.
void keep_tops_of_heaps() {
  ::mallopt(M_TRIM_THRESHOLD, 4 << 20);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

} // namespace

int program(int argc, const char* const* argv, const native::agents& team,
            std::function<void()> probe) {
  open_standard_descriptors();
  keep_tops_of_heaps();
  try {
    auto x = parse(argc, argv);
    if (!x)
      return fail(x.error());
    choose_sigpipe(*x);
    x->options.run.probe = std::move(probe);
    return dispatch(*x, team);
  } catch (const std::exception& e) {
    return fail(
        {exit_code::internal,
         fmt::format("internal fault, please report it: {}", e.what())});
  }
}

} // namespace tutti::cli
