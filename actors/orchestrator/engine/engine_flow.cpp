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
  if (xs.empty())
    return;
  for (std::size_t i = 0; i < xs.size(); ++i)
    use(xs[i]);
  xs.clear();
}

} // namespace

void engine::settle() {
  for (;;) {
    bool any = !gates_.empty() || !services_.empty() || !blocked_.empty()
            || !released_.empty() || !accepted_.empty() || !parked_.empty()
            || !unsure_.empty() || !touched_streams_.empty();
    if (!any)
      return;
    work_off(gates_, [this](auto x) {
      settle_gate(x);
    });
    work_off(services_, [this](auto x) {
      settle_service(x);
    });
    work_off(blocked_, [this](auto x) {
      settle_blocked(x);
    });
    work_off(released_, [this](auto x) {
      settle_released(x);
    });
    work_off(parked_, [this](auto x) {
      settle_parked(x);
    });
    work_off(unsure_, [this](auto x) {
      settle_doubt(x);
    });
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
  if (g.pending > 0) {
    auto miss = g.unmet ? find_miss(graph_.gate_node(gate)) : missed{};
    if (miss.node != task_id::none)
      emit(fact_kind::gate_closed, gate, miss.node);
    return;
  }
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
  if (s.pending > 0) {
    auto miss = s.unmet ? find_miss(graph_.service_node(service)) : missed{};
    if (miss.node == task_id::none)
      return;
    f.service = service_state::failed;
    set_cause(f, miss.node);
    return emit(f);
  }
  f.service = service_state::starting;
  emit(f);
  command c;
  c.kind = command_kind::start_service;
  c.other = service;
  out_->commands.push_back(c);
}

/// A task that has not begun waits for what is being made again (§18), and is
/// over where what it needs will not come. A service that failed is the
/// system's fault (§23).
void engine::settle_blocked(std::uint32_t task) {
  const auto& t = tasks_[task];
  bool forced = stopping_ && graph_.policy_of(task).is_finally;
  if ((t.state != task_state::waiting && t.state != task_state::ready)
      || forced)
    return;
  // What a retry needs later is looked at when it has run (§11).
  auto miss = t.may_miss && (t.pending > 0 || !t.begun_version)
                ? find_miss(task)
                : missed{};
  bool over = miss.node != task_id::none;
  if (t.assigned && (over || t.pending > 0))
    return take_back(task);
  if (over)
    emit(miss.left_out                  ? fact_kind::task_left_out
         : graph_.is_service(miss.node) ? fact_kind::task_errored
                                        : fact_kind::task_skipped,
         task, miss.node);
  else if (t.state == task_state::ready && t.pending > 0)
    start_version(task, t.version, work_phase::run);
  else if (!t.assigned)
    enqueue(task); // what held it back has come meanwhile
}

void engine::settle_released(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (t.state != task_state::waiting || t.pending != 0)
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

/// A task between its two phases: what it needs later is there (§2), part of it
/// is (§10), or will not come (§11).
void engine::settle_parked(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (t.state != task_state::waiting_to_integrate || t.assigned || t.doubted)
    return;
  fact f;
  f.subject = task;
  if (auto missing = missed_later(task); missing != task_id::none) {
    f.kind = fact_kind::later_failed;
    f.state = task_state::failed;
    f.cause = missing;
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
  if (!graph_.tasks[task].has_condition)
    return true;
  auto at = std::lower_bound(graph_.conditions.begin(), graph_.conditions.end(),
                             task, [](const auto& x, std::uint32_t key) {
                               return x.first < key;
                             });
  auto outputs = [this](task_id x, std::string_view name) -> const value* {
    bool known = x.value < details_.size() && details_[x.value];
    return known ? find_output(details_[x.value]->outputs, name) : nullptr;
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
  if (counts_.assigned > 0 || counts_.backing_off > 0
      || (!haunted_.empty() && !stopping_))
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
  return approval_asked() || counts_.paused > 0 || node_may_come();
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
  bool done =
      counts_.unfinished == 0 && counts_.doubted == 0 && !approval_asked();
  if (!done && something_may_come())
    return;
  fact f;
  f.kind = fact_kind::run_ended;
  if (done) {
    bool good =
        counts_.failed == 0 && counts_.cancelled == 0 && counts_.rejected == 0;
    f.status = good ? run_status::succeeded : run_status::failed;
    f.exit_code = static_cast<std::int32_t>(good ? exit_code::ok
                                                 : exit_code::task_failed);
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
