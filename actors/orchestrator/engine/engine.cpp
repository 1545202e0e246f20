// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/engine/engine.hpp"

#include "messages/assert.hpp"
#include "messages/error.hpp"

#include <algorithm>
#include <cmath>

namespace tutti::engine {

engine::engine(graph g)
  : graph_(std::move(g)), tasks_(graph_.task_count),
    since_(graph_.task_count, duration{0}),
    others_(graph_.gate_count + graph_.service_count + graph_.group_count),
    met_(graph_.out.size(), false), approvals_(graph_.special_gates.size()),
    streams_(graph_.streams.size()), reserved_(graph_.pools.size(), 0),
    placement_(graph_), ready_(graph_.unit_count()),
    classes_(graph_.classes.size()) {
  for (std::uint32_t i = 0; i < graph_.slots.size(); ++i)
    agents_.push_back({placement_.is_chosen(i) ? 0 : graph_.slots[i], 0});
  for (auto n : graph_.pools)
    pools_.push_back({n, 0});
  jobs_.total = graph_.jobs;
  counts_.unfinished = graph_.task_count;
  for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
    auto& t = tasks_[i];
    for (auto e : graph_.into(i)) {
      t.pending += is_start_edge(e.kind());
      t.later += e.kind() == edge_kind::later;
    }
    const auto& agents = graph_.class_of(i).agents;
    if (agents.size() == 1)
      t.agent = agents[0].value;
  }
  for (std::size_t i = 0; i < others_.size(); ++i)
    others_[i].pending = static_cast<std::uint32_t>(
        graph_.into(static_cast<node_index>(graph_.task_count + i)).size());
  for (std::size_t i = 0; i < streams_.size(); ++i)
    streams_[i].open_triggers = graph_.streams[i].triggers;
  if (graph_.has_rework) {
    changed_at_.resize(graph_.task_count, 0);
    run_took_.resize(graph_.task_count, 0);
    integrate_took_.resize(graph_.task_count, 0);
  }
}

void engine::decide(duration now, const event& e, decision& out) {
  out.clear();
  decide_more(now, e, out);
}

void engine::decide_more(duration now, const event& e, decision& out) {
  TUTTI_ASSERT(now >= now_);
  now_ = now;
  out_ = &out;
  auto before = out.facts.size();
  bool begins = std::holds_alternative<run_begins>(e);
  if (over_ && !std::holds_alternative<run_resumes>(e))
    reject(reject_reason::run_is_over, 0, 0);
  else if (!begun_ && std::holds_alternative<stop_requested>(e)) {
    on(run_begins{}); // it waited for nodes: nothing starts any more
    on(std::get<stop_requested>(e));
  } else if (begun_ == begins)
    reject(reject_reason::not_begun, 0, 0);
  else
    std::visit(
        [this](const auto& x) {
          on(x);
        },
        e);
  if (out.facts.size() > before) {
    settle();
    if (graph_.fail_fast && counts_.failed > 0 && !failing_fast_
        && !stopping_) {
      failing_fast_ = true;
      cancel_rest();
      settle();
    }
    release_finally();
    settle_requests();
    place_agents();
    assign_ahead();
    assign_by_tokens();
    end_if_over();
  }
  out_ = nullptr;
}

std::shared_ptr<const attempt_details>
engine::details_of(std::uint32_t x) const {
  return x < details_.size() ? details_[x] : nullptr;
}

std::shared_ptr<const assignment_details>
engine::assignment_of(std::uint32_t x) const {
  const auto& t = tasks_[x];
  bool plain = t.version == 1 && !graph_.tasks[x].loose && approvals_.empty()
            && t.state != task_state::waiting_to_integrate
            && (rare_.empty() || !rare_.contains(x));
  if (plain)
    return nullptr;
  assignment_details result;
  result.round = t.version;
  if (auto rare = rare_.find(x);
      rare != rare_.end() && rare->second.feedback_for == t.version)
    result.feedback = rare->second.feedback;
  if (graph_.tasks[x].loose)
    result.items = streams_[stream_index(x)].taken;
  for (auto e : graph_.into(x)) {
    if (!graph_.is_gate(e.target()))
      continue;
    auto gate = e.target() - graph_.task_count;
    const auto* a = approval(gate);
    if (a != nullptr && !a->comment.empty())
      result.comments.push_back({gate_id{gate}, a->comment});
  }
  if (t.state == task_state::waiting_to_integrate)
    result.earlier = details_of(x);
  if (result.round == 1 && result.feedback.empty() && result.items.empty()
      && result.comments.empty() && !result.earlier)
    return nullptr;
  return std::make_shared<const assignment_details>(std::move(result));
}

const approval_record* engine::approval(std::uint32_t gate) const {
  const auto* special = graph_.special_gate(gate);
  return special == nullptr ? nullptr : &approvals_[gate_index(gate)];
}

const stream_record* engine::stream(std::uint32_t task) const {
  return graph_.tasks[task].loose ? &streams_[stream_index(task)] : nullptr;
}

std::uint32_t engine::later_cause(std::uint32_t x) const {
  auto rare = rare_.find(x);
  return rare == rare_.end() ? task_id::none : rare->second.later_cause;
}

/// Refused, and why: for who asked.
void engine::refuse(std::string why) {
  reject(reject_reason::refused, 0, 0);
  out_->refusal = std::move(why);
}

