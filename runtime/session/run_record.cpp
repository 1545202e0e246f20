// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/run_record.hpp"

#include "runtime/journal/journal_reader.hpp"
#include "runtime/journal/plan_parts.hpp"
#include "runtime/journal/settle.hpp"
#include "runtime/version.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

namespace tutti::session {

namespace {

std::int64_t wall_now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::unique_ptr<journal::journal_file> file_of(const record_options& x) {
  journal::journal_options options;
  options.path = x.files.journal;
  options.how = x.how;
  options.vfs = x.vfs;
  options.has_head = x.vfs.empty(); // it lies beside the journal
  return std::make_unique<journal::journal_file>(std::move(options), x.work);
}

journal::session_entry session_of(const record_options& x, std::uint32_t number,
                                  std::uint64_t first, duration at) {
  journal::session_entry result;
  result.number = number;
  result.first_fact = first;
  result.at = at;
  result.wall_ns = wall_now();
  result.pid = ::getpid();
  result.durability = to_string(x.how);
  result.tutti = runtime::version();
  return result;
}

/// As far as the facts and the wall clock say; it may have been set back.
duration elapsed_of(const journal::journal_info& info,
                    const std::vector<fact>& facts) {
  auto by_wall = duration{wall_now() - info.sessions.front().wall_ns};
  auto latest = facts.empty() ? info.sessions.back().at : facts.back().at;
  return std::max(latest, by_wall);
}

/// Whether nothing is left to do: all tasks are terminal, and that stands.
bool has_finished(const journal::journal_info& info) {
  return info.end
      && (info.end->status == run_status::succeeded
          || info.end->status == run_status::failed);
}

error does_not_follow(const std::string& path, std::uint64_t number,
                      const fact& f) {
  return {
      exit_code::journal,
      fmt::format("the journal '{}' cannot be replayed: fact {} ({}) does not "
                  "follow from what is before it; 'tutti run PLAN --resume "
                  "--settled' keeps accepted results and plans the rest anew",
                  path, number, to_string(f.kind))};
}

bool any_failed(const engine::engine& e) {
  const auto& g = e.plan_graph();
  for (std::uint32_t i = 0; i < g.task_count; ++i) {
    auto state = e.task(i).state;
    if (state == task_state::cancelled
        || (is_failure(state) && !g.policy_of(i).allow_failure))
      return true;
  }
  return false;
}

/// Whether nothing in the plan is of the run.
bool is_another_plan(const plan& p, const journal::plan_changes& changes) {
  auto fresh = std::count_if(
      changes.changed.begin(), changes.changed.end(), [](const auto& x) {
        return x.kind == journal::name_kind::task && x.aspects.empty();
      });
  return fresh > 0 && static_cast<std::size_t>(fresh) == p.tasks.size();
}

std::shared_ptr<engine::engine> engine_for(const record_options& x,
                                           bool was_changed) {
  auto options = x.graph;
  options.was_changed = was_changed;
  return std::make_shared<engine::engine>(engine::compile(*x.work, options));
}

/// The facts as they were decided, onto the same plan.
std::optional<error> replay(const record_options& x,
                            const journal::journal_info& info,
                            run_record& result) {
  result.engine = engine_for(x, info.revisions.size() > 1);
  auto number = info.revisions.back().first_fact;
  for (const auto& f : result.history) {
    if (!result.engine->follows(f))
      return does_not_follow(x.files.journal, number, f);
    result.engine->fold(f);
    ++number;
  }
  return std::nullopt;
}

/// What still stands, onto a plan that is another one.
void replace_plan(const record_options& x, const journal::plan_changes& changes,
                  std::uint32_t revision, engine::run_resumes goes_on,
                  run_record& result) {
  auto state = engine_for(x, true);
  auto settled = journal::settle(*x.work, *state, result.history, changes,
                                 {revision, goes_on.retry_failed});
  result.notice = (changes.any() ? "the plan is another than before.\n" : "")
                + std::move(settled.text);
  result.history = std::move(settled.facts);
  if (result.history.empty())
    return;
  goes_on.retry_failed = goes_on.retry_failed || settled.retry_cancelled;
  result.engine = std::move(state);
  result.first = goes_on;
}

} // namespace

expected<run_record> begin_record(const record_options& x) {
  run_record result;
  result.file = file_of(x);
  journal::revision_entry revision;
  revision.plan = x.plan_path;
  revision.settings = x.settings;
  std::map<std::string, std::string> about{
      {"run", x.files.run_id},
      {"plan", x.work->name},
      {"directory", x.work->directory},
      {"tutti", std::string{runtime::version()}}};
  if (auto wrong = result.file->create(about, session_of(x, 1, 1, duration{0}),
                                       revision, journal::parts_of(*x.work)))
    return *wrong;
  return result;
}

expected<run_record> resume_record(const record_options& x,
                                   const resume_choice& how) {
  auto reader = journal::journal_reader::open(x.files.journal, x.vfs);
  if (!reader)
    return reader.error();
  const auto& info = (*reader)->info();
  auto parts = journal::parts_of(*x.work);
  auto changes = journal::changes_since(info, *x.work, parts);
  bool replaces = changes.any() || how.settled;
  auto facts =
      replaces ? (*reader)->facts_known_to(*x.work) : (*reader)->facts(*x.work);
  if (!facts)
    return facts.error();
  run_record result;
  result.torn = info.torn;
  result.history = std::move(*facts);
  result.journaled = info.last;
  result.elapsed = elapsed_of(info, result.history);
  if (!replaces && !how.retry_failed && has_finished(info))
    return result;
  auto revision = info.revisions.back();
  auto session = static_cast<std::uint32_t>(info.sessions.size()) + 1;
  // A run that never came to its first fact begins as a new one.
  bool begun = !result.history.empty();
  engine::run_resumes goes_on{session, how.retry_failed || how.settled};
  if (replaces) {
    if (begun && is_another_plan(*x.work, changes))
      return error{exit_code::bad_plan,
                   fmt::format("plan '{}' has no task of run {}, so nothing "
                               "of it would be kept; go on with the plan of "
                               "the run, or begin a run without --resume",
                               x.work->name, x.files.run_id)};
    ++revision.number;
    replace_plan(x, changes, revision.number, goes_on, result);
  } else if (begun) {
    if (auto wrong = replay(x, info, result))
      return *wrong;
    if (how.retry_failed && !any_failed(*result.engine))
      return error{exit_code::nothing_to_run,
                   fmt::format("nothing failed in run {}: there is nothing to "
                               "try again",
                               x.files.run_id)};
    result.first = goes_on;
  }
  revision.session = session;
  revision.first_fact = info.last + 1;
  revision.plan = x.plan_path;
  revision.settings = x.settings;
  result.file = file_of(x);
  if (auto wrong = result.file->go_on(
          info, (*reader)->sum(),
          session_of(x, session, info.last + 1, result.elapsed),
          replaces ? std::optional{revision} : std::nullopt, parts,
          replaces ? result.history : std::vector<fact>{}))
    return *wrong;
  result.journaled = result.file->last();
  return result;
}

} // namespace tutti::session
