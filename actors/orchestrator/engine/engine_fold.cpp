// SPDX-License-Identifier: BSD-3-Clause
// Facts into state. Nothing here decides: the same facts give the same state,
// live or replayed (rule 8). While deciding, handoffs leave as their producer's
// end is folded, so that a step looks at each edge once.
#include "actors/orchestrator/engine/engine.hpp"
#include "actors/orchestrator/engine/task_machine.hpp"
#include "messages/assert.hpp"

namespace tutti::engine {

edge_verdict judge(edge_kind kind, task_state producer, bool ever_started,
                   bool allow_failure, bool to_task) {
  auto when = [](bool met) {
    return met ? edge_verdict::met : edge_verdict::unmet;
  };
  switch (kind) {
  case edge_kind::succeeded:
    if (producer == task_state::succeeded)
      return edge_verdict::met;
    if (producer == task_state::left_out)
      return to_task ? edge_verdict::left_out : edge_verdict::met;
    return when(allow_failure);
  case edge_kind::failed:
    return when(is_failure(producer));
  case edge_kind::started:
    return when(ever_started);
  case edge_kind::completed:
  case edge_kind::ended:
  case edge_kind::member:
    return edge_verdict::met;
  }
  return edge_verdict::unmet;
}

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
  if (cause != task_id::none) {
    // A group is no phase of its own to a reader: it names the plan's phase.
    if (graph_.is_gate(cause)) {
      f.cause_kind = node_kind::gate;
      f.cause = cause - graph_.task_count;
    } else if (graph_.is_group(cause)) {
      f.cause_kind = node_kind::phase;
      f.cause = graph_.phase_of_group(cause);
    } else {
      f.cause = cause;
    }
  }
  emit(f);
}

void engine::fold(const fact& f) {
  switch (f.kind) {
  case fact_kind::run_started:
    begun_ = true;
    break;
  case fact_kind::handoff_sent:
  case fact_kind::handoff_accepted:
    break;
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
    ++counts_.cancelled;
    return fold_unstarted_end(f, task_state::cancelled);
  case fact_kind::task_timed_out:
    return fold_unstarted_end(f, task_state::timed_out);
  case fact_kind::gate_opened:
    others_[f.subject].state = gate_state::open;
    return resolve_gate(f.subject);
  case fact_kind::gate_closed:
    others_[f.subject].state = gate_state::closed;
    return resolve_gate(f.subject);
  case fact_kind::result_late:
    ++counts_.late;
    break;
  case fact_kind::stop_requested:
    return fold_stop(f);
  case fact_kind::run_ended:
    over_ = true;
    break;
  default:
    break;
  }
}

void engine::fold_ready(const fact& f) {
  auto& t = tasks_[f.subject];
  if (t.state == task_state::waiting) {
    release(t.state);
  } else if (t.backing_off) {
    t.backing_off = false;
    --counts_.backing_off;
  }
  if (!may_start(f.subject))
    return;
  if (graph_.class_of(f.subject).assign_ahead)
    ahead_.push_back(f.subject);
  else
    insert_ready(f.subject);
}

void engine::fold_assigned(const fact& f) {
  auto& t = tasks_[f.subject];
  TUTTI_ASSERT(t.state == task_state::ready && !t.assigned);
  t.attempt = f.attempt;
  t.agent = f.agent;
  t.assigned = true;
  ++counts_.assigned;
  if (!graph_.class_of(f.subject).assign_ahead) {
    erase_ready(f.subject);
    take_capacity(f.subject);
  }
}

void engine::fold_started(const fact& f) {
  auto& t = tasks_[f.subject];
  begin(t.state);
  ++counts_.live;
  if (graph_.class_of(f.subject).assign_ahead)
    take_capacity(f.subject);
  bool first = !t.ever_started;
  t.ever_started = true;
  if (first && t.start_matters)
    resolve_start(f.subject);
}

void engine::fold_ending(const fact& f) {
  auto& t = tasks_[f.subject];
  if (!t.is_ending)
    t.ending = f.end;
  t.is_ending = true;
  t.cancelled = t.cancelled || f.end == attempt_end::cancelled;
}

void engine::fold_finished(const fact& f) {
  auto& t = tasks_[f.subject];
  --counts_.live;
  --counts_.assigned;
  free_capacity(f.subject, f.end == attempt_end::unkillable);
  t.assigned = false;
  t.is_ending = false;
  if (f.state != task_state::ready) {
    finish(t.state, f.state);
    if (f.end == attempt_end::success && f.details
        && !f.details->outputs.empty())
      details_[f.subject] = f.details;
    if (is_failure(f.state) && !graph_.policy_of(f.subject).allow_failure)
      ++counts_.failed;
    if (f.state == task_state::cancelled)
      ++counts_.cancelled;
    --counts_.unfinished;
    return resolve_end(f.subject);
  }
  again(t.state);
  if (f.end == attempt_end::stopped || f.end == attempt_end::no_space)
    return; // held back: the run stops
  ++t.failures;
  t.backing_off = true;
  ++counts_.backing_off;
}

void engine::fold_revoked(const fact& f) {
  auto& t = tasks_[f.subject];
  TUTTI_ASSERT(t.state == task_state::ready && t.assigned);
  t.assigned = false;
  t.is_ending = false;
  --counts_.assigned;
  if (!graph_.class_of(f.subject).assign_ahead)
    free_capacity(f.subject, false);
  if (!t.cancelled && may_start(f.subject)) {
    if (graph_.class_of(f.subject).assign_ahead)
      ahead_.push_back(f.subject);
    else
      insert_ready(f.subject);
  }
}

