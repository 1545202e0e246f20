// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/history.hpp"
#include "runtime/cli/load.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/run_settings.hpp"
#include "runtime/cli/state.hpp"
#include "runtime/control/client.hpp"
#include "runtime/journal/run_list.hpp"
#include "runtime/session/attach.hpp"

#include "config/plan_select.hpp"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace tutti::cli {

namespace {

namespace fs = std::filesystem;
using journal::run_entry;
using journal::run_state;

/// A live run, and the state directory that it lies in.
struct chosen_run {
  std::string state_directory;
  run_entry run;
};

std::string why_not_live(const chosen_run& x) {
  if (x.run.state == run_state::unreadable)
    return x.run.trouble;
  if (journal::is_resumable(x.run.state))
    return fmt::format("run {} is not live but {}; go on with it: {}", x.run.id,
                       journal::to_string(x.run.state),
                       resume_command(x.state_directory, x.run));
  return fmt::format("run {} is not live any more: {}; 'tutti history' lists "
                     "all",
                     x.run.id, journal::to_string(x.run.state));
}

/// Live runs of this user that lie somewhere else: the run itself says where.
expected<chosen_run> found_elsewhere(const attach_options& options) {
  auto live = control::find_run({options.run_id, options.state_directory});
  if (!live)
    return live.error();
  constexpr auto moment = std::chrono::seconds(20);
  auto hello = control::ask(live->path, {{"command", "hello"}}, moment);
  if (!hello)
    return hello.error();
  auto folder = hello->content.value("directory", std::string{}) + "/.tutti";
  auto run = journal::find_run({folder, live->run_id, {}});
  if (!run)
    return error{exit_code::environment,
                 fmt::format("run {} keeps its journal elsewhere than in '{}'; "
                             "say where with --state-dir",
                             live->run_id, folder)};
  return chosen_run{folder, std::move(*run)};
}

expected<chosen_run> choose(const attach_options& options) {
  auto state = state_directory_of(options.state_directory);
  if (!options.run_id.empty()) {
    auto run = journal::find_run({state, options.run_id, {}});
    if (run)
      return chosen_run{state, std::move(*run)};
    auto other = found_elsewhere(options);
    return other ? other : run.error();
  }
  auto runs = journal::list_runs(state);
  if (!runs)
    return runs.error();
  std::vector<run_entry> live;
  for (auto& x : *runs)
    if (x.state == run_state::live)
      live.push_back(std::move(x));
  if (live.size() == 1)
    return chosen_run{state, std::move(live.front())};
  if (live.empty()) {
    auto other = found_elsewhere(options);
    // The newest may be what is looked for: it was killed.
    if (!other && other.error().code == exit_code::environment && !runs->empty()
        && journal::is_resumable(runs->front().state))
      return chosen_run{state, std::move(runs->front())};
    return other;
  }
  std::vector<std::string> ids;
  for (const auto& x : live)
    ids.push_back(x.id);
  return error{exit_code::bad_plan,
               fmt::format("several runs are live; say which: tutti attach {}",
                           fmt::join(ids, " | "))};
}

/// The plan as the run was told of it; none: the reason is printed.
std::optional<plan> plan_of(const run_entry& run, run_options& how) {
  how.plan.plan = run.plan_path;
  apply_settings(run.settings, how);
  auto opened = open_plan(how.plan, true);
  auto changed = [&](const std::string& why) {
    static_cast<void>(
        fail({exit_code::bad_plan,
              fmt::format("run {} cannot be shown, for its plan '{}' is not "
                          "what it was when the run began: {}; 'tutti status' "
                          "shows it all the same",
                          run.id, run.plan_path, why)}));
    return std::nullopt;
  };
  if (!opened)
    return changed(opened.error().detail);
  auto& p = opened->loaded.value;
  if (!p)
    return changed("it has mistakes, which 'tutti check' lists");
  for (const auto& e : config::select_tasks(*p, how.only, how.skip))
    return changed(e.detail);
  return std::move(p);
}

} // namespace

int attach_command(const attach_options& options) {
  auto chosen = choose(options);
  if (!chosen)
    return fail(chosen.error());
  if (chosen->run.state != run_state::live)
    return fail({exit_code::environment, why_not_live(*chosen)});
  auto here = state_directory_of(options.state_directory);
  if (options.run_id.empty() && chosen->state_directory != here)
    note(fmt::format("no run is live in '{}'; this is run {} of plan '{}'",
                     here, chosen->run.id, chosen->run.plan_path));
  run_options how;
  auto work = plan_of(chosen->run, how);
  if (!work)
    return static_cast<int>(exit_code::bad_plan);
  session::attach_options x;
  x.run_id = chosen->run.id;
  x.run_path = chosen->run.path;
  x.jobs = how.jobs;
  x.plain = options.plain;
  x.no_color = options.no_color;
  x.quiet = options.quiet;
  x.resume_command = resume_command(chosen->state_directory, chosen->run);
  return session::attach(std::move(*work), x);
}

} // namespace tutti::cli
