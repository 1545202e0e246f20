// SPDX-License-Identifier: BSD-3-Clause
// One local run, composed: signals, actors, processes, display, report. The
// order of the end matters: the run ends, the actors exit, the supervisor goes
// with whatever it still owns, and only then the actor system.
#include "runtime/session/session.hpp"

#include "messages/error.hpp"
#include "runtime/cluster/certificates.hpp"
#include "runtime/control/socket_directory.hpp"
#include "runtime/display/display.hpp"
#include "runtime/process/supervisor.hpp"
#include "runtime/report/format.hpp"
#include "runtime/session/follow.hpp"
#include "runtime/session/keyboard.hpp"
#include "runtime/session/notifier.hpp"
#include "runtime/session/resume_command.hpp"
#include "runtime/session/run_clock.hpp"
#include "runtime/session/run_feed.hpp"
#include "runtime/session/signals.hpp"
#include "runtime/session/state_directory.hpp"
#include "runtime/session/team.hpp"
#include "runtime/session/view_pause.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <future>
#include <memory>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace tutti::session {

namespace {

std::int32_t exit_code_of(int signal) {
  switch (signal) {
  case SIGINT:
    return static_cast<std::int32_t>(exit_code::interrupted);
  case SIGTERM:
    return static_cast<std::int32_t>(exit_code::terminated);
  default:
    return static_cast<std::int32_t>(exit_code::waiting);
  }
}

/// CAF does not survive a thread that cannot be made, so this asks first: its
/// workers, clock and printer, ours, and some to spare.
bool can_make_threads() {
  std::vector<std::thread> probes;
  bool all = true;
  try {
    for (int i = 0; i < 12; ++i)
      probes.emplace_back([] {});
  } catch (const std::system_error&) {
    all = false;
  }
  for (auto& x : probes)
    x.join();
  return all;
}

session_result refuse(const error& x) {
  fmt::print(stderr, "tutti: {}\n", x.detail);
  return {static_cast<int>(x.code), std::nullopt};
}

std::string stop_text(int signal, int count, duration grace) {
  if (count > 1)
    return "Killing what still runs. Once more leaves at once.";
  return fmt::format("{}: no new task starts; running tasks have {} to end.\n"
                     "Press Ctrl-C again to kill them now.",
                     signal == SIGINT    ? "Ctrl-C"
                     : signal == SIGTERM ? "SIGTERM"
                                         : "SIGHUP",
                     report::format_elapsed(grace));
}

/// The third time nothing is waited for any more, neither a terminal that takes
/// no output nor a supervisor that does not answer. The files of the live run
/// go all the same (rule 10).
[[noreturn]] void leave(int signal, process::supervisor& processes,
                        keyboard& keys, const run_directory& files) {
  keys.suspend();
  control::remove_sockets(control::socket_directories(), files.run_id);
  processes.shut_down();
  tidy_run_directory(files);
  ::_exit(exit_code_of(signal));
}

std::vector<std::uint32_t> slots_of(const plan& p, std::uint32_t local_slots) {
  std::vector<std::uint32_t> result;
  for (const auto& a : p.agents)
    result.push_back(a.slots == 0 ? local_slots : a.slots);
  return result;
}

std::unique_ptr<display::display> make_view(const session_options& options,
                                            const report::report_options& told,
                                            const std::string& join_address) {
  return display::make_display(options.display_fd,
                               {options.plain, options.no_color},
                               {options.quiet, false, told, join_address});
}

engine::graph_options graph_of(const session_options& options,
                               std::uint32_t local_slots) {
  engine::graph_options result;
  result.jobs = options.jobs.value_or(engine::graph_options::no_jobs_limit);
  result.implicit_slots = local_slots;
  result.no_wait = options.no_wait;
  result.placement = true;
  result.local_labels = options.nodes.labels;
  result.nodes_may_join = options.nodes.listens();
  return result;
}

report::report_options told_of(const run_directory& files,
                               const session_options& options,
                               std::uint32_t local_slots) {
  std::error_code gone; // then paths are not shortened
  return {files.run_id, options.jobs, local_slots,
          resume_command(options.plan_path, options.state_directory,
                         std::filesystem::current_path(gone).string(),
                         files.run_id)};
}

/// Approvals that were asked before the run was resumed are told of again.
std::vector<fact> asked_again(const report::run_model& m) {
  std::vector<fact> result;
  for (auto x : m.asked_gates()) {
    fact f;
    f.kind = fact_kind::approval_asked;
    f.subject = x.value;
    f.version = m.gate(x.value).rounds;
    f.at = m.now();
    result.push_back(std::move(f));
  }
  return result;
}

/// What makes the line that is shown work in any folder of this machine.
std::string join_options(const node_choice& x, const std::string& root) {
  if (x.insecure)
    return " --insecure";
  std::error_code gone; // then it stays as it was said
  auto folder = x.certificates.empty() ? cluster::certificates_directory(root)
                                       : x.certificates;
  auto whole = std::filesystem::absolute(folder, gone);
  return " --certs " + shell_word(gone ? folder : whole.string());
}

/// Without a board there is no place to ask what somebody might type.
bool has_board(const session_options& options) {
  return !options.quiet
      && display::detect(options.display_fd, {options.plain, options.no_color})
             .animate;
}

} // namespace