void engine::fold_unstarted_end(const fact& f, task_state to) {
  auto& t = tasks_[f.subject];
  TUTTI_ASSERT(!t.assigned);
  if (t.state == task_state::ready && !graph_.class_of(f.subject).assign_ahead)
    erase_ready(f.subject);
  if (t.backing_off) {
    t.backing_off = false;
    --counts_.backing_off;
  }
  end_unstarted(t.state, to);
  --counts_.unfinished;
  resolve_end(f.subject);
}

void engine::fold_stop(const fact& f) {
  stopping_ = true;
  stop_code_ = f.exit_code;
  abandoned_ = abandoned_ || f.end == attempt_end::cancelled;
  for (std::uint32_t i = 0; i < graph_.task_count; ++i) {
    auto& t = tasks_[i];
    if (t.state != task_state::ready || may_start(i))
      continue;
    if (!t.assigned && !graph_.class_of(i).assign_ahead)
      erase_ready(i);
    if (t.backing_off) {
      t.backing_off = false;
      --counts_.backing_off;
    }
  }
}

// -- capacity -----------------------------------------------------------------

void engine::take_capacity(std::uint32_t task) {
  ++agents_[tasks_[task].agent].used;
  ++jobs_.used;
  for (const auto& x : graph_.class_of(task).pools)
    pools_[x.pool.value].used += x.count;
}

void engine::free_capacity(std::uint32_t task, bool quarantine) {
  auto& a = agents_[tasks_[task].agent];
  --a.used;
  if (quarantine && a.total > 0)
    --a.total;
  --jobs_.used;
  for (const auto& x : graph_.class_of(task).pools)
    pools_[x.pool.value].used -= x.count;
  may_assign_ = true;
}

// -- edges --------------------------------------------------------------------

void engine::resolve_end(std::uint32_t task) {
  const auto& t = tasks_[task];
  bool allowed = graph_.policy_of(task).allow_failure;
  for (auto e : graph_.out_of(task)) {
    auto to = e.target();
    if (e.kind() == edge_kind::member) {
      member_ended(to, t, allowed);
      continue;
    }
    if (e.kind() == edge_kind::started && t.ever_started)
      continue; // met when it started
    auto verdict =
        judge(e.kind(), t.state, t.ever_started, allowed, graph_.is_task(to));
    if (verdict != edge_verdict::met) {
      miss(to, task, verdict == edge_verdict::left_out);
      continue;
    }
    if (out_ != nullptr && e.deliver_at_once() && t.ever_started)
      deliver(task, to);
    meet(to);
  }
}

void engine::resolve_start(std::uint32_t task) {
  for (auto e : graph_.out_of(task)) {
    if (e.kind() == edge_kind::started)
      meet(e.target());
    else if (e.kind() == edge_kind::member)
      member_started(e.target());
  }
}

void engine::resolve_gate(std::uint32_t gate) {
  auto node = graph_.gate_node(gate);
  bool open = others_[gate].state == gate_state::open;
  for (auto e : graph_.out_of(node)) {
    bool met = e.kind() == edge_kind::succeeded ? open
             : e.kind() == edge_kind::failed    ? !open
                                                : true;
    if (met)
      meet(e.target());
    else
      miss(e.target(), node, false);
  }
}

void engine::member_started(node_index group) {
  auto& g = others_[group - graph_.task_count];
  if (g.started)
    return;
  g.started = true;
  resolve_group(group, edge_kind::started, true);
}

void engine::member_ended(node_index group, const task_record& t,
                          bool allowed) {
  auto& g = others_[group - graph_.task_count];
  if (!g.unmet
      && judge(edge_kind::succeeded, t.state, t.ever_started, allowed, false)
             == edge_verdict::unmet) {
    g.unmet = true;
    resolve_group(group, edge_kind::succeeded, false);
  }
  if (!g.failed && is_failure(t.state)) {
    g.failed = true;
    resolve_group(group, edge_kind::failed, true);
  }
  if (--g.pending == 0)
    resolve_group_end(group);
}

void engine::resolve_group_end(node_index group) {
  const auto& g = others_[group - graph_.task_count];
  if (!g.unmet)
    resolve_group(group, edge_kind::succeeded, true);
  if (!g.failed)
    resolve_group(group, edge_kind::failed, false);
  if (!g.started)
    resolve_group(group, edge_kind::started, false);
  resolve_group(group, edge_kind::completed, true);
  resolve_group(group, edge_kind::ended, true);
}

void engine::resolve_group(node_index group, edge_kind kind, bool met) {
  for (auto e : graph_.out_of(group)) {
    if (e.kind() != kind)
      continue;
    if (met)
      meet(e.target());
    else
      miss(e.target(), group, false);
  }
}

void engine::meet(node_index consumer) {
  if (graph_.is_task(consumer)) {
    if (--tasks_[consumer].pending == 0)
      released_.push_back(consumer);
  } else if (--others_[consumer - graph_.task_count].pending == 0) {
    gates_.push_back(consumer - graph_.task_count);
  }
}

void engine::miss(node_index consumer, node_index producer, bool left_out) {
  if (graph_.is_task(consumer)) {
    auto& t = tasks_[consumer];
    if (t.doomed)
      return;
    t.doomed = true;
    t.doomed_by_left_out = left_out;
    t.cause = producer;
    doomed_.push_back(consumer);
    return;
  }
  auto& g = others_[consumer - graph_.task_count];
  if (g.unmet)
    return;
  g.unmet = true;
  g.cause = producer;
  gates_.push_back(consumer - graph_.task_count);
}

} // namespace tutti::engine
