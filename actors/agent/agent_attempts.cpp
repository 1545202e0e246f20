// SPDX-License-Identifier: BSD-3-Clause
// From the begin to the end of an attempt.
#include "actors/agent/agent_core.hpp"

#include "actors/agent/artifact_conflicts.hpp"
#include "actors/agent/contracts.hpp"
#include "actors/agent/input_document.hpp"
#include "actors/agent/outputs.hpp"
#include "actors/agent/work_scope.hpp"
#include "messages/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tutti {

namespace {

/// Null where there is nothing to say.
shared_details shared(attempt_details x) {
  if (x == attempt_details{})
    return nullptr;
  return std::make_shared<const attempt_details>(std::move(x));
}

attempt_work work_of(const assign_task& x) {
  static const auto nothing = std::make_shared<const assignment_details>();
  attempt_work result;
  result.task = x.task;
  result.attempt = x.attempt;
  result.phase = x.phase;
  result.version = x.version;
  result.details = x.details ? x.details : nothing;
  return result;
}

bool is_own_failure(attempt_end x) {
  return x == attempt_end::failure || x == attempt_end::timed_out;
}

} // namespace

// -- begin --------------------------------------------------------------------

void agent_core::prepare(attempt_record& a) {
  load(given_to(a.order.task),
       [this, key = a.key()](given content, const std::string& mistake) {
         auto* x = find(key);
         TUTTI_ASSERT(x != nullptr);
         if (!mistake.empty())
           return finish(*x, attempt_end::system_error, mistake);
         auto work = work_of(x->order);
         work.handed = std::move(content.handed);
         work.answers = std::move(content.answers);
         load_earlier(*x, std::move(work));
       });
}

/// What the run phase left behind may be on disk, too.
void agent_core::load_earlier(attempt_record& a, attempt_work work) {
  auto earlier = work.details->earlier; // before `work` is moved
  shelf_.load(
      {std::move(earlier)}, [this, key = a.key(), work = std::move(work)](
                                const std::vector<shared_details>& whole,
                                const std::string& mistake) mutable {
        auto* x = find(key);
        TUTTI_ASSERT(x != nullptr);
        if (!mistake.empty())
          return finish(*x, attempt_end::system_error, mistake);
        if (whole[0] != work.details->earlier) {
          auto details = *work.details;
          details.earlier = whole[0];
          work.details =
              std::make_shared<const assignment_details>(std::move(details));
          x->order.details = work.details;
        }
        place(*x, std::move(work));
      });
}

/// Renders what can be rendered once, and puts the files where they belong.
void agent_core::place(attempt_record& a, attempt_work work) {
  const auto& p = *options_.work;
  const auto& t = p.tasks[a.order.task.value];
  auto scope = scope_of(p, work);
  a.directory = working_directory_of(p, options_.id, work);
  a.plan_note = render(t.note, scope);
  for (const auto& x : t.artifacts)
    a.patterns.push_back(render(x, scope));
  if (t.provides.valid())
    if (auto known = find_contract(p, t.provides, work.handed); known.schema)
      a.schema = *known.schema;
  auto files = files_to_place(p, work.handed, work.answers);
  if (!files.mistake.empty())
    return finish(a, attempt_end::failure, files.mistake);
  place_files(
      a.directory, std::move(files.files),
      [this, key = a.key(), work = std::move(work)](const artifacts_placed& x) {
        auto* b = find(key);
        TUTTI_ASSERT(b != nullptr);
        if (x.mistake.empty())
          return launch(*b, work);
        finish(*b, x.no_space ? attempt_end::no_space : attempt_end::failure,
               x.mistake);
      });
}

void agent_core::place_files(
    const std::string& directory, std::vector<artifact> files,
    std::function<void(const artifacts_placed&)> done) {
  if (files.empty())
    return done({});
  TUTTI_ASSERT(options_.has_store); // else nobody could have taken them in
  auto id = new_id();
  more().placings.emplace(id, std::move(done));
  ports_.send(place_artifacts{id, directory, std::move(files)});
}

void agent_core::launch(attempt_record& a, const attempt_work& work) {
  if (a.told_to_end)
    return finish(a, attempt_end::failure, "ended before it began");
  auto x = work;
  if (!options_.live_socket.empty()) {
    a.token = options_.make_token();
    ports_.send(open_live{a.token, x.task, x.attempt});
    x.token = a.token;
    x.socket = options_.live_socket;
  }
  a.stage = attempt_stage::working;
  auto early = std::exchange(a.early, {});
  driver_->start(x); // the attempt may be over when it returns
  for (const auto& y : early)
    queue_delivery(y);
  deliver_next();
}

