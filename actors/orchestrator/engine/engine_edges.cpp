// SPDX-License-Identifier: BSD-3-Clause
// Edges: met and missed as their producers start and end, taken back where a
// producer is made again. `met_` has a bit for each edge, and a consumer's
// counter is the number of its edges without one (invariant I6).
#include "actors/orchestrator/engine/engine.hpp"

#include <algorithm>

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
  case edge_kind::later:
    return when(producer == task_state::succeeded
                || producer == task_state::left_out || allow_failure);
  case edge_kind::failed:
    return when(is_failure(producer));
  case edge_kind::started:
    return when(ever_started);
  case edge_kind::completed:
  case edge_kind::ended:
  case edge_kind::member:
  case edge_kind::trigger:
  case edge_kind::asked:
    return edge_verdict::met;
  }
  return edge_verdict::unmet;
}

/// A task has ended. While its result is in question nobody is told.
void engine::resolve_end(std::uint32_t task) {
  const auto& t = tasks_[task];
  if (t.doubted)
    return;
  bool allowed = graph_.policy_of(task).allow_failure;
  for (auto i = graph_.out_begin[task]; i < graph_.out_begin[task + 1]; ++i) {
    auto e = graph_.out[i];
    auto to = e.target();
    if (e.kind() == edge_kind::member) {
      member_ended(i, t, allowed);
      continue;
    }
    if (met_[i])
      continue; // it started, or holds an earlier version
    auto verdict =
        judge(e.kind(), t.state, t.ever_started, allowed, graph_.is_task(to));
    if (verdict != edge_verdict::met) {
      if (e.kind() == edge_kind::later)
        miss_later(to, task);
      else
        miss(to, task, verdict == edge_verdict::left_out);
      continue;
    }
    if (out_ != nullptr && e.carries_data() && t.ever_started
        && (e.deliver_at_once()
            || (e.kind() == edge_kind::later && tasks_[to].begun_version)))
      deliver(task, to);
    meet(i);
  }
}

void engine::resolve_start(std::uint32_t task) {
  for (auto i = graph_.out_begin[task]; i < graph_.out_begin[task + 1]; ++i) {
    auto e = graph_.out[i];
    if (e.kind() == edge_kind::started)
      meet(i);
    else if (e.kind() == edge_kind::member)
      member_started(e.target());
  }
}

void engine::resolve_gate(std::uint32_t gate) {
  auto node = graph_.gate_node(gate);
  auto state = others_[gate].state;
  if (state == gate_state::waiting)
    return;
  for (auto i = graph_.out_begin[node]; i < graph_.out_begin[node + 1]; ++i) {
    auto e = graph_.out[i];
    if (e.kind() == edge_kind::asked) {
      if (state == gate_state::closed || state == gate_state::rejected)
        miss(e.target(), node, false);
      else
        meet(i);
      continue;
    }
    if (state == gate_state::asked)
      continue;
    bool open = state == gate_state::open;
    bool met = e.kind() == edge_kind::succeeded ? open
             : e.kind() == edge_kind::failed    ? !open
                                                : true;
    if (met)
      meet(i);
    else
      miss(e.target(), node, false);
  }
}

void engine::resolve_service(std::uint32_t service) {
  auto node = graph_.service_node(service);
  auto state = others_[graph_.gate_count + service].service;
  for (auto i = graph_.out_begin[node]; i < graph_.out_begin[node + 1]; ++i) {
    auto to = graph_.out[i].target();
    if (state == service_state::ready) {
      meet(i);
    } else if (!met_[i] || must_wait(to, graph_.out[i].kind())) {
      unmeet(i); // it was ready, and is not any more
      miss(to, node, false);
    }
  }
}

void engine::member_started(node_index group) {
  auto& g = others_[group - graph_.task_count];
  if (g.started)
    return;
  g.started = true;
  resolve_group(group, edge_kind::started, true);
}

void engine::member_ended(std::size_t edge_at, const task_record& t,
                          bool allowed) {
  if (met_[edge_at])
    return;
  met_[edge_at] = true;
  auto group = graph_.out[edge_at].target();
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
  for (auto i = graph_.out_begin[group]; i < graph_.out_begin[group + 1]; ++i) {
    if (graph_.out[i].kind() != kind)
      continue;
    if (met)
      meet(i);
    else if (!met_[i])
      miss(graph_.out[i].target(), group, false);
  }
}

