// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/kept_run.hpp"

#include "config/plan_select.hpp"
#include "runtime/cli/history.hpp"
#include "runtime/cli/load.hpp"
#include "runtime/cli/resume.hpp"
#include "runtime/cli/run_settings.hpp"
#include "runtime/cli/state.hpp"
#include "runtime/journal/journal_reader.hpp"
#include "runtime/journal/plan_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace tutti::cli {

namespace {

namespace fs = std::filesystem;
using journal::run_entry;
using journal::run_state;

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// The plan's file: as it is named, as the run had it, or of that name beside
/// the state directory, where the project was moved.
std::string plan_file(const kept_choice& choice, const kept_run& x) {
  if (!choice.plan.empty())
    return choice.plan;
  auto beside = fs::path{x.state_directory}.parent_path()
              / fs::path{x.entry.plan_path}.filename();
  return exists(x.entry.plan_path) || !exists(beside.string())
           ? x.entry.plan_path
           : beside.string();
}

error without_plan(const kept_run& x, const std::string& path,
                   const std::string& why) {
  return {exit_code::bad_plan,
          fmt::format("the report of run {} needs its plan '{}': {}; name "
                      "another file of it with -f PLAN",
                      x.entry.id, path, why)};
}

/// The plan as the run was told of it.
expected<plan> plan_of(const kept_run& x, const std::string& path,
                       run_options& how) {
  how.plan.plan = path;
  apply_settings(x.entry.settings, how);
  auto opened = open_plan(how.plan, false);
  if (!opened)
    return without_plan(x, path, opened.error().detail);
  auto& p = opened->loaded.value;
  if (!p)
    return without_plan(x, path, "it has mistakes, which 'tutti check' lists");
  for (const auto& e : config::select_tasks(*p, how.only, how.skip))
    return without_plan(x, path, e.detail);
  return std::move(*p);
}

std::vector<std::uint32_t> slots_of(const plan& p, std::uint32_t local) {
  std::vector<std::uint32_t> result;
  for (const auto& a : p.agents)
    result.push_back(a.slots == 0 ? local : a.slots);
  return result;
}

/// What its journal has of it.
std::optional<error> read_facts(kept_run& x) {
  auto reader =
      journal::journal_reader::open(journal::journal_path(x.entry.path));
  if (!reader)
    return reader.error();
  const auto& info = (*reader)->info();
  auto changes =
      journal::changes_since(info, *x.work, journal::parts_of(*x.work));
  auto facts = changes.names_differ ? (*reader)->facts_known_to(*x.work)
                                    : (*reader)->facts(*x.work);
  if (!facts)
    return facts.error();
  x.told.honesty.truncated = info.torn;
  if (changes.names_differ)
    x.told.honesty.notes.emplace_back(
        "the plan was changed since the run began: only what it still names is "
        "told of");
  else if (changes.any())
    x.told.honesty.notes.emplace_back(
        "the plan was changed since the run began: what waits for what is told "
        "as its file has it now");
  for (const auto& f : *facts)
    x.model->apply(f);
  return std::nullopt;
}

} // namespace

report::run_report kept_run::report() const {
  auto result = report::make_report(*model, told);
  result.whole = [file = payloads](const auto& x) {
    return !x || x->payload.size_bytes == 0
             ? x
             : file->load({0, x->payload}).details;
  };
  return result;
}

std::string kept_run::log_path(const std::string& log) const {
  auto here = entry.path + "/logs/" + fs::path{log}.filename().string();
  return exists(log) ? log : exists(here) ? here : std::string{};
}

expected<kept_run> read_kept_run(const kept_choice& choice) {
  kept_run x;
  run_options named;
  named.plan.plan = choice.plan;
  x.state_directory = choice.plan.empty() || !choice.state_directory.empty()
                        ? state_directory_of(choice.state_directory)
                        : state_of(named);
  auto found = journal::find_run(
      {x.state_directory, choice.run_id,
       choice.plan.empty() ? std::string{} : absolute_plan(named)});
  if (!found)
    return found.error();
  x.entry = std::move(*found);
  if (x.entry.state == run_state::unreadable)
    return error{x.entry.trouble_code, x.entry.trouble};
  if (x.entry.state == run_state::no_journal)
    return error{exit_code::nothing_to_run,
                 fmt::format("run {} never began: there is nothing to report",
                             x.entry.id)};
  run_options how;
  auto work = plan_of(x, plan_file(choice, x), how);
  if (!work)
    return work.error();
  x.work = std::make_unique<const plan>(std::move(*work));
  auto local =
      how.jobs.value_or(std::max(1u, std::thread::hardware_concurrency()));
  x.model =
      std::make_unique<report::run_model>(*x.work, slots_of(*x.work, local));
  x.told.run_id = x.entry.id;
  x.told.jobs = how.jobs;
  x.told.local_slots = local;
  x.told.is_live = x.entry.state == run_state::live;
  x.told.resume_command = resume_command(x.state_directory, x.entry);
  x.payloads = std::make_shared<const artifacts::payload_file>(x.entry.path
                                                               + "/payloads");
  if (auto wrong = read_facts(x))
    return *wrong;
  return x;
}

} // namespace tutti::cli
