// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/engine.hpp"

#include "messages/assert.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <cmath>

namespace tutti::engine {

engine::engine(graph g)
  : graph_(std::move(g)), tasks_(graph_.task_count),
    others_(graph_.gate_count + graph_.group_count),
    reserved_(graph_.pools.size(), 0), ready_(graph_.task_count),
    classes_(graph_.classes.size()) {
  for (auto n : graph_.slots)
    agents_.push_back({n, 0});
  for (auto n : graph_.pools)
    pools_.push_back({n, 0});
  jobs_.total = graph_.jobs;
  counts_.unfinished = graph_.task_count;
  for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
    auto& t = tasks_[i];
    t.pending = static_cast<std::uint32_t>(graph_.into(i).size());
    const auto& agents = graph_.class_of(i).agents;
    if (agents.size() == 1)
      t.agent = agents[0].value;
    for (auto e : graph_.out_of(i))
      if (e.kind() == edge_kind::started || e.kind() == edge_kind::member)
        t.start_matters = true;
  }
  for (const auto& [task, condition] : graph_.conditions)
    tasks_[task].has_condition = true;
  for (std::size_t i = 0; i < others_.size(); ++i)
    others_[i].pending = static_cast<std::uint32_t>(
        graph_.into(static_cast<node_index>(graph_.task_count + i)).size());
}

void engine::decide(duration now, const event& e, decision& out) {
  TUTTI_ASSERT(now >= now_);
  now_ = now;
  out.clear();
  out_ = &out;
  if (over_)
    reject(reject_reason::run_is_over, 0, 0);
  else if (begun_ == std::holds_alternative<run_begins>(e))
    reject(reject_reason::not_begun, 0, 0);
  else
    std::visit(
        [this](const auto& x) {
          on(x);
        },
        e);
  if (!out.facts.empty()) {
    settle();
    if (graph_.fail_fast && counts_.failed > 0 && !failing_fast_
        && !stopping_) {
      failing_fast_ = true;
      cancel_rest();
      settle();
    }
    release_finally();
    assign_ahead();
    assign_by_tokens();
    end_if_over();
  }
  out_ = nullptr;
}

std::shared_ptr<const attempt_details>
engine::details_of(std::uint32_t x) const {
  auto found = details_.find(x);
  return found == details_.end() ? nullptr : found->second;
}

void engine::reject(reject_reason why, std::uint32_t task,
                    std::uint32_t attempt) {
  command c;
  c.kind = command_kind::reject;
  c.reason = why;
  c.task = task;
  c.attempt = attempt;
  out_->commands.push_back(c);
}

void engine::on(const run_begins&) {
  fact f;
  f.kind = fact_kind::run_started;
  emit(f);
  for (auto gate : graph_.closed_gates)
    emit(fact_kind::gate_closed, gate);
  for (auto t : graph_.skipped)
    emit(fact_kind::task_left_out, t);
  for (std::uint32_t i = 0; i < graph_.gate_count; ++i)
    gates_.push_back(i);
  for (auto i = graph_.gate_count; i < others_.size(); ++i)
    if (graph_.into(graph_.task_count + i).empty())
      resolve_group_end(graph_.task_count + i); // a phase without tasks
  for (std::uint32_t i = 0; i < graph_.task_count; ++i)
    if (tasks_[i].pending == 0)
      released_.push_back(i);
}

void engine::on(const attempt_begins& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, e.attempt);
  auto& t = tasks_[x];
  if (!t.assigned || t.attempt != e.attempt)
    return reject(reject_reason::stale_attempt, x, e.attempt);
  if (t.state != task_state::ready)
    return reject(reject_reason::already_begun, x, e.attempt);
  fact f;
  f.kind = fact_kind::attempt_started;
  f.subject = x;
  f.attempt = e.attempt;
  f.agent = t.agent;
  emit(f);
  if (t.is_ending) { // asked back too late
    tell_to_end(x, t.ending, abandoned_);
    return;
  }
  auto timeout = graph_.policy_of(x).timeout;
  if (timeout <= duration::zero())
    return;
  command c;
  c.kind = command_kind::arm_timer;
  c.timer = timer_kind::timeout;
  c.task = x;
  c.attempt = e.attempt;
  c.at = now_ + timeout;
  out_->commands.push_back(c);
}

