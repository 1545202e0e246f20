// SPDX-License-Identifier: BSD-3-Clause
// Facts about tasks and attempts into state. Nothing here decides: the same
// facts give the same state, live or replayed (rule 8). While deciding,
// handoffs leave as their producer's end is folded, so that a step looks at
// each edge once.
#include "actors/orchestrator/engine/engine.hpp"
#include "actors/orchestrator/engine/task_machine.hpp"
#include "messages/assert.hpp"
#include "messages/mutant.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

/// Whether there is more to a result than how its attempt ended.
bool hands_on(const attempt_details& x) {
  return !same_content(&x, nullptr) || !x.note.empty();
}

} // namespace

void engine::emit(const fact& f) {
  out_->facts.push_back(f);
  out_->facts.back().at = now_;
  fold(out_->facts.back());
}

void engine::emit(fact_kind kind, std::uint32_t subject) {
  fact f;
  f.kind = kind;
  f.subject = subject;
  emit(f);
}

void engine::emit(fact_kind kind, std::uint32_t subject, node_index cause) {
  fact f;
  f.kind = kind;
  f.subject = subject;
  set_cause(f, cause);
  emit(f);
}

/// A group is no phase of its own to a reader: it names the plan's phase.
void engine::set_cause(fact& f, node_index cause) const {
  if (cause == task_id::none)
    return;
  if (graph_.is_gate(cause)) {
    f.cause_kind = node_kind::gate;
    f.cause = cause - graph_.task_count;
  } else if (graph_.is_service(cause)) {
    f.cause_kind = node_kind::service;
    f.cause = cause - graph_.task_count - graph_.gate_count;
  } else if (graph_.is_group(cause)) {
    f.cause_kind = node_kind::phase;
    f.cause = graph_.phase_of_group(cause);
  } else {
    f.cause = cause;
  }
}

/// The node that a fact names as its cause.
node_index engine::cause_of(const fact& f) const {
  if (f.cause == task_id::none && f.cause_kind != node_kind::phase)
    return task_id::none;
  switch (f.cause_kind) {
  case node_kind::gate:
    return graph_.gate_node(f.cause);
  case node_kind::service:
    return graph_.service_node(f.cause);
  case node_kind::phase: {
    const auto& phases = graph_.group_phases;
    auto i = std::find(phases.begin(), phases.end(), f.cause);
    return graph_.service_node(graph_.service_count)
         + static_cast<node_index>(i - phases.begin());
  }
  case node_kind::task:
    break;
  }
  return f.cause;
}

void engine::fold(const fact& f) {
  switch (f.kind) {
  case fact_kind::run_started:
    begun_ = true;
    for (auto x = graph_.service_node(graph_.service_count);
         x < graph_.node_count(); ++x)
      if (graph_.into(x).empty())
        update_out(x); // a phase without tasks
    break;
  case fact_kind::handoff_accepted:
    if (out_ == nullptr) // a live run's agents drop what they have seen
      accepted_before_[std::uint64_t{f.cause} << 32 | f.subject] = f.version;
    break;
  case fact_kind::handoff_sent:
  case fact_kind::request_refused:
    break;
  case fact_kind::plan_replaced:
    for (auto t : f.extra->tasks)
      if (tasks_[t.value].assigned)
        changed_.push_back(t.value);
    break;
  case fact_kind::run_resumed:
    return fold_resumed(f);
  case fact_kind::deadline_over:
    tasks_[f.subject].overdue = true;
    break;
  case fact_kind::result_late:
    ++counts_.late;
    placement_.fold_end(f);
    break;
  case fact_kind::stop_requested:
    return fold_stop(f);
  case fact_kind::run_ended:
    over_ = true;
    break;
  case fact_kind::gate_opened:
  case fact_kind::gate_closed:
  case fact_kind::approval_asked:
  case fact_kind::verdict_given:
  case fact_kind::gate_rejected:
  case fact_kind::gate_reset:
  case fact_kind::rework_requested:
    return fold_gate(f);
  case fact_kind::version_started:
  case fact_kind::version_doubted:
  case fact_kind::version_kept:
    places_open_ = true; // who was done may have work again
    return fold_version(f);
  case fact_kind::trigger_queued:
  case fact_kind::stream_ended:
    return fold_stream(f);
  case fact_kind::request_made:
  case fact_kind::request_answered:
  case fact_kind::request_cancelled:
  case fact_kind::answer_accepted:
    return fold_request(f);
  case fact_kind::attempt_waits:
  case fact_kind::wait_over:
  case fact_kind::attempt_goes_on:
    return fold_wait(f);
  case fact_kind::task_paused:
  case fact_kind::task_resumed:
  case fact_kind::task_retried:
    places_open_ = may_assign_ = true;
    return fold_people(f);
  case fact_kind::service_changed:
    return fold_service(f);
  case fact_kind::node_joined:
  case fact_kind::node_lost:
  case fact_kind::node_gone:
  case fact_kind::node_draining:
  case fact_kind::agent_placed:
  case fact_kind::agent_unplaced:
  case fact_kind::run_lost:
    return fold_node(f);
  default:
    return fold_task(f);
  }
}

