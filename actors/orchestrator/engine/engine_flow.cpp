// SPDX-License-Identifier: BSD-3-Clause
// What follows from a step: gates open or close, tasks are skipped, left out or
// released, work is assigned, and the run ends when nothing is left to come.
#include "actors/orchestrator/engine/engine.hpp"
#include "messages/error.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

/// Calls `use` for each entry of a list that may grow meanwhile; leaves it
/// empty.
template <class Use>
void work_off(std::vector<std::uint32_t>& xs, Use use) {
  for (std::size_t i = 0; i < xs.size(); ++i)
    use(xs[i]);
  xs.clear();
}

} // namespace

void engine::settle() {
  for (;;) {
    bool any = !gates_.empty() || !services_.empty() || !recheck_.empty()
            || !doomed_.empty() || !unready_.empty() || !released_.empty()
            || !accepted_.empty() || !touched_streams_.empty()
            || !parked_.empty() || doubts_moved_;
    if (!any)
      return;
    work_off(gates_, [this](auto x) {
      settle_gate(x);
    });
    work_off(services_, [this](auto x) {
      settle_service(x);
    });
    work_off(recheck_, [this](auto x) {
      look_for_miss(x);
    });
    work_off(doomed_, [this](auto x) {
      settle_doomed(x);
    });
    work_off(unready_, [this](auto x) {
      settle_unready(x);
    });
    work_off(released_, [this](auto x) {
      settle_released(x);
    });
    work_off(parked_, [this](auto x) {
      settle_parked(x);
    });
    settle_doubted();
    // Before its stream is looked at, which would end without it.
    work_off(accepted_, [this](auto x) {
      queue_trigger(x);
    });
    work_off(touched_streams_, [this](auto x) {
      settle_stream(x);
    });
  }
}

void engine::settle_gate(std::uint32_t gate) {
  auto& g = others_[gate];
  if (g.state == gate_state::asked)
    return settle_asked(gate);
  if (g.state != gate_state::waiting)
    return;
  if (g.unmet)
    return emit(fact_kind::gate_closed, gate, g.cause);
  if (g.pending > 0)
    return;
  const auto* special = graph_.special_gate(gate);
  if (special != nullptr && special->approval)
    ask_for_approval(gate, *special->approval);
  else
    open_gate(gate);
}

void engine::settle_service(std::uint32_t service) {
  auto& s = others_[graph_.gate_count + service];
  if (s.service != service_state::waiting || stopping_)
    return;
  fact f;
  f.kind = fact_kind::service_changed;
  f.subject = service;
  if (s.unmet) {
    f.service = service_state::failed;
    set_cause(f, s.cause);
    return emit(f);
  }
  if (s.pending > 0)
    return;
  f.service = service_state::starting;
  emit(f);
  command c;
  c.kind = command_kind::start_service;
  c.other = service;
  out_->commands.push_back(c);
}

/// What cannot be met any more ends the task, unless it has begun. A service
/// that failed is the system's fault (§23).
void engine::settle_doomed(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (!t.doomed || t.doubted)
    return;
  if (t.state == task_state::ready && t.assigned)
    return take_back(task);
  if (t.state != task_state::waiting && t.state != task_state::ready)
    return;
  bool service = graph_.is_service(t.cause);
  emit(t.doomed_by_left_out ? fact_kind::task_left_out
       : service            ? fact_kind::task_errored
                            : fact_kind::task_skipped,
       task, t.cause);
}

/// A task or gate that waits anew may need what has fallen short by now.
void engine::look_for_miss(node_index x) {
  bool task = graph_.is_task(x);
  if (task ? tasks_[x].state != task_state::waiting || tasks_[x].doomed
           : others_[x - graph_.task_count].state != gate_state::waiting)
    return;
  for (auto e : graph_.into(x)) {
    auto from = e.target();
    if (graph_.is_task(from)) {
      const auto& p = tasks_[from];
      if (!is_terminal(p.state) || p.doubted)
        continue;
      auto verdict = judge(e.kind(), p.state, p.ever_started,
                           graph_.policy_of(from).allow_failure, task);
      if (verdict != edge_verdict::met)
        miss(x, from, verdict == edge_verdict::left_out);
    } else if (graph_.is_group(from)) {
      const auto& g = others_[from - graph_.task_count];
      bool ended = g.pending == 0;
      if ((e.kind() == edge_kind::succeeded && g.unmet)
          || (e.kind() == edge_kind::failed && ended && !g.failed))
        miss(x, from, false);
    } else if (graph_.is_gate(from)) {
      auto state = others_[from - graph_.task_count].state;
      bool shut = state == gate_state::closed || state == gate_state::rejected;
      if ((shut && e.kind() == edge_kind::succeeded)
          || (state == gate_state::open && e.kind() == edge_kind::failed))
        miss(x, from, false);
    } else if (others_[from - graph_.task_count].service
               == service_state::failed) {
      miss(x, from, false);
    }
  }
}

void engine::settle_released(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (t.state != task_state::waiting || t.doomed || t.pending != 0)
    return;
  if (!condition_holds(task))
    return emit(fact_kind::task_left_out, task);
  if (graph_.tasks[task].loose)
    return touched_streams_.push_back(stream_index(task));
  emit(fact_kind::task_ready, task);
  arm_clocks(task);
}

void engine::arm_clocks(std::uint32_t task) {
  if (!graph_.has_clocks)
    return;
  const auto& policy = graph_.policy_of(task);
  if (policy.deadline > duration::zero())
    arm(timer_kind::deadline, task, tasks_[task].version,
        now_ + policy.deadline);
  if (policy.queue_timeout > duration::zero())
    arm(timer_kind::queue_timeout, task, tasks_[task].version,
        now_ + policy.queue_timeout);
}

