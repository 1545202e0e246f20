// SPDX-License-Identifier: BSD-3-Clause
// How attempts end, and what becomes of their tasks: done, parked until what
// they need later is there, tried again, or failed (semantics §2, §11, §26).
#include "actors/orchestrator/engine/engine.hpp"
#include "actors/orchestrator/engine/retry_policy.hpp"
#include "messages/error.hpp"
#include "messages/mutant.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

/// Crashes of a session in a row that are no fault of the task (§22).
constexpr std::uint32_t errors_max = 3;

/// How often a review is asked for its verdict (§16).
constexpr std::uint32_t reviews_max = 3;

} // namespace

void engine::on(const attempt_ends& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, e.attempt);
  const auto& t = tasks_[x];
  if (!repeats_.empty() && repeats_.erase({x, e.attempt}) > 0)
    return reject(reject_reason::not_running, x, e.attempt);
  auto late = [&] {
    fact f;
    f.kind = fact_kind::result_late;
    f.subject = x;
    f.attempt = e.attempt;
    f.end = e.end;
    emit(f);
  };
  bool running =
      t.state == task_state::running || t.state == task_state::integrating;
  if (TUTTI_MUTANT(stale_result_counts) && running)
    return accept_end(e, e.end);
  if (!running || t.attempt != e.attempt)
    return late();
  if (!t.is_ending || e.end == attempt_end::unkillable)
    return accept_end(e, e.end);
  bool success = e.end == attempt_end::success;
  if (t.ending == attempt_end::timed_out && success) {
    late(); // and so is what it put out
    auto kept = e;
    if (e.details) {
      attempt_details details = *e.details;
      details.outputs.clear();
      details.artifacts.clear();
      details.contracts.clear();
      details.payload = {};
      kept.details =
          std::make_shared<const attempt_details>(std::move(details));
    }
    return accept_end(kept, attempt_end::timed_out);
  }
  if (success)
    return accept_end(e, attempt_end::success);
  if (t.cancelled)
    return accept_end(e, attempt_end::cancelled);
  // A retry that a stop leaves no time for is kept for the resumed run.
  bool retry_left = t.failures < graph_.policy_of(x).retries.max;
  bool kept = t.ending == attempt_end::timed_out && retry_left && !t.overdue
           && !may_start(x);
  accept_end(e, kept ? attempt_end::stopped : t.ending);
}

void engine::accept_end(const attempt_ends& e, attempt_end end) {
  auto x = e.task.value;
  const auto& t = tasks_[x];
  timeout_at_.erase(x);
  fact f;
  f.kind = fact_kind::attempt_finished;
  f.subject = x;
  f.attempt = e.attempt;
  f.agent = t.agent;
  f.phase = t.state == task_state::integrating ? work_phase::integrate
                                               : work_phase::run;
  f.version = t.version;
  f.end = end;
  f.exit_code = e.exit_code;
  f.details = e.details;
  bool review = graph_.tasks[x].kind == task_kind::review;
  if (review && end == attempt_end::success
      && !has_verdict(x, e.details.get())) {
    end = f.end = attempt_end::failure;
    f.exit_code = 0; // it ended well, but said nothing
    f.state = rare_[x].asked_again + 1 < reviews_max && may_start(x)
                ? task_state::ready
                : task_state::error;
  } else {
    f.state = state_after(x, end);
    if (review && f.state == task_state::failed)
      f.state = task_state::error; // and the gate closes (§16)
  }
  if (f.state == task_state::failed && end == attempt_end::success)
    f.cause = missed_later(x);
  auto taken = graph_.tasks[x].loose ? streams_[stream_index(x)].taken
                                     : std::vector<work_item>{};
  emit(f);
  if (graph_.tasks[x].loose && f.state != task_state::ready)
    answer_taken(taken, f);
  if (review && f.state == task_state::succeeded)
    take_review(x);
  if (tasks_[x].backing_off)
    schedule_retry(x);
  // Resumable once there is space again (§27); what runs may come to its end.
  if (end == attempt_end::no_space && !stopping_)
    stop_starting();
  if (end == attempt_end::unkillable && agents_[f.agent].total == 0)
    take_back_from(f.agent);
}