/// Its files are put in place for the attempts that work, then they hear of it.
void agent_core::take_in(const delivery& x, given content) {
  auto files =
      files_to_place(*options_.work, content.handed, content.answers).files;
  auto missing = std::make_shared<std::size_t>(1);
  // Files that could not be placed are named in the document all the same: the
  // attempt finds them missing and can say so.
  auto placed = [this, missing, x,
                 content = std::move(content)](const artifacts_placed&) {
    if (--*missing == 0)
      hear(x, content);
  };
  for (auto* a : working_on(x.to)) {
    ++*missing;
    place_files(a->directory, files, placed);
  }
  placed({});
}

/// Its driver hears of it once for all attempts of the task, as soon as it has
/// room: what it is not told yet is in memory no longer (rule 9).
void agent_core::hear(const delivery& x, const given& content) {
  for (auto* a : working_on(x.to)) {
    a->unseen.add(x.what);
    end_wait(*a);
  }
  if (telling_ || !more().untold.empty() || !driver_->has_room())
    more().untold.push_back(x);
  else
    tell(content);
  end_delivery(x);
}

void agent_core::tell(const given& content) {
  for (const auto& h : content.handed)
    driver_->hand_over(h);
  for (const auto& answer : content.answers)
    driver_->answer(answer);
}

void agent_core::tell_untold() {
  if (std::exchange(telling_all_, true))
    return;
  auto& waiting = more().untold;
  while (!telling_ && !waiting.empty() && driver_->has_room()) {
    auto next = waiting.front();
    waiting.pop_front();
    telling_ = true;
    load(given_to(next.to, {next.what}),
         [this](const given& content, const std::string& mistake) {
           telling_ = false;
           if (mistake.empty())
             tell(content);
           tell_untold();
         });
  }
  telling_all_ = false;
}

/// Calls of the inbox that waited for it get something to show, or wait as
/// they would have.
void agent_core::end_delivery(const delivery& x) {
  delivering_ = false;
  for (auto* a : working_on(x.to)) {
    a->coming -= a->coming > 0;
    for (auto& [call, whom] : std::exchange(a->held_calls, {}))
      inbox(*a, call, whom);
  }
  deliver_next();
}

// -- end ----------------------------------------------------------------------

void agent_core::finished(task_id task, std::uint32_t number, work_result x) {
  auto* a = find({task.value, number});
  TUTTI_ASSERT(a != nullptr && a->stage == attempt_stage::working);
  a->stage = attempt_stage::ending;
  a->result = std::move(x);
  mask_details(options_.mask, a->result.details);
  if (!a->token.empty())
    ports_.send(close_live{a->token});
  if (more_)
    more_->progress.close(task, number);
  dismiss_calls(*a);
  add_live(a->result.details, std::move(a->live), std::move(a->plan_note));
  take_in_artifacts(*a);
}

void agent_core::fail(attempt_record& a, attempt_end end,
                      const std::string& message) {
  if (a.result.end == attempt_end::success)
    a.result.end = end;
  auto& told = a.result.details.message;
  told += (told.empty() ? "" : "; ") + message;
}

std::vector<contract_id> agent_core::defined_by(task_id task) const {
  std::vector<contract_id> result;
  const auto& contracts = options_.work->contracts;
  for (std::size_t i = 0; i < contracts.size(); ++i)
    if (contracts[i].defined_by == task)
      result.emplace_back(i);
  return result;
}

/// Whether the task is done once this attempt has succeeded.
bool agent_core::is_last_phase(const attempt_record& a) const {
  const auto& t = options_.work->tasks[a.order.task.value];
  if (a.order.phase == work_phase::integrate || !t.integrate.present)
    return true;
  const auto* asked = requests_of(a.order.task);
  return t.needs_later.empty() && (asked == nullptr || !asked->awaited);
}

void agent_core::take_in_artifacts(attempt_record& a) {
  const auto& p = *options_.work;
  const auto& t = p.tasks[a.order.task.value];
  bool good = a.result.end == attempt_end::success;
  capture_artifacts x;
  x.directory = a.directory;
  if (good || (t.keep_artifacts && is_own_failure(a.result.end)))
    x.patterns = a.patterns;
  // What only the integrate phase makes cannot be there before it.
  x.missing_ok = !good || !is_last_phase(a);
  if (good && is_last_phase(a))
    for (auto id : defined_by(a.order.task)) {
      const auto& c = p.contracts[id.value];
      x.files.push_back(path_below(p.directory, c.schema_path));
      if (!c.mock_path.empty())
        x.files.push_back(path_below(p.directory, c.mock_path));
    }
  if (x.patterns.empty() && x.files.empty())
    return conclude(a);
  if (!options_.has_store) {
    fail(a, attempt_end::system_error, "there is no store for artifacts");
    return conclude(a);
  }
  x.id = new_id();
  more().captures.emplace(x.id, a.key());
  ports_.send(std::move(x));
}