void engine::fold_task(const fact& f) {
  since_[f.subject] = f.at;
  switch (f.kind) {
  case fact_kind::task_ready:
    return fold_ready(f);
  case fact_kind::task_assigned:
    return fold_assigned(f);
  case fact_kind::attempt_started:
    return fold_started(f);
  case fact_kind::attempt_finished:
    return fold_finished(f);
  case fact_kind::attempt_ending:
    return fold_ending(f);
  case fact_kind::attempt_revoked:
    return fold_revoked(f);
  case fact_kind::task_skipped:
    return fold_unstarted_end(f, task_state::skipped);
  case fact_kind::task_left_out:
    return fold_unstarted_end(f, task_state::left_out);
  case fact_kind::task_cancelled:
    return fold_unstarted_end(f, task_state::cancelled);
  case fact_kind::task_timed_out:
    return fold_unstarted_end(f, task_state::timed_out);
  case fact_kind::task_errored:
    return fold_unstarted_end(f, task_state::error);
  case fact_kind::integrate_ready:
  case fact_kind::later_failed:
    return fold_integrate_ready(f);
  default:
    TUTTI_ASSERT(false);
  }
}

void engine::fold_ready(const fact& f) {
  auto& t = tasks_[f.subject];
  if (graph_.has_clocks
      && graph_.policy_of(f.subject).deadline > duration::zero()
      && clock_starts_[f.subject].version < t.version)
    clock_starts_[f.subject] = {t.version, f.at};
  if (t.state == task_state::waiting) {
    release(t.state);
  } else if (t.backing_off) {
    t.backing_off = false;
    --counts_.backing_off;
  }
  enqueue(f.subject);
}

void engine::fold_assigned(const fact& f) {
  auto& t = tasks_[f.subject];
  TUTTI_ASSERT(!t.assigned
               && (t.state == task_state::ready
                   || t.state == task_state::waiting_to_integrate));
  bool ahead = is_ahead(f.subject);
  if (!ahead)
    dequeue(f.subject);
  t.attempt = f.attempt;
  t.agent = f.agent;
  t.assigned = true;
  t.renewed = false;
  ++counts_.assigned;
  if (ahead)
    ++agents_[f.agent].queued;
  else
    take_capacity(f.subject);
  if (f.extra && graph_.tasks[f.subject].loose)
    fold_stream(f);
}

void engine::fold_started(const fact& f) {
  auto& t = tasks_[f.subject];
  // Asked back too late, and no stop ends it: what has begun goes on.
  if (t.ending == attempt_end::stopped && may_start(f.subject) && !t.cancelled)
    t.is_ending = false;
  if (is_ahead(f.subject)) {
    --agents_[f.agent].queued;
    take_capacity(f.subject);
  }
  ++counts_.live;
  if (t.state == task_state::waiting_to_integrate) {
    begin_integrate(t.state);
    t.arrived = false;
    if (graph_.has_rework)
      integrate_took_[f.subject] = changes_;
    return;
  }
  begin(t.state);
  if (graph_.tasks[f.subject].kind == task_kind::review)
    rare_[f.subject].review =
        approvals_[gate_index(gate_of_review(f.subject))].review;
  t.begun_version = true;
  t.arrived = false;
  if (graph_.has_rework)
    run_took_[f.subject] = integrate_took_[f.subject] = changes_;
  bool first = !t.ever_started;
  t.ever_started = true;
  if (first && graph_.tasks[f.subject].start_matters)
    update_out(f.subject);
}