void engine::on(const attempt_ends& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, e.attempt);
  const auto& t = tasks_[x];
  auto late = [&] {
    fact f;
    f.kind = fact_kind::result_late;
    f.subject = x;
    f.attempt = e.attempt;
    f.end = e.end;
    emit(f);
  };
  if (t.state != task_state::running || t.attempt != e.attempt)
    return late();
  if (!t.is_ending || e.end == attempt_end::unkillable)
    return accept_end(e, e.end);
  bool success = e.end == attempt_end::success;
  if (t.ending == attempt_end::timed_out && success) {
    late(); // and so is what it put out
    auto kept = e;
    if (e.details) {
      auto details = *e.details;
      details.outputs.clear();
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
  bool kept = t.ending == attempt_end::timed_out && retry_left && !may_start(x);
  accept_end(e, kept ? attempt_end::stopped : t.ending);
}

/// The state an attempt leaves its task in: terminal, or ready for another try.
void engine::accept_end(const attempt_ends& e, attempt_end end) {
  auto x = e.task.value;
  const auto& t = tasks_[x];
  fact f;
  f.kind = fact_kind::attempt_finished;
  f.subject = x;
  f.attempt = e.attempt;
  f.agent = t.agent;
  f.end = end;
  f.exit_code = e.exit_code;
  f.details = e.details;
  const auto& policy = graph_.policy_of(x);
  bool again = t.failures < policy.retries.max && may_start(x) && !t.cancelled;
  auto or_again = [&](task_state s) {
    return again ? task_state::ready : s;
  };
  switch (end) {
  case attempt_end::success:
    f.state = task_state::succeeded;
    break;
  case attempt_end::failure:
    f.state = or_again(task_state::failed);
    break;
  case attempt_end::timed_out:
    f.state = or_again(task_state::timed_out);
    break;
  case attempt_end::system_error:
    f.state = or_again(task_state::error);
    break;
  case attempt_end::unkillable:
    f.state = task_state::error;
    break;
  case attempt_end::cancelled:
    f.state = task_state::cancelled;
    break;
  case attempt_end::stopped:
    f.state = task_state::ready;
    break;
  case attempt_end::no_space: // waits for a resumed run, if it may
    f.state = policy.is_finally ? task_state::error : task_state::ready;
    break;
  }
  emit(f);
  if (tasks_[x].backing_off)
    schedule_retry(x);
  // Resumable once there is space again (§27).
  if (end == attempt_end::no_space && !stopping_)
    on(stop_requested{static_cast<std::int32_t>(exit_code::waiting), false});
  if (end == attempt_end::unkillable && agents_[f.agent].total == 0)
    take_back_from(f.agent);
}

void engine::schedule_retry(std::uint32_t task) {
  const auto& policy = graph_.policy_of(task).retries;
  const auto& t = tasks_[task];
  if (policy.wait <= duration::zero())
    return emit(fact_kind::task_ready, task);
  auto factor = std::pow(policy.backoff, t.failures - 1);
  auto wait = static_cast<double>(policy.wait.count()) * factor;
  auto bound = static_cast<double>(policy.max_wait.count());
  auto span = duration{static_cast<std::int64_t>(std::min(wait, bound))};
  if (span <= duration::zero())
    return emit(fact_kind::task_ready, task);
  command c;
  c.kind = command_kind::arm_timer;
  c.timer = timer_kind::retry;
  c.task = task;
  c.attempt = t.attempt;
  c.at = now_ + span;
  out_->commands.push_back(c);
}

void engine::on(const attempt_given_back& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, e.attempt);
  const auto& t = tasks_[x];
  if (!t.assigned || t.state != task_state::ready || t.attempt != e.attempt)
    return reject(reject_reason::stale_attempt, x, e.attempt);
  fact f;
  f.kind = fact_kind::attempt_revoked;
  f.subject = x;
  f.attempt = e.attempt;
  f.agent = t.agent;
  emit(f);
  if (t.cancelled)
    emit(fact_kind::task_cancelled, x);
}

