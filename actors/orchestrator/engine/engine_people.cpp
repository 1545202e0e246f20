// SPDX-License-Identifier: BSD-3-Clause
// What people ask of a live run: cancel, retry, pause, resume (semantics §26).
#include "actors/orchestrator/engine/engine.hpp"

#include <algorithm>

namespace tutti::engine {

void engine::on(const cancel_requested& e) {
  if (e.task.value >= graph_.task_count)
    return reject(reject_reason::unknown_task, e.task.value, 0);
  if (is_terminal(tasks_[e.task.value].state)) {
    refuse("it has ended: "
           + std::string{to_string(tasks_[e.task.value].state)});
    out_->commands.back().reason = reject_reason::not_running;
    return;
  }
  cancel(e.task.value);
}

void engine::cancel(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (is_terminal(t.state))
    return;
  if (t.assigned)
    tell_to_end(task, attempt_end::cancelled, false);
  else
    end_unbegun(task, true);
}

/// Fail-fast (semantics §9): all but `finally` is cancelled.
void engine::cancel_rest() {
  for (std::uint32_t i = 0; i < graph_.task_count; ++i)
    if (!graph_.policy_of(i).is_finally)
      cancel(i);
}

void engine::on(const retry_requested& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, 0);
  const auto& t = tasks_[x];
  bool failed = is_failure(t.state) || t.state == task_state::cancelled;
  if (!failed || stopping_)
    return refuse(stopping_ ? "the run is stopping"
                            : "only what failed or was cancelled is retried; "
                              "it is "
                                  + std::string{to_string(t.state)});
  if (graph_.tasks[x].kind == task_kind::review)
    return ask_again(gate_of_review(x));
  if (t.later_missed && missed_later(x) != task_id::none)
    return refuse("what it needs later did not come; retry that");
  retry(x);
  retry_dependents(x);
}

/// Only the phase that failed is repeated (§2). What was handed on already is
/// another version the next time: a handoff is known by its edge and version.
void engine::retry(std::uint32_t task) {
  const auto& t = tasks_[task];
  fact f;
  f.kind = fact_kind::task_retried;
  f.subject = task;
  f.version = t.version + has_handed_on(task);
  if (t.ran) {
    f.phase = work_phase::integrate;
    f.state = task_state::waiting_to_integrate;
  }
  emit(f);
  if (graph_.tasks[task].kind == task_kind::after_each)
    queue_failed(task);
}

bool engine::has_handed_on(node_index x) const {
  for (auto i = graph_.out_begin[x]; i < graph_.out_begin[x + 1]; ++i) {
    auto e = graph_.out[i];
    if (met_[i]
        && (e.carries_data()
            || (e.kind() == edge_kind::member && has_handed_on(e.target()))))
      return true;
  }
  return false;
}

/// A review is tried again by asking for the approval again.
void engine::ask_again(std::uint32_t gate) {
  if (others_[gate].state != gate_state::closed)
    return refuse("its gate is decided without it");
  emit(fact_kind::gate_reset, gate);
  retry_dependents(graph_.gate_node(gate));
}

/// What was skipped, and the gates that closed, because of it wait again.
void engine::retry_dependents(node_index from_node) {
  std::vector<node_index> open{from_node};
  while (!open.empty()) {
    auto from = open.back();
    open.pop_back();
    for (auto e : graph_.out_of(from)) {
      auto to = e.target();
      if (graph_.is_group(to)) {
        open.push_back(to);
      } else if (graph_.is_gate(to)) {
        auto gate = to - graph_.task_count;
        if (others_[gate].state != gate_state::closed)
          continue;
        emit(fact_kind::gate_reset, gate);
        open.push_back(to);
      } else if (graph_.is_task(to)
                 && (tasks_[to].state == task_state::skipped
                     || tasks_[to].state == task_state::left_out)
                 && (tasks_[to].cause != task_id::none
                     || e.kind() == edge_kind::trigger)) {
        retry(to);
        open.push_back(to);
      } else if (graph_.is_task(to) && e.kind() == edge_kind::later
                 && tasks_[to].state == task_state::failed
                 && tasks_[to].later_missed) {
        retry(to);
        open.push_back(to);
      }
    }
  }
}

void engine::on(const pause_requested& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, 0);
  const auto& t = tasks_[x];
  if (is_terminal(t.state))
    return refuse("it has ended: " + std::string{to_string(t.state)});
  if (t.paused)
    return refuse("it is paused already");
  emit(fact_kind::task_paused, x);
  take_back(x);
}

void engine::on(const resume_requested& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, 0);
  if (!tasks_[x].paused)
    return refuse("it is not paused");
  emit(fact_kind::task_resumed, x);
}

} // namespace tutti::engine