void engine::arm(timer_kind kind, std::uint32_t subject, std::uint32_t epoch,
                 duration at) {
  command c;
  c.kind = command_kind::arm_timer;
  c.timer = kind;
  c.task = subject;
  c.attempt = epoch;
  c.at = at;
  out_->commands.push_back(c);
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

void engine::on(const run_begins& e) {
  fact f;
  f.kind = fact_kind::run_started;
  emit(f);
  join_local();
  for (const auto& x : e.nodes)
    on(x);
  leave_out();
  look_at_all();
}

void engine::on(const attempt_begins& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, e.attempt);
  auto& t = tasks_[x];
  if (!t.assigned || t.attempt != e.attempt)
    return reject(reject_reason::stale_attempt, x, e.attempt);
  bool integrate = t.state == task_state::waiting_to_integrate;
  if (t.state != task_state::ready && !integrate)
    return reject(reject_reason::already_begun, x, e.attempt);
  fact f;
  f.kind = fact_kind::attempt_started;
  f.subject = x;
  f.attempt = e.attempt;
  f.agent = t.agent;
  f.phase = integrate ? work_phase::integrate : work_phase::run;
  f.version = t.version;
  emit(f);
  bool forced = stopping_ && graph_.policy_of(x).is_finally;
  if (!integrate && t.pending > 0 && !forced)
    emit(fact_kind::version_doubted, x); // made of what is being made again
  if (t.is_ending) {                     // asked back too late
    tell_to_end(x, t.ending, abandoned_);
    return;
  }
  auto timeout = graph_.policy_of(x).timeout;
  if (timeout <= duration::zero())
    return;
  timeout_at_[x] = now_ + timeout;
  arm(timer_kind::timeout, x, e.attempt, now_ + timeout);
}

void engine::on(const attempt_given_back& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, e.attempt);
  const auto& t = tasks_[x];
  bool begun =
      t.state == task_state::running || t.state == task_state::integrating;
  if (!t.assigned || begun || t.attempt != e.attempt)
    return reject(reject_reason::stale_attempt, x, e.attempt);
  give_back(x, attempt_end::success);
}

/// What was assigned has not begun, as far as is known. `why`: its node is
/// lost.
void engine::give_back(std::uint32_t x, attempt_end why) {
  const auto& t = tasks_[x];
  bool out_of_time = t.is_ending && t.ending == attempt_end::timed_out;
  // Nobody is left to ask it anything: it ends as it should (§19).
  bool unneeded = graph_.tasks[x].kind == task_kind::requests && others_ended();
  fact f;
  f.kind = fact_kind::attempt_revoked;
  f.subject = x;
  f.attempt = t.attempt;
  f.agent = t.agent;
  f.end = why;
  emit(f);
  if ((t.cancelled && !unneeded) || out_of_time)
    end_unbegun(x, t.cancelled);
}

void engine::on(const handoff_arrives& e) {
  if (e.from.value >= graph_.task_count || e.to.value >= graph_.task_count)
    return reject(reject_reason::unknown_task, e.to.value, 0);
  if (accepted_before(e))
    return; // it was announced again (§31)
  fact f;
  f.kind = fact_kind::handoff_accepted;
  f.subject = e.to.value;
  f.cause = e.from.value;
  f.version = e.version;
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
  case timer_kind::deadline:
  case timer_kind::queue_timeout:
    return on_clock(e);
  case timer_kind::approval:
    return on_approval_timeout(e);
  case timer_kind::batch:
    return on_batch(e);
  case timer_kind::aging:
    return on_aging(e);
  case timer_kind::haunted:
    return on_haunted(e);
  }
}

void engine::on_timeout(const timer_fires& e) {
  if (e.subject >= graph_.task_count)
    return reject(reject_reason::unknown_task, e.subject, e.epoch);
  const auto& t = tasks_[e.subject];
  bool running =
      t.state == task_state::running || t.state == task_state::integrating;
  // A wait inside stops the clock: the timer is armed anew behind it (§20).
  auto due = timeout_at_.find(e.subject);
  bool moved = t.waits || (due != timeout_at_.end() && now_ < due->second);
  if (!running || t.attempt != e.epoch || t.is_ending || moved)
    return reject(reject_reason::stale_timer, e.subject, e.epoch);
  tell_to_end(e.subject, attempt_end::timed_out, false);
}

/// `deadline` and `queue-timeout`: the task's own end, whatever it is at.
void engine::on_clock(const timer_fires& e) {
  if (e.subject >= graph_.task_count)
    return reject(reject_reason::unknown_task, e.subject, e.epoch);
  auto& t = tasks_[e.subject];
  bool queued = e.kind == timer_kind::queue_timeout;
  if (is_terminal(t.state) || t.version != e.epoch || t.overdue
      || (queued && (t.begun_version || t.state != task_state::ready)))
    return reject(reject_reason::stale_timer, e.subject, e.epoch);
  if (!queued)
    emit(fact_kind::deadline_over, e.subject);
  if (t.assigned)
    tell_to_end(e.subject, attempt_end::timed_out, false);
  else
    end_unbegun(e.subject, false);
}

/// A task that nobody works on is over: cancelled, or out of time.
void engine::end_unbegun(std::uint32_t task, bool cancelled) {
  const auto& t = tasks_[task];
  if (t.state == task_state::waiting_to_integrate) {
    fact f;
    f.kind = fact_kind::later_failed;
    f.subject = task;
    f.state = cancelled ? task_state::cancelled : task_state::timed_out;
    return emit(f);
  }
  emit(cancelled ? fact_kind::task_cancelled : fact_kind::task_timed_out, task);
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

/// Nothing new starts, and what waits in queues is taken back.
void engine::stop_starting() {
  fact f;
  f.kind = fact_kind::stop_requested;
  f.exit_code = static_cast<std::int32_t>(exit_code::waiting);
  f.end = attempt_end::stopped;
  emit(f);
  for (std::uint32_t i = 0; i < graph_.task_count; ++i)
    if (!may_start(i))
      take_back(i);
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

} // namespace tutti::engine