void engine::meet(std::size_t edge_at) {
  if (met_[edge_at])
    return;
  met_[edge_at] = true;
  auto kind = graph_.out[edge_at].kind();
  auto consumer = graph_.out[edge_at].target();
  if (!graph_.is_task(consumer)) {
    if (--others_[consumer - graph_.task_count].pending > 0)
      return;
    if (graph_.is_gate(consumer))
      gates_.push_back(consumer - graph_.task_count);
    else
      services_.push_back(consumer - graph_.task_count - graph_.gate_count);
    return;
  }
  auto& t = tasks_[consumer];
  if (kind == edge_kind::later) {
    --t.later;
    t.arrived = true;
    parked_.push_back(consumer);
  } else if (kind == edge_kind::trigger) {
    auto s = stream_index(consumer);
    --streams_[s].open_triggers;
    touched_streams_.push_back(s);
  } else if (--t.pending == 0) {
    released_.push_back(consumer);
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
  if (graph_.is_gate(consumer))
    gates_.push_back(consumer - graph_.task_count);
  else
    services_.push_back(consumer - graph_.task_count - graph_.gate_count);
}

/// Semantics §11: who has not begun is skipped; who has fails at the end of its
/// run phase.
void engine::miss_later(std::uint32_t consumer, std::uint32_t producer) {
  auto& t = tasks_[consumer];
  if (!t.later_missed) {
    t.later_missed = true;
    rare_[consumer].later_cause = producer;
  }
  if (!t.begun_version)
    miss(consumer, producer, false);
  else
    parked_.push_back(consumer);
}

// -- taken back ---------------------------------------------------------------

/// Who has begun keeps what it was given; who has not, and who is in question
/// itself, waits for the new one.
bool engine::must_wait(node_index consumer, edge_kind kind) const {
  if (graph_.is_gate(consumer)) {
    auto state = others_[consumer - graph_.task_count].state;
    return state == gate_state::waiting;
  }
  if (graph_.is_service(consumer))
    return others_[consumer - graph_.task_count].service
        == service_state::waiting;
  if (graph_.is_group(consumer))
    return true;
  const auto& t = tasks_[consumer];
  if (kind == edge_kind::trigger)
    return !is_terminal(t.state);
  return t.state == task_state::waiting || t.state == task_state::ready
      || t.doubted;
}

void engine::unmeet(std::size_t edge_at) {
  if (!met_[edge_at])
    return;
  met_[edge_at] = false;
  auto kind = graph_.out[edge_at].kind();
  auto consumer = graph_.out[edge_at].target();
  if (!graph_.is_task(consumer)) {
    ++others_[consumer - graph_.task_count].pending;
    return;
  }
  auto& t = tasks_[consumer];
  if (kind == edge_kind::later) {
    ++t.later;
  } else if (kind == edge_kind::trigger) {
    ++streams_[stream_index(consumer)].open_triggers;
  } else {
    ++t.pending;
    if (t.state == task_state::ready)
      unready_.push_back(consumer);
  }
}

/// What a node stood for does not hold for the time being.
void engine::unsettle(node_index x) {
  for (auto i = graph_.out_begin[x]; i < graph_.out_begin[x + 1]; ++i) {
    auto e = graph_.out[i];
    if (e.kind() == edge_kind::started || !must_wait(e.target(), e.kind()))
      continue;
    if (!graph_.is_group(e.target())) {
      unmeet(i);
    } else if (met_[i]) {
      met_[i] = false;
      ++others_[e.target() - graph_.task_count].pending;
      unsettle_group(e.target());
    }
  }
}

/// A task that is to begin anew waits for those of its producers that are being
/// made again, too.
void engine::refresh_edges(std::uint32_t task) {
  for (auto e : graph_.into(task)) {
    auto from = e.target();
    if (e.kind() == edge_kind::started || holds(from))
      continue;
    for (auto i = graph_.out_begin[from]; i < graph_.out_begin[from + 1]; ++i)
      if (graph_.out[i].target() == task && graph_.out[i].kind() == e.kind())
        unmeet(i);
  }
}

/// Whether a node has come to an end that stands.
bool engine::holds(node_index x) const {
  if (graph_.is_task(x))
    return is_terminal(tasks_[x].state) && !tasks_[x].doubted;
  const auto& n = others_[x - graph_.task_count];
  if (graph_.is_gate(x))
    return n.state != gate_state::waiting;
  if (graph_.is_service(x))
    return true;
  auto members = graph_.into(x);
  return std::all_of(members.begin(), members.end(), [this](edge m) {
    return holds(m.target());
  });
}

void engine::unsettle_group(node_index group) {
  auto& g = others_[group - graph_.task_count];
  g.unmet = false;
  g.failed = false;
  for (auto m : graph_.into(group)) {
    const auto& t = tasks_[m.target()];
    if (!is_terminal(t.state) || t.doubted)
      continue;
    g.failed = g.failed || is_failure(t.state);
    g.unmet = g.unmet
           || judge(edge_kind::succeeded, t.state, t.ever_started,
                    graph_.policy_of(m.target()).allow_failure, false)
                  == edge_verdict::unmet;
  }
  for (auto i = graph_.out_begin[group]; i < graph_.out_begin[group + 1]; ++i) {
    auto e = graph_.out[i];
    bool holds = e.kind() == edge_kind::started
              || (e.kind() == edge_kind::failed && g.failed);
    if (!holds && must_wait(e.target(), e.kind()))
      unmeet(i);
  }
}

} // namespace tutti::engine
