// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/run_record.hpp"

#include "runtime/journal/journal_reader.hpp"
#include "runtime/journal/lost_results.hpp"
#include "runtime/journal/plan_parts.hpp"
#include "runtime/journal/settle.hpp"
#include "runtime/version.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <future>
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

/// Plans of so many tasks are worth a thread.
constexpr std::size_t many_tasks = 4096;

std::launch launch_for(const plan& p) {
  return p.tasks.size() < many_tasks ? std::launch::deferred
                                     : std::launch::async;
}

std::shared_ptr<engine::engine> engine_for(const record_options& x,
                                           bool was_changed) {
  auto options = x.graph;
  options.was_changed = was_changed;
  return std::make_shared<engine::engine>(engine::compile(*x.work, options));
}

/// Whether somebody still has to get the result of a task; `retried`: what has
/// not succeeded, too.
bool is_needed(const engine::engine& e, std::uint32_t task, bool retried) {
  const auto& g = e.plan_graph();
  if (e.task(task).state == task_state::waiting_to_integrate)
    return true; // its own other phase
  auto any_open = [&](engine::node_index from) {
    auto out = g.out_of(from);
    return std::any_of(out.begin(), out.end(), [&](auto x) {
      if (!g.is_task(x.target()))
        return false;
      auto state = e.task(x.target()).state;
      return !is_terminal(state) || (retried && state != task_state::succeeded);
    });
  };
  auto out = g.out_of(task);
  return any_open(task) || std::any_of(out.begin(), out.end(), [&](auto x) {
           return g.is_group(x.target()) && any_open(x.target());
         });
}

/// Adds the tasks whose result somebody needs, and is not on disk as it was
/// kept; says why.
std::string add_lost(const record_options& x, const run_record& result,
                     bool retried, journal::plan_changes& changes) {
  std::vector<fact> needed;
  for (const auto& f : result.history)
    if (subject_of(f.kind) == subject_kind::task
        && is_needed(*result.engine, f.subject, retried))
      needed.push_back(f);
  std::string text;
  for (const auto& lost :
       journal::lost_results(needed, {x.files.payloads, x.files.artifacts})) {
    changes.changed.push_back(
        {journal::name_kind::task, lost.task.value, {"result on disk"}});
    text += fmt::format("the result of {} is not as it was kept: {}\n",
                        x.work->tasks[lost.task.value].name, lost.why);
  }
  return text;
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

/// How a run is gone on with.
struct way_on {
  engine::run_resumes first;
  journal::plan_changes changes;
  std::uint32_t revision = 1; ///< of the plan, from now on
  bool replaces = false;      ///< it is another than before
};

/// What still stands, onto a plan that is another one.
void replace_plan(const record_options& x, const way_on& way,
                  std::vector<fact> history, run_record& result) {
  auto state = engine_for(x, true);
  auto settled = journal::settle(*x.work, *state, history, way.changes,
                                 {way.revision, way.first.retry_failed});
  result.notice += settled.text;
  result.history = std::move(settled.facts);
  auto first = way.first;
  first.retry_failed = first.retry_failed || settled.retry_cancelled;
  result.engine = std::move(state);
  result.first = first;
}

/// Of a run that has begun.
std::optional<error> take_up(const record_options& x,
                             const journal::journal_info& info, way_on& way,
                             run_record& result) {
  auto history = result.history;
  if (way.replaces && is_another_plan(*x.work, way.changes))
    return error{exit_code::bad_plan,
                 fmt::format("plan '{}' has no task of run {}, so nothing of "
                             "it would be kept; go on with the plan of the "
                             "run, or begin a run without --resume",
                             x.work->name, x.files.run_id)};
  if (way.changes.any())
    result.notice = "the plan is another than before.\n";
  auto head = result.notice;
  if (way.replaces) {
    replace_plan(x, way, history, result);
  } else {
    if (auto wrong = replay(x, info, result))
      return *wrong;
    if (way.first.retry_failed && !any_failed(*result.engine))
      return error{exit_code::nothing_to_run,
                   fmt::format("nothing failed in run {}: there is nothing to "
                               "try again",
                               x.files.run_id)};
    result.first = way.first;
  }
  auto lost = add_lost(x, result, way.first.retry_failed, way.changes);
  if (lost.empty())
    return std::nullopt;
  way.revision += !way.replaces;
  way.replaces = true;
  result.notice = head + lost;
  replace_plan(x, way, std::move(history), result);
  return std::nullopt;
}

} // namespace

expected<run_record> begin_record(const record_options& x) {
  auto compiled = std::async(launch_for(*x.work), [&x] {
    return engine_for(x, false);
  });
  run_record result;
  result.file = file_of(x);
  result.writes_behind = result.file->writes_behind();
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
  result.engine = compiled.get();
  return result;
}

std::future<expected<run_record>> begin_record_beside(const record_options& x) {
  return std::async(launch_for(*x.work), [&x] {
    return begin_record(x);
  });
}

expected<run_record> resume_record(const record_options& x,
                                   const resume_choice& how) {
  auto reader = journal::journal_reader::open(x.files.journal, x.vfs);
  if (!reader)
    return reader.error();
  const auto& info = (*reader)->info();
  auto parts = journal::parts_of(*x.work);
  way_on way;
  way.changes = journal::changes_since(info, *x.work, parts);
  way.replaces = way.changes.any() || how.settled;
  auto facts = way.replaces ? (*reader)->facts_known_to(*x.work)
                            : (*reader)->facts(*x.work);
  if (!facts)
    return facts.error();
  run_record result;
  result.torn = info.torn;
  result.history = std::move(*facts);
  result.elapsed = elapsed_of(info, result.history);
  if (!way.replaces && !how.retry_failed && has_finished(info))
    return result;
  auto revision = info.revisions.back();
  auto session = static_cast<std::uint32_t>(info.sessions.size()) + 1;
  way.first = {session, how.retry_failed || how.settled};
  way.revision = revision.number + way.replaces;
  // A run that never came to its first fact begins as a new one.
  if (!result.history.empty())
    if (auto wrong = take_up(x, info, way, result))
      return *wrong;
  revision.number = way.revision;
  revision.session = session;
  revision.first_fact = info.last + 1;
  revision.plan = x.plan_path;
  revision.settings = x.settings;
  result.file = file_of(x);
  result.writes_behind = result.file->writes_behind();
  if (auto wrong = result.file->go_on(
          info, (*reader)->sum(),
          session_of(x, session, info.last + 1, result.elapsed),
          way.replaces ? std::optional{revision} : std::nullopt, parts,
          way.replaces ? result.history : std::vector<fact>{}))
    return *wrong;
  result.journaled = result.file->last();
  return result;
}

} // namespace tutti::session
