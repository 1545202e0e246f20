// SPDX-License-Identifier: BSD-3-Clause
// Edges. What an edge means is derived from its producer, in one place
// (`verdict_on`). `update_edge` brings the edge's bit in `met_` and its
// consumer's counters in line with that, whenever the producer changes
// (`update_out`) or the consumer begins to look at its edges anew
// (`update_in`). The one exception: who has begun keeps what it was given,
// unless it is in question itself (`keeps`).
#include "actors/orchestrator/engine/engine.hpp"
#include "messages/mutant.hpp"

#include <tuple>

namespace tutti::engine {

namespace {

edge_verdict met_if(bool x) {
  return x ? edge_verdict::met : edge_verdict::unmet;
}

} // namespace

edge_verdict judge(edge_kind kind, task_state producer, bool ever_started,
                   bool allow_failure, bool to_task) {
  switch (kind) {
  case edge_kind::succeeded:
    if (producer == task_state::succeeded)
      return edge_verdict::met;
    if (TUTTI_MUTANT(need_met_by_any_end))
      return edge_verdict::met;
    if (producer == task_state::left_out)
      return to_task ? edge_verdict::left_out : edge_verdict::met;
    return met_if(allow_failure);
  case edge_kind::later:
    return met_if(producer == task_state::succeeded
                  || producer == task_state::left_out || allow_failure);
  case edge_kind::failed:
    return met_if(is_failure(producer));
  case edge_kind::started:
    return met_if(ever_started);
  case edge_kind::completed:
  case edge_kind::ended:
  case edge_kind::member:
  case edge_kind::trigger:
  case edge_kind::asked:
    return edge_verdict::met;
  }
  return edge_verdict::unmet;
}

// -- what an edge means -------------------------------------------------------

/// Whether a task has come to an end that stands.
bool engine::is_settled(std::uint32_t task) const {
  return is_terminal(tasks_[task].state) && !tasks_[task].doubted;
}

edge_verdict engine::verdict_on(node_index from, edge_kind kind,
                                bool to_task) const {
  if (!graph_.is_task(from)) {
    const auto& n = others_[from - graph_.task_count];
    return graph_.is_gate(from)    ? verdict_on_gate(n.state, kind)
         : graph_.is_service(from) ? verdict_on_service(n.service)
                                   : verdict_on_group(n, kind);
  }
  const auto& t = tasks_[from];
  if (kind == edge_kind::succeeded && t.state == task_state::succeeded
      && !t.doubted)
    return edge_verdict::met; // most of all: nothing else is looked at
  if (kind == edge_kind::started && t.ever_started)
    return edge_verdict::met;
  if (!is_settled(from))
    return edge_verdict::open;
  return judge(kind, t.state, t.ever_started,
               graph_.policy_of(from).allow_failure, to_task);
}

edge_verdict engine::verdict_on_gate(gate_state x, edge_kind kind) {
  bool open = x == gate_state::open;
  bool shut = x == gate_state::closed || x == gate_state::rejected;
  if (kind == edge_kind::asked)
    return shut                     ? edge_verdict::unmet
         : x == gate_state::waiting ? edge_verdict::open
                                    : edge_verdict::met;
  if (!open && !shut)
    return edge_verdict::open;
  return kind == edge_kind::succeeded ? met_if(open)
       : kind == edge_kind::failed    ? met_if(shut)
                                      : edge_verdict::met;
}

edge_verdict engine::verdict_on_service(service_state x) {
  return x == service_state::ready  ? edge_verdict::met
       : x == service_state::failed ? edge_verdict::unmet
                                    : edge_verdict::open;
}

edge_verdict engine::verdict_on_group(const node_record& g, edge_kind kind) {
  bool ended = g.pending == 0;
  auto one = [&](bool seen) {
    return seen  ? edge_verdict::met
         : ended ? edge_verdict::unmet
                 : edge_verdict::open;
  };
  switch (kind) {
  case edge_kind::succeeded:
    return g.unmet ? edge_verdict::unmet
         : ended   ? edge_verdict::met
                   : edge_verdict::open;
  case edge_kind::failed:
    return one(g.failed);
  case edge_kind::started:
    return one(g.started);
  default:
    return ended ? edge_verdict::met : edge_verdict::open;
  }
}

/// Whether an edge that was met stays so, whatever becomes of its producer.
bool engine::keeps(edge e) const {
  auto x = e.target();
  if (graph_.is_task(x)) {
    const auto& t = tasks_[x];
    if (e.kind() == edge_kind::trigger)
      return is_terminal(t.state);
    return t.state != task_state::waiting && t.state != task_state::ready
        && !t.doubted;
  }
  const auto& n = others_[x - graph_.task_count];
  if (graph_.is_gate(x))
    return n.state != gate_state::waiting;
  return graph_.is_service(x) && n.service != service_state::waiting;
}

// -- bringing edges in line ---------------------------------------------------

void engine::update_out(node_index x) {
  for (auto i = graph_.out_begin[x]; i < graph_.out_begin[x + 1]; ++i) {
    auto e = graph_.out[i];
    if (e.kind() == edge_kind::member)
      update_member(x, i);
    else
      bring_in_line(x, i, verdict_on(x, e.kind(), graph_.is_task(e.target())));
  }
}

void engine::update_in(node_index x) {
  for (auto e : graph_.into(x))
    for (auto at = graph_.out_index(e.target(), x);
         at < graph_.out_begin[e.target() + 1] && graph_.out[at].target() == x;
         ++at)
      update_edge(e.target(), at);
}

void engine::update_edge(node_index from, std::size_t at) {
  auto e = graph_.out[at];
  if (e.kind() == edge_kind::member)
    update_member(from, at);
  else
    bring_in_line(from, at,
                  verdict_on(from, e.kind(), graph_.is_task(e.target())));
}

void engine::bring_in_line(node_index from, std::size_t at,
                           edge_verdict verdict) {
  auto e = graph_.out[at];
  auto to = e.target();
  bool open = verdict == edge_verdict::open;
  if (!open && counts_.doubted > 0 && graph_.is_task(to) && tasks_[to].doubted)
    unsure_.push_back(to);
  bool met = met_[at];
  if (verdict == edge_verdict::met) {
    if (met)
      return;
    bool known =
        e.deliver_at_once() || (e.kind() == edge_kind::later && has_agent(to));
    if (known && out_ != nullptr && e.carries_data() && graph_.is_task(from))
      deliver(from, to);
    return meet(at);
  }
  if (met) {
    if (TUTTI_MUTANT(no_doubt) || keeps(e))
      return;
    unmeet(at);
  }
  if (!open)
    note_miss(to, e.kind());
}

/// Whether it is known who works on a task that may have a choice of agents.
bool engine::has_agent(std::uint32_t task) const {
  return tasks_[task].assigned || tasks_[task].begun_version;
}

/// A group sums up its members: each tells it of its end, its start, and that
/// its end does not stand any more.
void engine::update_member(std::uint32_t task, std::size_t at) {
  const auto& t = tasks_[task];
  auto group = graph_.out[at].target();
  auto& g = others_[group - graph_.task_count];
  auto what_it_means = [&g] {
    return std::tuple{g.pending == 0, bool{g.unmet}, bool{g.failed},
                      bool{g.started}};
  };
  auto before = what_it_means();
  bool ended = is_settled(task);
  g.started = g.started || t.ever_started;
  if (ended && !met_[at]) {
    --g.pending;
    sum_up(g, task);
  } else if (!ended && met_[at]) {
    ++g.pending;
    met_[at] = false;
    if (g.unmet || g.failed)
      sum_up_again(group);
  }
  met_[at] = ended;
  if (before != what_it_means())
    update_out(group);
}

void engine::sum_up(node_record& g, std::uint32_t member) const {
  const auto& t = tasks_[member];
  bool short_of = judge(edge_kind::succeeded, t.state, t.ever_started,
                        graph_.policy_of(member).allow_failure, false)
               != edge_verdict::met;
  g.unmet = g.unmet || short_of;
  g.failed = g.failed || is_failure(t.state);
}

void engine::sum_up_again(node_index group) {
  auto& g = others_[group - graph_.task_count];
  g.unmet = false;
  g.failed = false;
  for (auto m : graph_.into(group))
    if (is_settled(m.target()))
      sum_up(g, m.target());
}

void engine::meet(std::size_t at) {
  met_[at] = true;
  auto kind = graph_.out[at].kind();
  auto x = graph_.out[at].target();
  if (!graph_.is_task(x)) {
    if (--others_[x - graph_.task_count].pending == 0)
      look_again(x);
    return;
  }
  auto& t = tasks_[x];
  if (kind == edge_kind::later) {
    --t.later;
    t.arrived = true;
    parked_.push_back(x);
  } else if (kind == edge_kind::trigger) {
    auto s = stream_index(x);
    --streams_[s].open_triggers;
    touched_streams_.push_back(s);
  } else if (--t.pending == 0) {
    released_.push_back(x);
  }
}

void engine::unmeet(std::size_t at) {
  met_[at] = false;
  auto kind = graph_.out[at].kind();
  auto x = graph_.out[at].target();
  if (!graph_.is_task(x)) {
    ++others_[x - graph_.task_count].pending;
    return;
  }
  auto& t = tasks_[x];
  if (kind == edge_kind::later) {
    ++t.later;
  } else if (kind == edge_kind::trigger) {
    ++streams_[stream_index(x)].open_triggers;
  } else {
    ++t.pending;
    if (t.state == task_state::ready)
      blocked_.push_back(x);
  }
}

/// What the consumer of an edge waits for will not come.
void engine::note_miss(node_index x, edge_kind kind) {
  if (!graph_.is_task(x)) {
    others_[x - graph_.task_count].unmet = true;
    return look_again(x);
  }
  tasks_[x].may_miss = true;
  if (kind == edge_kind::later && tasks_[x].begun_version)
    parked_.push_back(x);
  else
    blocked_.push_back(x);
}

/// A gate's or a service's state may change.
void engine::look_again(node_index x) {
  if (graph_.is_gate(x))
    gates_.push_back(x - graph_.task_count);
  else if (graph_.is_service(x))
    services_.push_back(x - graph_.task_count - graph_.gate_count);
}

// -- what will not come -------------------------------------------------------

/// The first node of the plan's order that keeps a task, gate or service that
/// waits from going on for good; none: there is none.
engine::missed engine::find_miss(node_index x) const {
  for (auto e : graph_.into(x)) {
    if (e.kind() == edge_kind::trigger)
      continue;
    auto verdict = verdict_on(e.target(), e.kind(), graph_.is_task(x));
    if (verdict == edge_verdict::unmet || verdict == edge_verdict::left_out)
      return {e.target(), verdict == edge_verdict::left_out};
  }
  return {};
}

/// What a task that has begun needs later and will not get; none: it may yet
/// get all.
std::uint32_t engine::missed_later(std::uint32_t task) const {
  if (!tasks_[task].may_miss || tasks_[task].later == 0)
    return task_id::none;
  for (auto e : graph_.into(task)) {
    auto from = e.target();
    if (e.kind() != edge_kind::later)
      continue;
    auto at = graph_.out_index(from, task);
    while (graph_.out[at].kind() != edge_kind::later)
      ++at; // of several edges between the two
    if (!met_[at]
        && verdict_on(from, edge_kind::later, true) == edge_verdict::unmet)
      return from;
  }
  return task_id::none;
}

} // namespace tutti::engine
