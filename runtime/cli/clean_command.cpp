// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/artifacts/payload_file.hpp"
#include "runtime/artifacts/sweep.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/history.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/size_text.hpp"
#include "runtime/cli/state.hpp"
#include "runtime/control/run_lock.hpp"
#include "runtime/journal/retention.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace tutti::cli {

namespace {

namespace fs = std::filesystem;
using journal::judged_run;

/// A file's time may be a little behind the clock that says when a run began.
constexpr std::int64_t margin_ns = 60'000'000'000;

std::string counted(std::size_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

/// What lies beside the journal names artifacts, too.
void read_payloads(judged_run& x) {
  artifacts::payload_file file{x.run.path + "/payloads"};
  for (const auto& payload : x.use.payloads) {
    auto loaded = file.load({0, payload});
    if (!loaded.details) {
      x.use.more = true;
      continue;
    }
    for (const auto& a : loaded.details->artifacts)
      x.use.digests.push_back(a.digest);
  }
  auto& all = x.use.digests;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
}

expected<std::vector<judged_run>> judged(const std::string& state_directory) {
  auto runs = journal::list_runs(state_directory);
  if (!runs)
    return runs.error();
  std::vector<judged_run> result;
  for (auto& run : *runs) {
    auto use = journal::artifacts_of(run);
    auto last = journal::last_change(run);
    result.push_back({std::move(run), std::move(use), last});
    read_payloads(result.back());
  }
  return result;
}

struct outcome {
  std::vector<std::string> troubles;
  std::size_t runs = 0;
  std::uint64_t bytes = 0;
};

/// What a run's folder is called while it is removed: no run any more.
constexpr std::string_view going = ".going-";

/// Removes the folder of a run that nobody holds. Says why it could not.
std::string remove_run(const journal::run_entry& x) {
  auto held = control::try_to_hold_run(x.path);
  if (!held)
    return "it lives again";
  std::error_code failure;
  fs::path path{x.path};
  auto aside = path.parent_path() / (std::string{going} + x.id);
  fs::rename(path, aside, failure);
  if (!failure)
    fs::remove_all(aside, failure);
  return failure ? failure.message() : std::string{};
}

/// What one that was cut off has left.
void remove_leftovers(const std::string& state_directory) {
  std::error_code failure;
  for (const auto& x :
       fs::directory_iterator{journal::runs_path(state_directory), failure}) {
    std::error_code ignored;
    if (x.path().filename().string().starts_with(going))
      fs::remove_all(x.path(), ignored);
  }
}

std::string line_of(const judged_run& x, std::string_view verb,
                    std::int64_t now) {
  auto plan = x.run.plan_name.empty() ? std::string{}
                                      : fmt::format("{}, ", x.run.plan_name);
  return fmt::format("{} {} ({}{}, {} old), {}\n", verb, x.run.id, plan,
                     journal::to_string(x.run.state), age_text(now - x.last_ns),
                     size_text(x.run.size_bytes));
}

/// Removes these, oldest first, from `runs` too; what cannot be removed stays.
outcome remove_runs(std::vector<judged_run>& runs,
                    const std::vector<std::size_t>& which, bool dry_run,
                    std::int64_t now) {
  outcome result;
  std::string lines;
  // The oldest are at the back, so the indexes of the others stay.
  for (auto i : which) {
    auto why = dry_run ? std::string{} : remove_run(runs[i].run);
    if (!why.empty()) {
      result.troubles.push_back(
          fmt::format("cannot remove run {}: {}", runs[i].run.id, why));
      continue;
    }
    lines += line_of(runs[i], dry_run ? "would remove" : "removed", now);
    ++result.runs;
    result.bytes += runs[i].run.size_bytes;
    runs.erase(runs.begin() + static_cast<std::ptrdiff_t>(i));
  }
  static_cast<void>(print_data(lines));
  return result;
}

/// Of artifacts, with the runs that stay.
artifacts::sweep_options sweep_of(const std::string& state_directory,
                                  const std::vector<judged_run>& stay,
                                  std::int64_t now) {
  artifacts::sweep_options result;
  result.directory = state_directory + "/artifacts";
  result.unused_since_ns = now;
  for (const auto& x : stay) {
    result.needed.insert(x.use.digests.begin(), x.use.digests.end());
    if (x.use.more)
      result.unused_since_ns =
          std::min(result.unused_since_ns, journal::used_since(x.run));
  }
  result.unused_since_ns =
      std::max<std::int64_t>(result.unused_since_ns - margin_ns, 0);
  return result;
}

std::uint64_t size_of(const fs::path& folder) {
  std::uint64_t result = 0;
  std::error_code failure;
  for (const auto& x : fs::recursive_directory_iterator{folder, failure}) {
    std::error_code ignored;
    if (x.is_regular_file(ignored))
      result += x.file_size(ignored);
  }
  return result;
}

/// What nodes with this state directory keep between runs goes, unless they are
/// at work: they fetch it again.
outcome remove_nodes(const std::string& state_directory, bool dry_run) {
  outcome result;
  std::string lines;
  std::error_code failure;
  std::vector<fs::path> folders;
  for (const auto& x :
       fs::directory_iterator{fs::path{state_directory} / "nodes", failure})
    if (control::holder_of(x.path().string()) == control::run_holder::nobody)
      folders.push_back(x.path());
  std::sort(folders.begin(), folders.end());
  for (const auto& x : folders) {
    auto held = control::try_to_hold_run(x.string());
    if (!held)
      continue;
    auto bytes = size_of(x);
    std::error_code wrong;
    // The folder stays: a node that begins may wait for it.
    std::vector<fs::path> all;
    for (const auto& y : fs::directory_iterator{x, failure})
      all.push_back(y.path());
    if (all.empty())
      continue;
    for (const auto& y : all)
      if (!dry_run && !wrong)
        fs::remove_all(y, wrong);
    if (wrong) {
      result.troubles.push_back(
          fmt::format("cannot remove '{}': {}", x.string(), wrong.message()));
      continue;
    }
    result.bytes += bytes;
    lines += fmt::format("{} what node {} kept, {}\n",
                         dry_run ? "would remove" : "removed",
                         x.filename().string(), size_text(bytes));
  }
  static_cast<void>(print_data(lines));
  return result;
}

/// How many stay only because they could go on, or cannot be read.
std::size_t spared(const std::vector<judged_run>& runs,
                   const journal::artifact_sizes& store, journal::retention how,
                   std::size_t chosen, std::int64_t now) {
  how.unfinished = true;
  auto all = journal::runs_to_remove(runs, store, how, now).size();
  return all > chosen ? all - chosen : 0;
}

} // namespace

int clean_command(const clean_options& options) {
  auto state = state_directory_of(options.state_directory);
  auto now = now_ns();
  auto runs = judged(state);
  if (!runs)
    return fail(runs.error());
  journal::retention how{options.age_max_ns, options.size_max, options.keep,
                         options.unfinished};
  if (!options.dry_run)
    remove_leftovers(state);
  auto store = artifacts::stored_sizes(state + "/artifacts");
  auto which = journal::runs_to_remove(*runs, store, how, now);
  auto unfinished = spared(*runs, store, how, which.size(), now);
  auto gone = remove_runs(*runs, which, options.dry_run, now);
  auto nodes = remove_nodes(state, options.dry_run);
  auto sweeping = sweep_of(state, *runs, now);
  sweeping.dry_run = options.dry_run;
  auto swept = artifacts::sweep(sweeping);
  std::uint64_t rest = 0;
  for (const auto& x : *runs)
    rest += x.run.size_bytes;
  int code = print_data(
      fmt::format("{} {} and {}, {}; {} {}, {}\n",
                  options.dry_run ? "would remove" : "removed",
                  counted(gone.runs, "run"), counted(swept.files, "artifact"),
                  size_text(gone.bytes + swept.bytes + nodes.bytes),
                  counted(runs->size(), "run"),
                  runs->size() == 1 ? "stays" : "stay", size_text(rest)));
  if (unfinished > 0)
    note(fmt::format("{} that can go on or cannot be read {}; --unfinished "
                     "removes these, too",
                     counted(unfinished, "run"),
                     unfinished == 1 ? "stays" : "stay"));
  gone.troubles.insert(gone.troubles.end(), swept.troubles.begin(),
                       swept.troubles.end());
  gone.troubles.insert(gone.troubles.end(), nodes.troubles.begin(),
                       nodes.troubles.end());
  for (const auto& x : gone.troubles)
    code = fail({exit_code::environment, x});
  return code;
}

} // namespace tutti::cli