/// Ready, but what it needs is being made again (§18).
void engine::settle_unready(std::uint32_t task) {
  const auto& t = tasks_[task];
  bool forced = stopping_ && graph_.policy_of(task).is_finally;
  if (t.state != task_state::ready || t.pending == 0 || forced)
    return;
  if (t.assigned)
    take_back(task);
  else
    start_version(task, t.version, work_phase::run);
}

/// A task between its two phases: what it needs later is there (§2), part of it
/// is (§10), or will not come (§11).
void engine::settle_parked(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (t.state != task_state::waiting_to_integrate || t.assigned || t.doubted)
    return;
  fact f;
  f.subject = task;
  if (t.later_missed) {
    f.kind = fact_kind::later_failed;
    f.state = task_state::failed;
    f.cause = later_cause(task);
    return emit(f);
  }
  const auto& policy = graph_.policy_of(task);
  bool each = policy.integrate_each && t.arrived;
  if (t.may_integrate || (t.later > 0 && !(policy.integrates && each)))
    return;
  f.kind = fact_kind::integrate_ready;
  f.state = policy.integrates ? task_state::waiting_to_integrate
                              : task_state::succeeded;
  emit(f);
  if (f.state == task_state::succeeded
      && graph_.tasks[task].kind == task_kind::review)
    take_review(task);
}

bool engine::condition_holds(std::uint32_t task) const {
  if (!tasks_[task].has_condition)
    return true;
  auto at = std::lower_bound(graph_.conditions.begin(), graph_.conditions.end(),
                             task, [](const auto& x, std::uint32_t key) {
                               return x.first < key;
                             });
  auto outputs = [this](task_id x, std::string_view name) -> const value* {
    auto found = details_.find(x.value);
    return found == details_.end() ? nullptr
                                   : find_output(found->second->outputs, name);
  };
  return is_true(evaluate(at->second, outputs));
}

/// Stopping, and all that ran has ended: what else a `finally` task waits for
/// will not come, so it goes by the other `finally` tasks alone (§8, §26).
void engine::release_finally() {
  if (!stopping_ || abandoned_)
    return;
  finally_released_ = finally_released_ || counts_.assigned == 0;
  if (!finally_released_)
    return;
  for (auto i : graph_.finally_tasks) {
    auto in = graph_.into(i);
    bool open = std::any_of(in.begin(), in.end(), [this](edge e) {
      return is_open_finally(e.target());
    });
    if (tasks_[i].state == task_state::waiting && !open)
      emit(condition_holds(i) ? fact_kind::task_ready
                              : fact_kind::task_left_out,
           i);
  }
  settle();
}

/// A `finally` task that has not ended, or a phase with one.
bool engine::is_open_finally(node_index x) const {
  if (graph_.is_group(x)) {
    auto members = graph_.into(x);
    return std::any_of(members.begin(), members.end(), [this](edge e) {
      return is_open_finally(e.target());
    });
  }
  return graph_.is_task(x) && graph_.policy_of(x).is_finally
      && !is_terminal(tasks_[x].state);
}

/// Rule 7: while this holds, something will make the run go on by itself, or a
/// person can.
bool engine::something_may_come() const {
  if (counts_.assigned > 0 || counts_.backing_off > 0)
    return true;
  if (stopping_)
    return false;
  bool batches =
      std::any_of(streams_.begin(), streams_.end(), [](const auto& s) {
        return s.batch_armed && !s.queue.empty();
      });
  if (counts_.starting > 0 || batches)
    return true;
  if (graph_.no_wait)
    return false;
  return approval_asked() || counts_.paused > 0;
}

/// An approval is waited for even where its gate blocks nothing: the verdict is
/// the run's.
bool engine::approval_asked() const {
  return std::any_of(graph_.special_gates.begin(), graph_.special_gates.end(),
                     [this](const gate_info& x) {
                       return others_[x.gate].state == gate_state::asked;
                     });
}

void engine::end_if_over() {
  if (over_)
    return;
  fact f;
  f.kind = fact_kind::run_ended;
  if (counts_.unfinished == 0 && counts_.doubted == 0 && !approval_asked()) {
    bool good =
        counts_.failed == 0 && counts_.cancelled == 0 && counts_.rejected == 0;
    f.status = good ? run_status::succeeded : run_status::failed;
    f.exit_code = static_cast<std::int32_t>(good ? exit_code::ok
                                                 : exit_code::task_failed);
  } else if (something_may_come()) {
    return;
  } else if (stopping_) {
    f.status = run_status::stopped;
    f.exit_code = stop_code_;
  } else {
    f.status = run_status::waiting;
    f.exit_code = static_cast<std::int32_t>(exit_code::waiting);
  }
  // A signal says most; then the gate, the deadline, the failure (§27).
  bool signalled =
      f.exit_code == static_cast<std::int32_t>(exit_code::interrupted)
      || f.exit_code == static_cast<std::int32_t>(exit_code::terminated);
  auto say = [&](bool when, exit_code code) {
    if (when && !signalled)
      f.exit_code = static_cast<std::int32_t>(code);
  };
  say(counts_.failed > 0, exit_code::task_failed);
  say(counts_.overdue > 0, exit_code::deadline);
  say(counts_.rejected > 0, exit_code::gate_rejected);
  emit(f);
  command end;
  end.kind = command_kind::end_run;
  out_->commands.push_back(end);
}

} // namespace tutti::engine