void engine::on(const handoff_arrives& e) {
  if (e.from.value >= graph_.task_count || e.to.value >= graph_.task_count)
    return reject(reject_reason::unknown_task, e.to.value, 0);
  fact f;
  f.kind = fact_kind::handoff_accepted;
  f.subject = e.to.value;
  f.cause = e.from.value;
  emit(f);
}

void engine::on(const timer_fires& e) {
  switch (e.kind) {
  case timer_kind::timeout:
    return on_timeout(e);
  case timer_kind::retry:
    return on_retry(e);
  case timer_kind::reserve:
    return on_reserve(e);
  }
}

void engine::on_timeout(const timer_fires& e) {
  if (e.subject >= graph_.task_count)
    return reject(reject_reason::unknown_task, e.subject, e.epoch);
  const auto& t = tasks_[e.subject];
  if (t.state != task_state::running || t.attempt != e.epoch || t.is_ending)
    return reject(reject_reason::stale_timer, e.subject, e.epoch);
  tell_to_end(e.subject, attempt_end::timed_out, false);
}

void engine::on_retry(const timer_fires& e) {
  if (e.subject >= graph_.task_count)
    return reject(reject_reason::unknown_task, e.subject, e.epoch);
  const auto& t = tasks_[e.subject];
  if (!t.backing_off || t.attempt != e.epoch)
    return reject(reject_reason::stale_timer, e.subject, e.epoch);
  emit(fact_kind::task_ready, e.subject);
}

void engine::on_reserve(const timer_fires& e) {
  if (e.subject >= classes_.size() || !classes_[e.subject].passed_over
      || classes_[e.subject].reserving || classes_[e.subject].epoch != e.epoch)
    return reject(reject_reason::stale_timer, e.subject, e.epoch);
  // No fact: reservations only hold back later assignments, which are facts.
  classes_[e.subject].reserving = true;
  ++reserving_;
  may_assign_ = true;
}

void engine::on(const stop_requested& e) {
  constexpr auto resumable = static_cast<std::int32_t>(exit_code::waiting);
  // A signal says more than "resumable" (§27).
  bool other_code = stop_code_ == resumable && e.exit_code != resumable;
  if (!stopping_ || e.at_once || other_code) {
    fact f;
    f.kind = fact_kind::stop_requested;
    f.exit_code = stopping_ && !other_code ? stop_code_ : e.exit_code;
    f.end = e.at_once ? attempt_end::cancelled : attempt_end::stopped;
    emit(f);
  }
  for (std::uint32_t i = 0; i < graph_.task_count; ++i)
    if (tasks_[i].assigned && !may_start(i))
      tell_to_end(i, attempt_end::stopped, e.at_once);
}

void engine::on(const cancel_requested& e) {
  if (e.task.value >= graph_.task_count)
    return reject(reject_reason::unknown_task, e.task.value, 0);
  if (is_terminal(tasks_[e.task.value].state))
    return reject(reject_reason::not_running, e.task.value, 0);
  cancel(e.task.value);
}

void engine::cancel(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (is_terminal(t.state))
    return;
  if (t.assigned)
    tell_to_end(task, attempt_end::cancelled, false);
  else
    emit(fact_kind::task_cancelled, task);
}

/// Fail-fast (semantics §9): all but `finally` is cancelled.
void engine::cancel_rest() {
  for (std::uint32_t i = 0; i < graph_.task_count; ++i)
    if (!graph_.policy_of(i).is_finally)
      cancel(i);
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
  bool running = t.state == task_state::running;
  command c;
  c.kind = running ? command_kind::end_attempt : command_kind::revoke;
  c.task = task;
  c.attempt = t.attempt;
  c.agent = t.agent;
  c.other = graph_.tasks[task].rank;
  c.end = t.ending;
  c.at_once = at_once;
  out_->commands.push_back(c);
}

/// The agent's last slot is quarantined: what waits in its queue is taken back,
/// so that the run can say that it waits for it.
void engine::take_back_from(std::uint32_t agent) {
  for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
    const auto& t = tasks_[i];
    if (t.assigned && t.agent == agent && t.state == task_state::ready
        && !t.is_ending)
      tell_to_end(i, attempt_end::stopped, false);
  }
}

} // namespace tutti::engine