/// The state an attempt leaves its task in.
task_state engine::state_after(std::uint32_t task, attempt_end end) {
  if (end == attempt_end::success)
    return state_after_success(task);
  const auto& t = tasks_[task];
  const auto& policy = graph_.policy_of(task);
  bool loose = graph_.tasks[task].loose;
  bool may = may_start(task) && !t.cancelled && !t.overdue;
  bool again = t.failures < policy.retries.max && may;
  auto or_again = [&](task_state s) {
    if (again)
      return state_to_retry(task);
    // An after-each task goes on; its end says that a run failed (§14).
    return loose && may ? task_state::waiting : s;
  };
  switch (end) {
  case attempt_end::success: // above
    break;
  case attempt_end::failure:
    return or_again(task_state::failed);
  case attempt_end::timed_out:
    return or_again(task_state::timed_out);
  case attempt_end::system_error: {
    // A crash of what outlives attempts uses up no retry (§22).
    bool session = graph_.has_session[t.agent];
    auto rare = rare_.find(task);
    auto errors = rare == rare_.end() ? 0 : rare->second.errors;
    if (session && may && errors + 1 < errors_max)
      return state_to_retry(task);
    return session ? task_state::error : or_again(task_state::error);
  }
  case attempt_end::unkillable:
    return task_state::error;
  case attempt_end::cancelled:
    // Nobody is left to ask it anything: it ends as it should (§19).
    return graph_.tasks[task].kind == task_kind::requests && others_ended()
             ? task_state::waiting
             : task_state::cancelled;
  case attempt_end::stopped:
  case attempt_end::node_lost:
    return state_to_retry(task);
  case attempt_end::no_space: // waits for a resumed run, if it may
    return policy.is_finally ? task_state::error : state_to_retry(task);
  }
  return task_state::error;
}

task_state engine::state_to_retry(std::uint32_t task) const {
  return tasks_[task].state == task_state::integrating
           ? task_state::waiting_to_integrate
           : task_state::ready;
}

task_state engine::state_after_success(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (graph_.tasks[task].loose)
    return task_state::waiting;
  if (t.may_miss && missed_later(task) != task_id::none)
    return task_state::failed; // §11
  const auto& policy = graph_.policy_of(task);
  bool waits_for = t.later > 0;
  if (t.state == task_state::integrating) {
    bool more = t.arrived && (policy.integrate_each || t.asked);
    return waits_for || more ? task_state::waiting_to_integrate
                             : task_state::succeeded;
  }
  bool integrates =
      policy.integrates && (graph_.tasks[task].later > 0 || t.asked);
  return waits_for || integrates ? task_state::waiting_to_integrate
                                 : task_state::succeeded;
}

void engine::schedule_retry(std::uint32_t task) {
  const auto& policy = graph_.policy_of(task).retries;
  const auto& t = tasks_[task];
  auto span = wait_after(policy, task, t.failures);
  if (span <= duration::zero())
    return emit(fact_kind::task_ready, task);
  arm(timer_kind::retry, task, t.attempt, now_ + span);
}

/// Ends a running attempt, or asks back one that has not begun. The first
/// reason stands, but a cancel is remembered: no retry follows it.
void engine::tell_to_end(std::uint32_t task, attempt_end why, bool at_once) {
  const auto& t = tasks_[task];
  if (!t.is_ending || (why == attempt_end::cancelled && !t.cancelled)) {
    fact f;
    f.kind = fact_kind::attempt_ending;
    f.subject = task;
    f.attempt = t.attempt;
    f.agent = t.agent;
    f.end = why;
    emit(f);
  }
  bool running =
      t.state == task_state::running || t.state == task_state::integrating;
  command c;
  c.kind = running ? command_kind::end_attempt : command_kind::revoke;
  c.task = task;
  c.attempt = t.attempt;
  c.agent = t.agent;
  c.other = assigned_rank(task);
  c.end = t.ending;
  c.at_once = at_once;
  out_->commands.push_back(c);
}

/// Asks back what is assigned and has not begun; what has begun goes on.
void engine::take_back(std::uint32_t task) {
  const auto& t = tasks_[task];
  bool begun =
      t.state == task_state::running || t.state == task_state::integrating;
  if (t.assigned && !begun && !t.is_ending)
    tell_to_end(task, attempt_end::stopped, false);
}

/// The agent's last slot is quarantined: what waits in its queue is taken back,
/// so that the run can say that it waits for it.
void engine::take_back_from(std::uint32_t agent) {
  for (std::uint32_t i = 0; i < graph_.task_count; ++i)
    if (tasks_[i].agent == agent)
      take_back(i);
}

} // namespace tutti::engine