session_result run_session(plan p, const session_options& options,
                           process::supervisor& processes) {
  signal_watch signals; // before anything is made that would have to go
  if (!can_make_threads())
    return refuse({exit_code::environment,
                   "no threads can be made: raise the limit of processes "
                   "(ulimit -u) or of memory (ulimit -v)"});
  if (auto lacking = lacks_nodes(p, options.nodes))
    return refuse(*lacking);
  if (options.nodes.listens())
    if (auto wrong = too_large_for_nodes(p))
      return refuse(*wrong);
  auto root = options.state_directory.empty() ? p.directory + "/.tutti"
                                              : options.state_directory;
  auto files = options.resume_id.empty()
                 ? make_run_directory(root, options.durability)
                 : open_run_directory(root, options.resume_id);
  if (!files)
    return refuse(files.error());
  std::shared_ptr<node_listener> listener;
  cluster::epoch epoch;
  if (options.nodes.listens()) {
    auto opened = node_listener::open(options.nodes, root, files->path);
    if (!opened) {
      tidy_run_directory(*files);
      return refuse(opened.error());
    }
    auto mine = next_epoch(files->path);
    if (!mine)
      return refuse(mine.error());
    listener = std::move(*opened);
    epoch = *mine;
  }
  process::supervisor_options limits;
  limits.log_directory = files->logs;
  limits.io_directory = files->io;
  processes.configure(limits);
  if (!options.secrets.values.empty())
    processes.give_secrets(options.secrets.values);
  auto cores = std::max(1u, std::thread::hardware_concurrency());
  auto local_slots = options.jobs.value_or(cores);
  auto work = std::make_shared<const plan>(std::move(p));
  record_options recorded{*files,
                          work,
                          graph_of(options, local_slots),
                          options.durability,
                          options.plan_path,
                          options.settings,
                          {}};
  std::future<expected<run_record>> beginning;
  if (options.resume_id.empty())
    beginning = begin_record_beside(recorded);
  report::run_model model{*work, slots_of(*work, local_slots)};
  auto record = beginning.valid() ? beginning.get()
                                  : resume_record(recorded, options.resume);
  if (!record) {
    tidy_run_directory(*files);
    return refuse(record.error());
  }
  bool goes_on = record->file != nullptr;
  if (auto wrong = make_log_directory(*files))
    return refuse(*wrong);
  if (options.ready && goes_on)
    options.ready(*files);
  auto told = told_of(*files, options, local_slots);
  // Whoever started nodes has no need to know.
  auto address = listener && options.nodes.own_nodes == 0
                   ? last_join_address(files->path)
                   : std::string{};
  auto view = make_view(options, told, address);
  run_feed feed;
  keyboard keys{STDIN_FILENO};
  auto disk = std::make_shared<artifacts::artifact_disk>(
      files->artifacts, files->payloads,
      options.durability != journal::durability::off);
  for (const auto& x : record->history)
    model.apply(x);
  if (record->torn)
    view->note("tutti: the journal ends in the middle of a write, on which "
               "nothing rested yet; that part is dropped");
  if (!record->notice.empty())
    view->note("tutti: " + record->notice);
  bool whole = true;
  auto elapsed = record->elapsed;
  std::shared_ptr<view_pause> pause; // of the signals' thread
  auto time = std::make_shared<run_clock>();
  auto clock = [time] {
    return time->now();
  };
  lost_directory lost{*files};
  if (goes_on && !address.empty())
    view->note(fmt::format("tutti: nodes join by: tutti node --join {}{}",
                           address, join_options(options.nodes, root)));
  if (!goes_on)
    view->finish(model);
  else {
    team actors{{work,
                 options,
                 local_slots,
                 *files,
                 disk,
                 std::move(*record),
                 recorded.graph,
                 asked_again(model),
                 listener,
                 epoch,
                 {},
                 clock,
                 &processes,
                 &feed}};
    actors.begin(); // before a signal can ask to stop it
    if (options.begun)
      options.begun(*files);
    signals.start({[&](int signal, int count) {
                     if (count > 2)
                       leave(signal, processes, keys, *files);
                     feed.note(stop_text(signal, count, work->grace));
                     actors.stop(exit_code_of(signal), count > 1);
                     if (count > 1)
                       actors.skip_notices();
                   },
                   [&] {
                     keys.suspend();
                     pause = pause_view(feed, *view);
                     processes.suspend_lease();
                     time->stop();
                   },
                   [&] {
                     time->go_on();
                     processes.resume_lease();
                     keys.resume();
                     pause->goes_on.open();
                   }});
    whole = follow({feed, model, *view, has_board(options) ? &keys : nullptr,
                    [&](const gate_decision& x) {
                      actors.decide(x);
                    },
                    elapsed, clock,
                    [&] {
                      return lost.look();
                    }});
    keys.listen(false);
    if (auto text = lost.look(); !text.empty())
      view->note("tutti: " + text);
    view->finish(model);
    if (whole) {
      actors.await_logs();
      actors.await_notices();
      actors.let_nodes_go();
    }
    for (const auto& x : feed.take({}).notes)
      view->note(x);
    processes.finish();
    signals.stop();
    actors.close_sockets();
    // Its reader thread speaks to actors: it ends before they do.
    processes.shut_down();
  }
  tidy_run_directory(*files);
  auto code = whole ? model.exit_code() : static_cast<int>(exit_code::internal);
  auto report = report::make_report(model, told);
  report.exit_code = code;
  report.whole = [disk](const auto& x) {
    return disk->whole(x);
  };
  return {code, std::move(report)};
}

} // namespace tutti::session