void agent_core::captured(attempt_record& a, artifacts_captured x) {
  auto& artifacts = a.result.details.artifacts;
  if (!keeps_secrets(a, x))
    return conclude(a);
  artifacts.insert(artifacts.end(), x.artifacts.begin(), x.artifacts.end());
  if (!x.mistake.empty())
    fail(a, x.no_space ? attempt_end::no_space : attempt_end::failure,
         x.mistake);
  else
    define_contracts(a, x.texts);
  conclude(a);
}

/// Neither can be masked: a path is where a file lies, and what a contract says
/// is what others are held to.
bool agent_core::keeps_secrets(attempt_record& a, const artifacts_captured& x) {
  auto tells = [this](const std::string& text) {
    return holds_secret(options_.mask, text);
  };
  auto file = std::find_if(x.artifacts.begin(), x.artifacts.end(),
                           [&](const artifact& y) {
                             return tells(y.path);
                           });
  if (file != x.artifacts.end())
    return fail(a, attempt_end::failure,
                fmt::format("the path of the artifact {} holds a secret",
                            file->path)),
           false;
  if (std::any_of(x.texts.begin(), x.texts.end(), tells))
    return fail(a, attempt_end::failure,
                "what defines its contract holds a secret"),
           false;
  return true;
}

void agent_core::define_contracts(attempt_record& a,
                                  const std::vector<std::string>& texts) {
  if (texts.empty())
    return;
  const auto& p = *options_.work;
  std::size_t next = 0;
  for (auto id : defined_by(a.order.task)) {
    const auto& c = p.contracts[id.value];
    contract_text made{id, texts.at(next++), {}};
    auto mistake = check_schema(made.schema);
    if (!mistake.empty())
      return fail(a, attempt_end::failure,
                  fmt::format("contract '{}': {} is no JSON Schema: {}", c.name,
                              c.schema_path, mistake));
    if (!c.mock_path.empty()) {
      made.mock = texts.at(next++);
      mistake = check_document(made.schema, made.mock);
    }
    if (!mistake.empty())
      return fail(a, attempt_end::failure,
                  fmt::format("contract '{}': the mock {} breaks its schema: "
                              "{}",
                              c.name, c.mock_path, mistake));
    a.result.details.contracts.push_back(std::move(made));
  }
}

/// What the whole result must keep to (semantics §12, §21), then the report.
void agent_core::conclude(attempt_record& a) {
  auto& x = a.result.details;
  if (a.order.phase == work_phase::integrate && a.order.details)
    put_over_earlier(x, a.order.details->earlier.get());
  const auto& t = options_.work->tasks[a.order.task.value];
  if (auto bytes = inline_bytes(x); bytes > inline_bytes_max) {
    fail(a, attempt_end::failure, too_large(bytes));
    x.outputs.clear();
    x.note.clear();
  }
  if (a.result.end == attempt_end::success && a.schema && is_last_phase(a))
    if (auto mistake = check_outputs(*a.schema, x.outputs); !mistake.empty()) {
      bool of_type = mistake.find("'type'") != std::string::npos;
      fail(a, attempt_end::failure,
           fmt::format("the outputs break contract '{}' {}{}",
                       options_.work->contracts[t.provides.value].name, mistake,
                       of_type ? " (what is written as key=value is text: "
                                 "write one JSON object for other types)"
                               : ""));
    }
  report(a);
}

/// Of an attempt that has not got to its driver.
void agent_core::finish(attempt_record& a, attempt_end end,
                        std::string message) {
  a.result.end = end;
  a.result.details.message = std::move(message);
  report(a);
}

/// A large payload goes to disk first; the driver is done with the attempt.
void agent_core::report(attempt_record& a) {
  a.stage = attempt_stage::ending;
  // Since the driver was done the store may have named files.
  if (options_.mask)
    options_.mask(a.result.details.message);
  shelf_.keep(shared(std::move(a.result.details)),
              [this, key = a.key()](shared_details details) {
                auto* x = find(key);
                TUTTI_ASSERT(x != nullptr);
                report_kept(*x, std::move(details));
              });
}

void agent_core::report_kept(attempt_record& a, shared_details details) {
  auto order = std::move(a.order);
  attempt_finished told{order.task, order.attempt, a.result.end,
                        a.result.exit_code, std::move(details)};
  // One that waits has given its slot back; an unkillable one keeps it.
  if (a.wait == wait_state::none && a.result.end != attempt_end::unkillable)
    ++free_slots_;
  running_.erase({order.task.value, order.attempt});
  ports_.send(std::move(told));
  start_next();
}

} // namespace tutti