void engine::fold_ending(const fact& f) {
  auto& t = tasks_[f.subject];
  if (!t.is_ending)
    t.ending = f.end;
  t.is_ending = true;
  t.cancelled = t.cancelled || f.end == attempt_end::cancelled;
}

/// What a task put out; null: nothing, or it is to be made again.
void engine::keep_details(std::uint32_t task,
                          std::shared_ptr<const attempt_details> details) {
  if (details && details_.empty())
    details_.resize(graph_.task_count);
  if (!details_.empty())
    details_[task] = std::move(details);
}

void engine::fold_finished(const fact& f) {
  auto& t = tasks_[f.subject];
  --counts_.live;
  --counts_.assigned;
  bool quarantine = f.end == attempt_end::unkillable;
  if (!t.waits)
    free_capacity(f.subject, quarantine);
  else if (quarantine && agents_[f.agent].total > 0)
    --agents_[f.agent].total;
  std::erase(resuming_, f.subject);
  t.waits = false;
  t.wants_slot = false;
  t.assigned = false;
  t.is_ending = false;
  note_haunted(f);
  placement_.fold_end(f);
  if (auto rare = rare_.find(f.subject); rare != rare_.end())
    rare->second.uses.clear();
  bool success = f.end == attempt_end::success;
  // A run that failed hands on what it left behind, too, to who needs that
  // (§6).
  bool final_failure =
      !success && is_failure(f.state) && f.phase == work_phase::run;
  if (f.details && (success || (final_failure && hands_on(*f.details))))
    keep_details(f.subject, f.details);
  else if (success || final_failure)
    keep_details(f.subject, nullptr);
  bool no_verdict = graph_.tasks[f.subject].kind == task_kind::review
                 && f.end == attempt_end::failure && f.exit_code == 0;
  if (no_verdict)
    ++rare_[f.subject].asked_again;
  else if (success && graph_.tasks[f.subject].kind == task_kind::review)
    rare_[f.subject].asked_again = 0;
  if (graph_.has_session[f.agent] && f.end == attempt_end::system_error)
    ++rare_[f.subject].errors;
  else if (auto rare = rare_.find(f.subject); rare != rare_.end())
    rare->second.errors = 0;
  t.ran = t.ran || (success && !graph_.tasks[f.subject].loose);
  if (is_terminal(f.state)) {
    if (f.cause != task_id::none)
      fold_later_missed(f);
    finish(t.state, f.state);
    return fold_end(f.subject, f.state);
  }
  bool integrating = t.state == task_state::integrating;
  if (f.state == task_state::waiting_to_integrate) {
    if (integrating)
      integrate_again(t.state);
    else
      park(t.state);
    t.may_integrate = !success && !t.doubted;
    may_assign_ = true; // its agent may have a reason to stay (§33)
    (t.doubted ? unsure_ : parked_).push_back(f.subject);
  } else if (f.state == task_state::waiting) {
    queue_next(t.state);
    t.failures = 0;
    return fold_stream(f);
  } else {
    // It has nothing that could be in question any more: it looks at its edges.
    again(t.state);
    undoubt(f.subject);
    update_in(f.subject);
    if (t.pending > 0)
      blocked_.push_back(f.subject);
  }
  // Held back where the run stops; one that was told so before a resume goes
  // on.
  bool held = f.end == attempt_end::stopped || f.end == attempt_end::no_space;
  if (f.end == attempt_end::node_lost || held)
    return enqueue(f.subject);
  if (success)
    return; // done with a phase
  bool crash =
      graph_.has_session[f.agent] && f.end == attempt_end::system_error;
  if ((!crash || TUTTI_MUTANT(crash_uses_retry)) && !no_verdict)
    ++t.failures;
  t.backing_off = true;
  ++counts_.backing_off;
}

