// SPDX-License-Identifier: BSD-3-Clause
// Waiting inside a task (semantics §20), and services (§23).
#include "actors/orchestrator/engine/engine.hpp"

#include <algorithm>

namespace tutti::engine {

void engine::on(const wait_begins& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, e.attempt);
  const auto& t = tasks_[x];
  bool running =
      t.state == task_state::running || t.state == task_state::integrating;
  if (!running || t.attempt != e.attempt || t.waits)
    return reject(reject_reason::stale_attempt, x, e.attempt);
  if (!wait_could_end(x)) {
    refuse("would-deadlock: all that it could be given waits for itself");
    command c;
    c.kind = command_kind::refuse_wait;
    c.task = x;
    c.attempt = e.attempt;
    c.agent = t.agent;
    out_->commands.push_back(c);
    return;
  }
  fact f;
  f.kind = fact_kind::attempt_waits;
  f.subject = x;
  f.attempt = e.attempt;
  f.agent = t.agent;
  emit(f);
  if (auto due = timeout_at_.find(x); due != timeout_at_.end())
    due->second -= now_; // the clock stands still
}

void engine::on(const wait_ends& e) {
  auto x = e.task.value;
  if (x >= graph_.task_count)
    return reject(reject_reason::unknown_task, x, e.attempt);
  const auto& t = tasks_[x];
  if (!t.waits || t.wants_slot || t.attempt != e.attempt)
    return reject(reject_reason::stale_attempt, x, e.attempt);
  fact f;
  f.kind = fact_kind::wait_over;
  f.subject = x;
  f.attempt = e.attempt;
  f.agent = t.agent;
  emit(f);
  if (is_ahead(x) && !agents_[t.agent].is_idle())
    take_back_behind(x);
}

bool engine::wait_could_end(std::uint32_t task) const {
  std::vector<bool> seen(graph_.task_count, false);
  seen[task] = true;
  return could_be_given(task, seen);
}

/// A wait ends with the first thing that arrives.
bool engine::could_be_given(std::uint32_t task, std::vector<bool>& seen) const {
  if (tasks_[task].later == 0)
    return true; // it has all it can have: the wait returns at once
  for (auto i : graph_.into(task))
    if (i.kind() == edge_kind::later && !is_settled(i.target())
        && could_end(i.target(), seen))
      return true;
  return std::any_of(requests_.begin(), requests_.end(), [&](const auto& r) {
    return r.work.from.value == task && !is_terminal(r.state)
        && could_end(r.server, seen);
  });
}

/// Whether a task could come to its end without one that is looked at already.
bool engine::could_end(std::uint32_t task, std::vector<bool>& seen) const {
  const auto& t = tasks_[task];
  if (is_terminal(t.state) && !t.doubted)
    return true;
  if (seen[task])
    return false;
  seen[task] = true;
  if (t.state == task_state::running || t.state == task_state::integrating)
    return !t.waits || t.wants_slot || could_be_given(task, seen);
  if (graph_.tasks[task].kind == task_kind::requests)
    return true; // free for the next request
  auto in = graph_.into(task);
  return std::all_of(in.begin(), in.end(), [&](edge e) {
    if (graph_.is_task(e.target()))
      return e.kind() == edge_kind::started || could_end(e.target(), seen);
    if (!graph_.is_group(e.target()))
      return true;
    auto members = graph_.into(e.target());
    return std::all_of(members.begin(), members.end(), [&](edge m) {
      return could_end(m.target(), seen);
    });
  });
}

void engine::on(const service_changes& e) {
  auto x = e.service.value;
  if (x >= graph_.service_count)
    return reject(reject_reason::unknown_task, x, 0);
  auto state = others_[graph_.gate_count + x].service;
  if (state == e.state || state == service_state::waiting
      || state == service_state::failed || state == service_state::ended)
    return reject(reject_reason::not_running, x, 0);
  fact f;
  f.kind = fact_kind::service_changed;
  f.subject = x;
  f.service = e.state;
  if (!e.text.empty()) {
    fact_extra extra;
    extra.text = e.text;
    f.extra = std::make_shared<const fact_extra>(std::move(extra));
  }
  emit(f);
}

} // namespace tutti::engine
