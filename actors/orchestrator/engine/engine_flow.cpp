// SPDX-License-Identifier: BSD-3-Clause
// What follows from a step: gates open or close, tasks are skipped, left out or
// released, work is assigned, and the run ends when nothing is left to come.
#include "actors/orchestrator/engine/engine.hpp"
#include "messages/error.hpp"

#include <algorithm>

namespace tutti::engine {

void engine::settle() {
  // The lists grow while they are worked off; each entry is looked at once.
  while (!gates_.empty() || !doomed_.empty() || !released_.empty()) {
    for (std::size_t i = 0; i < gates_.size(); ++i)
      settle_gate(gates_[i]);
    gates_.clear();
    for (std::size_t i = 0; i < doomed_.size(); ++i)
      settle_doomed(doomed_[i]);
    doomed_.clear();
    for (std::size_t i = 0; i < released_.size(); ++i)
      settle_released(released_[i]);
    released_.clear();
  }
}

void engine::settle_gate(std::uint32_t gate) {
  const auto& g = others_[gate];
  if (gate >= graph_.gate_count || g.state != gate_state::waiting)
    return;
  if (g.unmet)
    emit(fact_kind::gate_closed, gate, g.cause);
  else if (g.pending == 0)
    emit(fact_kind::gate_opened, gate);
}

void engine::settle_doomed(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (t.state == task_state::waiting)
    emit(t.doomed_by_left_out ? fact_kind::task_left_out
                              : fact_kind::task_skipped,
         task, t.cause);
}

void engine::settle_released(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (t.state != task_state::waiting || t.doomed || t.pending != 0)
    return;
  if (condition_holds(task))
    emit(fact_kind::task_ready, task);
  else
    emit(fact_kind::task_left_out, task);
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

void engine::end_if_over() {
  if (over_)
    return;
  fact f;
  f.kind = fact_kind::run_ended;
  if (counts_.unfinished == 0) {
    bool good = counts_.failed == 0 && counts_.cancelled == 0;
    f.status = good ? run_status::succeeded : run_status::failed;
    f.exit_code = static_cast<std::int32_t>(good ? exit_code::ok
                                                 : exit_code::task_failed);
  } else if (counts_.assigned > 0 || counts_.backing_off > 0) {
    return;
  } else if (stopping_) {
    f.status = run_status::stopped;
    f.exit_code = stop_code_;
  } else {
    f.status = run_status::waiting;
    f.exit_code = static_cast<std::int32_t>(exit_code::waiting);
  }
  // A failure says more than "resumable" (§27).
  if (f.exit_code == static_cast<std::int32_t>(exit_code::waiting)
      && counts_.failed > 0)
    f.exit_code = static_cast<std::int32_t>(exit_code::task_failed);
  emit(f);
  command end;
  end.kind = command_kind::end_run;
  out_->commands.push_back(end);
}

} // namespace tutti::engine
