// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/resume.hpp"

#include "runtime/cli/output.hpp"
#include "runtime/cli/run_settings.hpp"
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

std::string go_on_with(const run_entry& found, run_options& x) {
  if (x.plan.plan.empty())
    x.plan.plan = found.plan_path;
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

/// Enter, or y: yes. No terminal any more: no.
bool answers_yes() {
  std::string line;
  if (!std::getline(std::cin, line))
    return false;
  return line.empty() || line[0] == 'y' || line[0] == 'Y';
}

/// The last run of the plan, where it could go on.
std::optional<run_entry> unfinished_run(const run_options& x) {
  auto found = journal::find_run({state_of(x), {}, absolute_plan(x)});
  if (!found || !journal::is_resumable(found->state))
    return std::nullopt;
  return std::move(*found);
}

expected<std::string> named_run(run_options& x) {
  bool last = *x.resume == "last" || x.resume->empty();
  auto found = journal::find_run({state_of(x), last ? std::string{} : *x.resume,
                                  last ? absolute_plan(x) : std::string{}});
  // It may be the one that is meant; another would repeat finished work.
  if (found && found->state == journal::run_state::unreadable)
    return error{found->trouble_code,
                 last ? found->trouble
                            + ", or go on with an older run by "
                              "--resume=RUN"
                      : found->trouble};
  if (found)
    return go_on_with(*found, x);
  // No run yet: it starts one (§31).
  if (last && found.error().code == exit_code::nothing_to_run)
    return std::string{};
  return found.error();
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
  auto found = unfinished_run(x);
  if (!found)
    return std::string{};
  if (!may_ask(x)) {
    print_message(fmt::format(
        "tutti: {}; this is a new one, --resume goes on with that one\n",
        described(*found)));
    return std::string{};
  }
  print_message(
      fmt::format("tutti: {}. Go on with it? [Y/n] ", described(*found)));
  return answers_yes() ? go_on_with(*found, x) : std::string{};
}

} // namespace tutti::cli
