// SPDX-License-Identifier: BSD-3-Clause
// Going on after the program was gone (semantics §31). All facts of the journal
// have been folded: what was durable stands. What only lived in memory is made
// anew here: the lists of what is to be looked at, timers, and what agents had
// been given. What ran is lost and runs again without using a retry; what was
// told to end for good has ended.
#include "actors/orchestrator/engine/engine.hpp"
#include "actors/orchestrator/engine/retry_policy.hpp"
#include "actors/orchestrator/engine/task_machine.hpp"
#include "messages/assert.hpp"

#include <utility>

namespace tutti::engine {

void engine::on(const run_resumes& e) {
  forget_lists();
  auto changed = std::exchange(changed_, {});
  fact f;
  f.kind = fact_kind::run_resumed;
  f.version = e.session;
  emit(f);
  resume_nodes();
  arm_again();
  for (std::uint32_t i = 0; i < graph_.task_count; ++i)
    if (tasks_[i].assigned && !is_kept(i))
      lose_attempt(i, attempt_end::stopped,
                   "tutti was gone before it had ended");
  for (auto x : changed)
    if (tasks_[x].state == task_state::waiting_to_integrate)
      start_version(x, tasks_[x].version + 1, work_phase::run);
  leave_out();
  repeat_finally();
  restart_services(e.retry_failed);
  if (e.retry_failed)
    retry_all_failed();
  end_overdue();
  look_at_all();
  announce_again();
}

/// What the command line leaves out (§28), where it has come to nothing yet.
void engine::leave_out() {
  for (auto gate : graph_.closed_gates)
    if (others_[gate].state == gate_state::waiting)
      emit(fact_kind::gate_closed, gate);
  for (auto x : graph_.skipped) {
    const auto& t = tasks_[x];
    if (!t.assigned
        && (t.state == task_state::waiting || t.state == task_state::ready))
      emit(fact_kind::task_left_out, x);
  }
}

// -- what only lived in memory ------------------------------------------------

/// Folding notes what is to be looked at; the engine that decided these facts
/// has done so.
void engine::forget_lists() {
  for (auto* x : {&released_, &blocked_, &parked_, &accepted_,
                  &touched_streams_, &unsure_, &ahead_, &gates_, &services_})
    x->clear();
}

/// Everything that could go on is looked at.
void engine::look_at_all() {
  for (std::uint32_t i = 0; i < graph_.gate_count; ++i)
    gates_.push_back(i);
  for (std::uint32_t i = 0; i < graph_.service_count; ++i)
    services_.push_back(i);
  for (std::uint32_t i = 0; i < streams_.size(); ++i)
    touched_streams_.push_back(i);
  for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
    const auto& t = tasks_[i];
    if (t.doubted)
      unsure_.push_back(i);
    if (t.state == task_state::waiting && t.pending == 0)
      released_.push_back(i);
    else if (t.state == task_state::waiting_to_integrate)
      parked_.push_back(i);
    else if (!is_terminal(t.state) && (t.may_miss || t.pending > 0))
      blocked_.push_back(i);
    enqueue(i);
  }
}

/// Deadlines and approval timeouts ran on meanwhile; backoff and the time in a
/// queue start again (§24).
void engine::arm_again() {
  for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
    const auto& t = tasks_[i];
    if (t.backing_off)
      arm(timer_kind::retry, i, t.attempt,
          now_ + wait_after(graph_.policy_of(i).retries, i, t.failures));
    bool runs =
        t.state == task_state::running || t.state == task_state::integrating;
    auto timeout = graph_.policy_of(i).timeout;
    if (runs && is_kept(i) && timeout > duration::zero()) {
      timeout_at_[i] = t.waits ? timeout : now_ + timeout;
      if (!t.waits)
        arm(timer_kind::timeout, i, t.attempt, now_ + timeout);
    }
    if (!graph_.has_clocks || is_terminal(t.state))
      continue;
    const auto& policy = graph_.policy_of(i);
    if (auto due = deadline_of(i); due && *due > now_)
      arm(timer_kind::deadline, i, t.version, *due);
    if (policy.queue_timeout > duration::zero() && t.state == task_state::ready)
      arm(timer_kind::queue_timeout, i, t.version, now_ + policy.queue_timeout);
  }
  for (const auto& x : graph_.special_gates) {
    const auto& a = approvals_[gate_index(x.gate)];
    if (others_[x.gate].state == gate_state::asked && !a.human_decides
        && x.approval && x.approval->timeout > duration::zero())
      arm(timer_kind::approval, x.gate, a.review,
          a.asked_at + x.approval->timeout);
  }
  for (std::uint32_t i = 0; i < streams_.size(); ++i)
    if (auto x = graph_.streams[i].task;
        graph_.tasks[x].kind == task_kind::after_each
        && tasks_[x].state == task_state::ready)
      arm(timer_kind::aging, i, ++streams_[i].aging_epoch,
          since_[x] + aging_after);
}

/// When the deadline of a task's version is over; none: it has none, or its
/// clock does not run yet.
std::optional<duration> engine::deadline_of(std::uint32_t task) const {
  auto span = graph_.policy_of(task).deadline;
  auto from = clock_starts_.find(task);
  if (span <= duration::zero() || from == clock_starts_.end()
      || from->second.version != tasks_[task].version
      || graph_.tasks[task].loose)
    return std::nullopt;
  return from->second.at + span;
}

