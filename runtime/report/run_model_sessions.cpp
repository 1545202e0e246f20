// SPDX-License-Identifier: BSD-3-Clause
// Runs that were resumed (semantics §31): what each session found, and the time
// between sessions, in which nobody worked and nobody could be waited for.
#include "runtime/report/run_model.hpp"

#include <algorithm>
#include <utility>

namespace tutti::report {

// -- facts --------------------------------------------------------------------

void run_model::resume(const fact& x, duration before) {
  lose_attempts(before);
  ended_ = stopping_ = false;
  status_ = run_status::stopped;
  exit_code_ = 0;
  session_record made;
  made.number = x.version;
  made.from = made.until = now_;
  take_over(made);
  for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
    auto& t = tasks_[i];
    if (t.attempt_open ? t.lost : t.again)
      made.again.emplace_back(i);
    t.stands = stands(i);
    made.kept += t.stands;
  }
  sessions_.push_back(std::move(made));
}

// What was going on is known until the last fact. Its end comes as a fact of
// its own. An attempt on another machine may go on there all the same.
void run_model::lose_attempts(duration at) {
  for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
    auto& t = tasks_[i];
    if (!t.attempt_open)
      continue;
    bool waits = t.waits_since.has_value();
    t.lost = !goes_on_elsewhere(i);
    stop_clock(i, at);
    if (!waits || t.lost)
      end_wait_inside(i, at);
  }
}

// Their time counts on from where tutti is there again. Should one have ended
// meanwhile, or be lost, a fact says so.
void run_model::take_over(session_record& made) {
  for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
    const auto& t = tasks_[i];
    if (!t.attempt_open || t.lost)
      continue;
    made.taken_over.emplace_back(i);
    if (!t.waits_since)
      start_clock(i, now_, now_);
  }
}

// A task that has succeeded and is not to be done again. What a stop let run
// ahead of what it follows on is.
bool run_model::stands(std::uint32_t task) const {
  const auto& x = plan_->tasks[task];
  return tasks_[task].state == task_state::succeeded
      && x.kind != task_kind::requests
      && !(x.is_finally && states_[task].unmet > 0);
}

// What the resume itself has opened again is not kept, but done again.
void run_model::note_reopened(std::uint32_t task, duration at) {
  auto& now = sessions_.back();
  if (sessions_.size() == 1 || at != now.from)
    return;
  now.kept -= std::exchange(tasks_[task].stands, false);
  if (tasks_[task].attempts > 0)
    now.again.emplace_back(task);
}

// It comes between two sessions: the one that it is for begins with the next
// fact.
void run_model::replace_plan(const fact& x) {
  revision_ = x.version;
  replaced_text_ = x.extra ? x.extra->text : std::string{};
  if (!x.extra)
    return;
  for (auto t : x.extra->tasks)
    tasks_[t.value].again = true;
}

// -- queries ------------------------------------------------------------------

std::vector<people_wait> run_model::up_parts(duration from,
                                             duration until) const {
  std::vector<people_wait> result;
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    const auto& x = sessions_[i];
    auto is_last = i + 1 == sessions_.size(); // `until` may be after its facts
    people_wait part{std::max(from, x.from),
                     is_last ? until : std::min(until, x.until)};
    if (part.from < part.until)
      result.push_back(part);
  }
  return result;
}

duration run_model::up_time(duration from, duration until) const {
  duration result{0};
  for (const auto& x : up_parts(from, until))
    result += x.until - x.from;
  return result;
}

duration run_model::down() const {
  duration result{0};
  for (std::size_t i = 1; i < sessions_.size(); ++i)
    result += sessions_[i].from - sessions_[i - 1].until;
  return result;
}

bool run_model::is_kept(std::size_t i) const {
  const auto& t = tasks_[i];
  return is_terminal(t.state) && t.session + 1 < sessions_.size();
}

std::size_t run_model::kept_count() const {
  std::size_t result = 0;
  for (std::size_t i = 0; i < tasks_.size(); ++i)
    result += is_kept(i) && plan_->tasks[i].kind != task_kind::requests;
  return result;
}

} // namespace tutti::report
