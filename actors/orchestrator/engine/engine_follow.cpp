// SPDX-License-Identifier: BSD-3-Clause
// Whether a fact follows from those before it, for journals: what was written
// by another release, or by nobody, must not bring the program down.
#include "actors/orchestrator/engine/engine.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

/// What an attempt of a stream's task takes: known tasks and requests.
bool items_follow(const fact_extra& x, const graph& g, std::size_t requests) {
  return std::all_of(x.items.begin(), x.items.end(), [&](const auto& item) {
    return item.from.value < g.task_count && item.request <= requests;
  });
}

} // namespace

bool engine::follows(const fact& f) const {
  using enum task_state;
  if (f.kind != fact_kind::run_started && !begun_)
    return false;
  if (f.agent != agent_id::none && f.agent >= agents_.size())
    return false;
  if (subject_of(f.kind) != subject_kind::task)
    return thing_follows(f);
  if (f.subject >= graph_.task_count)
    return false;
  const auto& t = tasks_[f.subject];
  bool loose = graph_.tasks[f.subject].loose;
  bool unstarted = !t.assigned && (t.state == waiting || t.state == ready);
  bool runs = t.assigned && (t.state == running || t.state == integrating);
  bool has_agent = f.agent != agent_id::none;
  bool same_attempt = f.attempt == t.attempt;
  switch (f.kind) {
  case fact_kind::task_ready:
    return !t.assigned && !is_terminal(t.state);
  case fact_kind::task_assigned:
    return has_agent && !t.assigned && f.attempt > t.attempt
        && (!loose
            || (f.extra && items_follow(*f.extra, graph_, requests_.size())))
        && (t.state == ready || t.state == waiting_to_integrate);
  case fact_kind::attempt_started:
    return has_agent && t.assigned && !runs && same_attempt;
  case fact_kind::attempt_finished:
    return has_agent && runs && same_attempt
        && (is_terminal(f.state) || f.state == ready
            || f.state == waiting_to_integrate
            || (f.state == waiting && loose));
  case fact_kind::attempt_revoked:
    return has_agent && t.assigned && !runs && same_attempt && f.attempt > 0;
  case fact_kind::attempt_ending:
    return t.assigned && same_attempt;
  case fact_kind::attempt_waits:
    return runs && !t.waits && same_attempt;
  case fact_kind::wait_over:
  case fact_kind::attempt_goes_on:
    return runs && t.waits && same_attempt;
  case fact_kind::task_skipped:
  case fact_kind::task_left_out:
  case fact_kind::task_cancelled:
  case fact_kind::task_timed_out:
  case fact_kind::task_errored:
    return unstarted;
  case fact_kind::integrate_ready:
  case fact_kind::later_failed:
  case fact_kind::run_lost:
    return !t.assigned && t.state == waiting_to_integrate;
  case fact_kind::trigger_queued:
    return loose && f.cause < graph_.task_count;
  case fact_kind::stream_ended:
    return loose && unstarted && is_terminal(f.state);
  case fact_kind::version_started:
  case fact_kind::task_retried:
    return !t.assigned
        && (is_terminal(t.state)
            || (f.phase == work_phase::run
                && (t.state == ready || t.state == waiting_to_integrate)));
  case fact_kind::version_doubted:
    return !t.doubted;
  case fact_kind::task_paused:
    return !t.paused && !is_terminal(t.state);
  case fact_kind::task_resumed:
    return t.paused;
  default:
    return true;
  }
}

/// Of facts that are about no task.
bool engine::thing_follows(const fact& f) const {
  auto is_gate = f.subject < graph_.gate_count;
  auto is_special = is_gate && graph_.special_gate(f.subject) != nullptr;
  auto known = [&](task_id x) {
    return x.value < graph_.task_count;
  };
  switch (f.kind) {
  case fact_kind::run_started:
    return !begun_;
  case fact_kind::plan_replaced:
    return f.extra
        && std::all_of(f.extra->tasks.begin(), f.extra->tasks.end(), known);
  case fact_kind::gate_opened:
  case fact_kind::gate_closed:
  case fact_kind::gate_rejected:
  case fact_kind::gate_reset:
    return is_gate;
  case fact_kind::approval_asked:
    return is_special;
  case fact_kind::verdict_given:
    return is_special && f.extra;
  case fact_kind::rework_requested:
    return is_special && f.extra
        && std::all_of(f.extra->tasks.begin(), f.extra->tasks.end(), known);
  case fact_kind::request_made:
    return f.extra && f.subject == requests_.size() + 1
        && f.cause < graph_.task_count && f.agent < graph_.request_tasks.size()
        && graph_.request_tasks[f.agent] != task_id::none;
  case fact_kind::request_answered:
  case fact_kind::request_cancelled:
  case fact_kind::answer_accepted:
    return f.subject > 0 && f.subject <= requests_.size();
  case fact_kind::service_changed:
    return f.subject < graph_.service_count;
  case fact_kind::node_joined:
    return f.extra != nullptr;
  case fact_kind::node_lost:
  case fact_kind::node_gone:
  case fact_kind::node_draining:
  case fact_kind::agent_placed:
    return f.extra
        && (!placement_.is_used()
            || placement_.find(f.extra->who) != placement::nowhere);
  case fact_kind::agent_unplaced:
    return f.agent != agent_id::none;
  default:
    return true;
  }
}

} // namespace tutti::engine