/// What ran out of time while the program was gone does not start again.
void engine::end_overdue() {
  for (std::uint32_t i = 0; graph_.has_clocks && i < graph_.task_count; ++i)
    if (auto due = deadline_of(i);
        due && *due <= now_ && !is_terminal(tasks_[i].state))
      on_clock({timer_kind::deadline, i, tasks_[i].version});
}

/// Whether a handoff has been accepted before the run was resumed.
bool engine::accepted_before(const handoff_arrives& e) const {
  if (accepted_before_.empty())
    return false;
  auto i =
      accepted_before_.find(std::uint64_t{e.from.value} << 32 | e.to.value);
  return i != accepted_before_.end() && i->second >= e.version;
}

/// What agents had been given, and may not have, went with them. A handoff goes
/// also to whom waits for something else: of a version that is made again it
/// would never hear. Without rework there is but one, and that comes with the
/// assignment.
void engine::announce_again() {
  for (std::uint32_t x = 0; graph_.has_rework && x < graph_.task_count; ++x)
    for (auto at = graph_.out_begin[x]; at < graph_.out_begin[x + 1]; ++at) {
      auto e = graph_.out[at];
      task_id to{e.target()};
      if (met_[at] && e.carries_data() && e.deliver_at_once()
          && !accepted_before({task_id{x}, to, tasks_[x].version}))
        deliver(x, to.value);
    }
  for (std::uint32_t i = 0; i < requests_.size(); ++i) {
    auto& r = requests_[i];
    const auto& t = tasks_[r.work.from.value];
    bool wanted = is_terminal(r.state) && !is_terminal(t.state)
               && t.version == r.version && t.agent != agent_id::none;
    if (wanted)
      send_answer(i + 1);
    else if (r.accepted)
      r.work.text = {};
  }
}

// -- what is lost -------------------------------------------------------------

/// Nobody will hear of its end. What was told to end for good has ended.
void engine::lose_attempt(std::uint32_t task, attempt_end why,
                          const std::string& message) {
  const auto& t = tasks_[task];
  bool begun =
      t.state == task_state::running || t.state == task_state::integrating;
  if (!begun)
    return give_back(
        task, why == attempt_end::node_lost ? why : attempt_end::success);
  attempt_details details;
  details.message = message;
  attempt_ends e;
  e.task = task_id{task};
  e.attempt = t.attempt;
  e.details = std::make_shared<const attempt_details>(std::move(details));
  // Where it may be alive its end is not that of its time (§33).
  bool haunts = why == attempt_end::node_lost && !graph_.exclusive.empty()
             && graph_.exclusive[task];
  bool timed_out = t.is_ending && t.ending == attempt_end::timed_out && !haunts;
  accept_end(e, t.cancelled ? attempt_end::cancelled
                : timed_out ? attempt_end::timed_out
                            : why);
}

/// Their processes have gone with the program.
void engine::restart_services(bool failed_too) {
  for (std::uint32_t i = 0; i < graph_.service_count; ++i) {
    auto state = service(i).service;
    if (state == service_state::waiting
        || (state == service_state::failed && !failed_too))
      continue;
    fact f;
    f.kind = fact_kind::service_changed;
    f.subject = i;
    f.service = service_state::waiting;
    emit(f);
  }
}

/// A `finally` task that a stop let run ahead of what it follows on runs again
/// once that has ended.
void engine::repeat_finally() {
  for (auto x : graph_.finally_tasks) {
    const auto& t = tasks_[x];
    bool ended = t.state == task_state::succeeded || is_failure(t.state)
              || (t.state == task_state::left_out && !is_left_out_by_plan(x));
    if (ended && t.pending > 0)
      start_version(x, t.version + 1, work_phase::run);
  }
}

void engine::retry_all_failed() {
  for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
    const auto& t = tasks_[i];
    bool failed = is_failure(t.state) && !graph_.policy_of(i).allow_failure;
    if (!failed && t.state != task_state::cancelled)
      continue;
    if (graph_.tasks[i].kind == task_kind::review) {
      auto gate = gate_of_review(i);
      if (others_[gate].state == gate_state::closed)
        ask_again(gate);
      continue;
    }
    // What fell short for what it needs later comes with that.
    if (t.later_missed && missed_later(i) != task_id::none)
      continue;
    retry(i);
    retry_dependents(i);
  }
}

// -- facts --------------------------------------------------------------------

/// The run is up again: nobody stops it, and nobody has been given anything.
void engine::fold_resumed(const fact& f) {
  over_ = false;
  stopping_ = false;
  abandoned_ = false;
  finally_released_ = false;
  failing_fast_ = false;
  stop_code_ = 0;
  handed_.clear();
  timeout_at_.clear();
  changed_.clear();
  placement_.fold_resumed();
  for (std::uint32_t i = 0; i < agents_.size(); ++i) {
    bool there = !placement_.is_chosen(i)
              || placement_.place_of(i).node != placement::nowhere;
    // A process that would not end is gone.
    agents_[i].total = there ? graph_.slots[i] : 0;
  }
  may_assign_ = true;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    auto& t = tasks_[i];
    t.renewed = t.renewed || !is_terminal(t.state);
    if (t.backing_off)
      since_[i] = f.at; // it waits anew
  }
}

} // namespace tutti::engine
