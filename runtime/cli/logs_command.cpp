// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/log_printer.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/state.hpp"
#include "runtime/control/run_lock.hpp"
#include "runtime/journal/coming_log.hpp"
#include "runtime/journal/run_list.hpp"
#include "runtime/journal/task_log.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

namespace tutti::cli {

namespace {

using journal::logged_attempt;
using journal::task_log;

/// Between two looks at a log that grows.
constexpr auto look = std::chrono::milliseconds(200);
/// So long the end of a log that comes from a node is waited for: the node may
/// be lost.
constexpr auto coming_max = std::chrono::seconds(10);

bool to_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}

std::string ended_how(const logged_attempt& x) {
  return x.end.empty() ? "has not ended" : "ended in " + x.end;
}

int nothing(std::string text) {
  return fail({exit_code::nothing_to_run, std::move(text)});
}

int has_no_log(const task_log& log, const std::string& task) {
  if (log.attempts().empty())
    return nothing(fmt::format("task '{}' has no log: it never started and is "
                               "{}",
                               task, log.state()));
  return nothing(
      fmt::format("task '{}' has no log: its {} wrote nothing", task,
                  log.attempts().size() == 1
                      ? std::string{"attempt"}
                      : fmt::format("{} attempts", log.attempts().size())));
}

int print_one(const std::string& path) {
  log_printer printer{to_terminal()};
  int code = printer.begin(path);
  if (code == 0)
    code = printer.more();
  return code == 0 ? printer.finish() : code;
}

/// Each attempt under a head, as `tail` has it.
int print_all(const task_log& log, const logs_options& options) {
  if (log.attempts().empty())
    return has_no_log(log, options.task);
  std::string before;
  for (const auto& x : log.attempts()) {
    auto path = log.path_of(x);
    auto what = path.empty()   ? ", wrote nothing"
              : path == before ? ", in the log above"
                               : "";
    int code = print_data(fmt::format("==> attempt {} ({}, {}{}) <==\n",
                                      x.number, x.phase, ended_how(x), what));
    if (code == 0 && !path.empty() && path != before)
      code = print_one(path);
    if (code != 0)
      return code;
    before = path;
  }
  return 0;
}

int print_attempt(const task_log& log, const logs_options& options) {
  const auto& all = log.attempts();
  auto at = std::find_if(all.begin(), all.end(), [&](const auto& x) {
    return x.number == options.attempt;
  });
  if (at == all.end())
    return fail(
        {exit_code::bad_plan,
         fmt::format(
             "task '{}' has no attempt {}; {}", options.task, options.attempt,
             all.empty() ? "it never started"
                         : fmt::format("its last is {}", all.back().number))});
  auto path = log.path_of(*at);
  if (path.empty())
    return nothing(fmt::format("attempt {} of task '{}' wrote nothing",
                               at->number, options.task));
  return print_one(path);
}

struct found_log {
  std::uint32_t attempt = 0; ///< 0: there is none
  std::string path;
};

/// The log of the latest attempt that has one.
found_log latest(const task_log& log) {
  for (auto x = log.attempts().rbegin(); x != log.attempts().rend(); ++x)
    if (auto path = log.path_of(*x); !path.empty())
      return {x->number, std::move(path)};
  return {};
}

/// Follows the log, through new attempts, until nothing more can come.
int follow(task_log& log, const journal::run_entry& run,
           const logs_options& options) {
  using clock = std::chrono::steady_clock;
  log_printer printer{to_terminal()};
  auto grew_at = clock::now();
  for (;;) {
    // Before the look at the log: what was written by then is shown.
    bool lives = control::holder_of(run.path) == control::run_holder::somebody;
    if (auto wrong = log.refresh())
      return fail(*wrong);
    bool over = log.is_over() || !lives;
    auto newest = latest(log);
    bool coming = lives && journal::is_log_coming(newest.path);
    auto printed = printer.printed_bytes();
    if (newest.path != printer.path()) {
      int code = printer.more();
      if (code == 0)
        code = printer.begin(newest.path);
      if (code != 0)
        return code;
      if (newest.attempt > 1)
        note(fmt::format("attempt {} of '{}'", newest.attempt, options.task));
    }
    if (int code = printer.more(); code != 0)
      return code;
    if (printer.printed_bytes() != printed || !over)
      grew_at = clock::now();
    if (over && !(coming && clock::now() - grew_at < coming_max)) {
      int code = printer.finish();
      note(log.is_over()
               ? fmt::format("task '{}' is {}", options.task, log.state())
               : fmt::format("run {} does not live any more; task '{}' was "
                             "{}",
                             run.id, options.task, log.state()));
      return code;
    }
    std::this_thread::sleep_for(look);
  }
}

} // namespace

int logs_command(const logs_options& options) {
  auto run = journal::find_run(
      {state_directory_of(options.state_directory), options.run_id, {}});
  if (!run)
    return fail(run.error());
  auto log = task_log::open(run->path, options.task);
  if (!log)
    return fail(log.error());
  if (options.all)
    return print_all(*log, options);
  if (options.attempt != 0)
    return print_attempt(*log, options);
  if (options.follow)
    return follow(*log, *run, options);
  auto path = latest(*log).path;
  return path.empty() ? has_no_log(*log, options.task) : print_one(path);
}

} // namespace tutti::cli