/// A task has come to its end, by whatever way.
void engine::fold_end(std::uint32_t task, task_state to) {
  auto& t = tasks_[task];
  const auto& policy = graph_.policy_of(task);
  --counts_.unfinished;
  if (is_failure(to) && !policy.allow_failure)
    ++counts_.failed;
  bool review = graph_.tasks[task].kind == task_kind::review;
  if (to == task_state::cancelled && (!review || is_missed(task)))
    ++counts_.cancelled;
  if (review && to != task_state::succeeded)
    gates_.push_back(gate_of_review(task));
  if (t.overdue && to == task_state::timed_out)
    ++counts_.overdue;
  if (t.paused) {
    t.paused = false;
    --counts_.paused;
  }
  t.may_integrate = false;
  if (to == task_state::cancelled)
    undoubt(task); // for good: it is not made again (§26)
  if (t.doubted)
    unsure_.push_back(task);
  if (graph_.has_rework)
    note_result(task);
  if (graph_.tasks[task].loose)
    touched_streams_.push_back(stream_index(task));
  if (to == task_state::succeeded && graph_.tasks[task].triggers)
    accepted_.push_back(task);
  update_out(task);
}

/// A cancelled review counts where its gate is not decided: else the engine
/// has taken it back, and nobody needs its word.
bool engine::is_missed(std::uint32_t review) {
  auto gate = gate_of_review(review);
  auto state = others_[gate].state;
  bool decided = (state != gate_state::asked && state != gate_state::waiting)
              || approvals_[gate_index(gate)].human_decides;
  return rare_[review].cancelled_review = !decided;
}

void engine::fold_later_missed(const fact& f) {
  tasks_[f.subject].later_missed = true;
  rare_[f.subject].later_cause = f.cause;
}

void engine::fold_revoked(const fact& f) {
  auto& t = tasks_[f.subject];
  TUTTI_ASSERT(t.assigned);
  if (is_ahead(f.subject))
    --agents_[f.agent].queued;
  else
    free_capacity(f.subject, false);
  t.assigned = false;
  t.is_ending = false;
  // It has not been made: the next has its number. On a lost node it may have.
  if (f.end != attempt_end::node_lost)
    t.attempt = f.attempt - 1;
  note_haunted(f);
  --counts_.assigned;
  if (graph_.tasks[f.subject].loose)
    fold_stream(f);
  if (t.doubted)
    unsure_.push_back(f.subject);
  else if (t.pending > 0 || t.may_miss)
    blocked_.push_back(f.subject);
  if (!t.cancelled)
    enqueue(f.subject);
}

void engine::fold_unstarted_end(const fact& f, task_state to) {
  auto& t = tasks_[f.subject];
  TUTTI_ASSERT(!t.assigned);
  if (t.state == task_state::ready)
    dequeue(f.subject);
  if (t.backing_off) {
    t.backing_off = false;
    --counts_.backing_off;
  }
  t.cause = cause_of(f);
  if (graph_.has_rework)
    run_took_[f.subject] = integrate_took_[f.subject] = changes_;
  end_unstarted(t.state, to);
  fold_end(f.subject, to);
}

/// What is needed later is there, or will not come: the task may integrate, or
/// ends where it stands.
void engine::fold_integrate_ready(const fact& f) {
  auto& t = tasks_[f.subject];
  if (f.state == task_state::waiting_to_integrate) {
    t.may_integrate = true;
    return enqueue(f.subject);
  }
  if (t.may_integrate)
    dequeue(f.subject);
  if (t.backing_off) {
    t.backing_off = false;
    --counts_.backing_off;
  }
  if (f.cause != task_id::none)
    fold_later_missed(f);
  finish(t.state, f.state);
  fold_end(f.subject, f.state);
}

void engine::fold_stop(const fact& f) {
  stopping_ = true;
  stop_code_ = f.exit_code;
  abandoned_ = abandoned_ || f.end == attempt_end::cancelled;
  for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
    auto& t = tasks_[i];
    if (may_start(i))
      continue;
    if (!t.assigned && (t.state == task_state::ready || t.may_integrate))
      dequeue(i);
    if (t.backing_off) {
      t.backing_off = false;
      --counts_.backing_off;
    }
  }
}

} // namespace tutti::engine
