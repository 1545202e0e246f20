// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/resume.hpp"

#include "runtime/cli/output.hpp"
#include "runtime/cli/run_settings.hpp"
#include "runtime/control/run_lock.hpp"
#include "runtime/journal/run_list.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <system_error>
#include <utility>

namespace tutti::cli {

namespace {

namespace fs = std::filesystem;
using journal::run_entry;

bool exists(const std::string& path) {
  std::error_code unknown; // then it may be there
  return fs::exists(path, unknown) || unknown;
}

std::string parent(const std::string& path) {
  return fs::path{path}.parent_path().string();
}

/// Whether a run has come here with its state directory, or its plan has gone:
/// what was moved, copied or renamed. By default a run lies beside its plan.
bool is_displaced(const run_entry& found, const run_options& x) {
  if (found.plan_path.empty())
    return false;
  return !exists(found.plan_path)
      || (x.state_directory.empty()
          && parent(found.plan_path) != parent(absolute_plan(x)));
}

error displaced(const run_entry& found, const run_options& x) {
  return {
      exit_code::bad_plan,
      fmt::format("run {} in '{}' is of the plan '{}', which {}: was it "
                  "moved, copied or renamed? 'tutti run PLAN --resume={}' "
                  "goes on with that run, 'tutti run PLAN' starts a new one",
                  found.id, state_of(x), found.plan_path,
                  exists(found.plan_path) ? "lies in another folder"
                                          : "is not there any more",
                  found.id)};
}

/// It goes on where it was found, whatever the plan's path was.
expected<std::string> go_on_with(const run_entry& found, run_options& x) {
  auto state = state_of(x);
  if (chooses_other_tasks(found.settings, x))
    return error{exit_code::bad_plan,
                 fmt::format("run {} has the tasks it began with, and the "
                             "results of others would be lost: leave --only "
                             "away, or use --skip",
                             found.id)};
  if (x.plan.plan.empty() && is_displaced(found, x)) {
    auto here = fs::path{parent(absolute_plan(x))}
              / fs::path{found.plan_path}.filename();
    if (!exists(here.string()))
      return displaced(found, x);
    note(fmt::format("run {} began with the plan '{}' and goes on with '{}'",
                     found.id, found.plan_path, here.string()));
    x.plan.plan = here.string();
  } else if (x.plan.plan.empty()) {
    x.plan.plan = found.plan_path;
  }
  if (state_of(x) != state)
    x.state_directory = state;
  apply_settings(found.settings, x);
  return found.id;
}

std::string described(const run_entry& x) {
  auto state = x.state == journal::run_state::unfinished ? "was cut off"
             : x.state == journal::run_state::waiting    ? "waits"
                                                         : "was stopped";
  return fmt::format("run {} of this plan {}, {} of {} tasks done", x.id, state,
                     x.tasks_done, x.tasks);
}

bool may_ask(const run_options& x) {
  const auto* ci = std::getenv("CI");
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1
      && (ci == nullptr || *ci == '\0') && !x.quiet && !x.detach
      && x.json_file != "-";
}

/// Enter, or y: yes. None: nobody is there to answer.
std::optional<bool> ask_yes(const std::string& question) {
  print_message(question);
  std::string line;
  if (!std::getline(std::cin, line))
    return std::nullopt;
  return line.empty() || line[0] == 'y' || line[0] == 'Y';
}

/// The last run of the plan, where it could go on.
std::optional<run_entry> unfinished_run(const run_options& x) {
  auto found = journal::find_run({state_of(x), {}, absolute_plan(x)});
  if (!found || !journal::is_resumable(found->state))
    return std::nullopt;
  return std::move(*found);
}

/// Says which runs of the plan go on at this moment.
void tell_of_live_runs(const run_options& x) {
  std::error_code none; // then nothing is live
  for (const auto& folder :
       fs::directory_iterator{journal::runs_path(state_of(x)), none}) {
    auto id = folder.path().filename().string();
    if (control::holder_of(folder.path().string())
        != control::run_holder::somebody)
      continue;
    auto run = journal::find_run({state_of(x), id, {}});
    if (run && run->state == journal::run_state::live
        && run->plan_path == absolute_plan(x))
      note(fmt::format("run {} of this plan is live ('tutti attach {}' shows "
                       "it); this is another one beside it",
                       id, id));
  }
}

/// There is no run of this plan. It starts one (§31), unless one would be
/// repeated that is the plan's by all appearances.
expected<std::string> first_run(const run_options& x) {
  auto runs = journal::list_runs(state_of(x));
  if (!runs)
    return runs.error();
  for (const auto& found : *runs)
    if (found.state != journal::run_state::no_journal && is_displaced(found, x))
      return displaced(found, x);
  return std::string{};
}

/// It may be the one that is meant; another would repeat finished work.
std::optional<error> unreadable(const run_entry& x, const char* remedy) {
  if (x.state != journal::run_state::unreadable)
    return std::nullopt;
  return error{x.trouble_code, x.trouble + remedy};
}

expected<std::string> last_run(run_options& x) {
  // "--resume RUN" names a plan.
  if (!x.plan.plan.empty() && !exists(absolute_plan(x)))
    if (auto run = journal::find_run({state_of(x), x.plan.plan, {}}))
      return error{exit_code::bad_plan,
                   fmt::format("'{}' is a run, no plan: --resume={} goes on "
                               "with it",
                               x.plan.plan, x.plan.plan)};
  auto found = journal::find_run({state_of(x), {}, absolute_plan(x)});
  if (found) {
    if (auto e = unreadable(*found, ", or go on with an older run by "
                                    "--resume=RUN"))
      return *e;
    return go_on_with(*found, x);
  }
  if (found.error().code == exit_code::nothing_to_run)
    return first_run(x);
  return found.error();
}

expected<std::string> named_run(run_options& x) {
  if (x.resume->empty() || *x.resume == "last")
    return last_run(x);
  auto found = journal::find_run({state_of(x), *x.resume, {}});
  if (!found)
    return found.error();
  if (auto e = unreadable(*found, ""))
    return *e;
  return go_on_with(*found, x);
}

} // namespace

std::string absolute_plan(const run_options& x) {
  auto name = x.plan.plan.empty() ? std::string{"tutti.yaml"} : x.plan.plan;
  std::error_code ignored;
  return fs::weakly_canonical(fs::absolute(name, ignored), ignored).string();
}

std::string state_of(const run_options& x) {
  if (!x.state_directory.empty())
    return x.state_directory;
  return (fs::path{absolute_plan(x)}.parent_path() / ".tutti").string();
}

expected<std::string> choose_run(run_options& x) {
  if (x.resume)
    return named_run(x);
  tell_of_live_runs(x);
  auto found = unfinished_run(x);
  if (!found)
    return std::string{};
  if (!may_ask(x)) {
    print_message(fmt::format(
        "tutti: {}; this is a new one, --resume={} goes on with that one\n",
        described(*found), found->id));
    return std::string{};
  }
  auto yes = ask_yes(
      fmt::format("tutti: {}. Go on with it? [Y/n] ", described(*found)));
  if (!yes) {
    print_message("\n");
    return error{exit_code::interrupted,
                 fmt::format("without an answer nothing is started; 'tutti run "
                             "--resume={}' goes on with that run",
                             found->id)};
  }
  return *yes ? go_on_with(*found, x) : std::string{};
}

} // namespace tutti::cli
