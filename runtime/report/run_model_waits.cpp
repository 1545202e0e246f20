// SPDX-License-Identifier: BSD-3-Clause
// The states of tasks, the lists they are in, and who waits for whom.
#include "runtime/report/run_model.hpp"

#include <algorithm>
#include <utility>

namespace tutti::report {

namespace {

// The lists of `queues_`, three to an agent, and those of `pending_`.
enum queue : std::size_t { ready, hot, cold };
enum pending_list : std::size_t { waiting_list, integrate_list };

bool works(task_state x) {
  return x == task_state::running || x == task_state::integrating;
}

// What keeps those who need it hopeful: it is being worked on, or will be as
// soon as its agent is free.
bool is_active(task_state x) {
  return x == task_state::ready || x == task_state::running
      || x == task_state::waiting_to_integrate || x == task_state::integrating;
}

// Calls `use` with each phase that holds the task; a matrix makes phases within
// phases. In the graph they follow it.
template <class Use>
void for_each_phase(const plan_graph& graph, const plan& p, std::uint32_t task,
                    Use use) {
  if (p.phases.empty())
    return;
  auto next = graph.successors(task);
  auto at = std::lower_bound(next.begin(), next.end(), graph.phase(0));
  for (; at != next.end() && *at < graph.phase(p.phases.size()); ++at)
    use(graph.plan_index(*at));
}

} // namespace

// -- states and lists ---------------------------------------------------------

void run_model::enter(std::uint32_t task, task_state next, duration at) {
  auto& t = tasks_[task];
  auto before = t.state;
  count_state(task, before, false);
  count_state(task, next, true);
  if (is_terminal(before) && !is_terminal(next))
    reopen(task, at);
  t.state = next;
  t.session = static_cast<std::uint32_t>(sessions_.size() - 1);
  if (works(next) != works(before))
    for_each_phase(graph_, *plan_, task, [&](std::uint32_t i) {
      phases_[i].running += works(next);
      phases_[i].running -= works(before);
    });
  if (next == task_state::ready && !t.ready_at)
    t.ready_at = at;
  if (t.parked_at && next != task_state::waiting_to_integrate) {
    t.waited_later += up_time(*t.parked_at, at);
    t.parked_at.reset();
  } else if (!t.parked_at && next == task_state::waiting_to_integrate) {
    t.parked_at = at;
  }
  set_load(task, is_terminal(next) ? 0
                 : next == task_state::waiting_to_integrate
                         || next == task_state::integrating
                     ? 1
                     : 2);
  place(task, next);
  set_active(task, is_active(next));
  if (is_terminal(next) && !is_terminal(before))
    leave_for_good(task, at);
}

void run_model::count_state(std::uint32_t task, task_state x, bool entered) {
  if (traits_[task].kind == task_kind::requests && !is_failure(x))
    return;
  std::size_t change = entered ? 1 : std::size_t{} - 1;
  counts_[static_cast<std::size_t>(x)] += change;
  counted_ += change;
}

void run_model::place(std::uint32_t task, task_state next) {
  auto is_ready =
      next == task_state::ready
      || (next == task_state::waiting_to_integrate && tasks_[task].later_ready);
  if (works(next)) {
    in_progress_.move_to(0, task);
    queues_.erase(task);
  } else {
    in_progress_.erase(task);
    if (is_ready)
      queues_.move_to(3 * queue_of(task) + ready, task);
    else if (next != task_state::waiting)
      queues_.erase(task);
  }
  refresh_pending(task);
}

void run_model::leave_for_good(std::uint32_t task, duration at) {
  auto& t = tasks_[task];
  t.finished_at = at;
  if (t.attempts > 0 && traits_[task].kind != task_kind::requests) {
    t.completed_index = static_cast<std::uint32_t>(completed_.size());
    completed_.push_back(task_id{task});
    if (t.agent.value < agents_.size())
      ++agents_[t.agent.value].tasks;
    note_measured(task);
  }
  if (is_failure(t.state))
    failures_.push_back(task_id{task});
  for_each_phase(graph_, *plan_, task, [&](std::uint32_t i) {
    ++phases_[i].done;
    phases_[i].failed += is_failure(t.state);
  });
  count_blocked(task, true);
  settle_start(task, at);
  settle(task, at);
}

// Of a task that was done again its latest version counts.
void run_model::note_measured(std::uint32_t task) {
  auto& t = tasks_[task];
  auto busy = t.busy - std::exchange(t.busy_before, t.busy);
  measured_in_all_ += busy;
  ++ran_;
  if (traits_[task].has_estimate) {
    measured_ += busy;
    estimated_ += load_of(plan_->tasks[task]).known;
  }
}

// The opposite: a new version, or a retry that somebody asked for.
void run_model::reopen(std::uint32_t task, duration at) {
  auto& t = tasks_[task];
  note_reopened(task, at);
  t.finished_at.reset();
  if (t.attempts > 0 && plan_->tasks[task].kind != task_kind::requests
      && t.agent.value < agents_.size())
    --agents_[t.agent.value].tasks;
  if (is_failure(t.state))
    std::erase(failures_, task_id{task});
  for_each_phase(graph_, *plan_, task, [&](std::uint32_t i) {
    --phases_[i].done;
    phases_[i].failed -= is_failure(t.state);
  });
  count_blocked(task, false);
  unsettle(task);
}

void run_model::count_blocked(std::uint32_t task, bool ended) {
  if (gates_.empty())
    return;
  auto count = [&](node_index gate) {
    auto& n = gates_[graph_.plan_index(gate)].blocked;
    n = ended ? n - 1 : n + 1;
  };
  for (auto y : graph_.predecessors(task)) {
    if (graph_.kind(y) == graph_node::gate)
      count(y);
    else if (y == graph_.barrier())
      for (auto z : graph_.predecessors(y))
        count(z);
  }
}

// -- active, settled ----------------------------------------------------------

// Nodes that only gather others: settled as soon as all of those are.
bool run_model::is_gathering(node_index x) const {
  auto kind = graph_.kind(x);
  return kind == graph_node::phase || kind == graph_node::barrier
      || kind == graph_node::everything;
}

// A node turns active or stops being so; those that wait for it hear of it. A
// phase is active while one of its tasks is; a gate never counts as active.
void run_model::set_active(node_index x, bool active) {
  auto& n = states_[x];
  if (n.active == active || n.settled)
    return;
  n.active = active;
  for (auto y : graph_.successors(x)) {
    auto& to = states_[y];
    bool was_hot = to.hot > 0;
    to.hot += active ? 1 : -1;
    if (y >= tasks_.size() && graph_.kind(y) == graph_node::phase)
      set_active(y, to.hot > 0);
    else if (was_hot != (to.hot > 0))
      refresh_pending(y);
  }
  for (auto y : graph_.later_successors(x)) {
    states_[y].later_hot += active ? 1 : -1;
    refresh_pending(y);
  }
  if (n.start_settled || n.start_hot || !active)
    return;
  n.start_hot = true;
  for (auto y : graph_.start_successors(x)) {
    ++states_[y].hot;
    refresh_pending(y);
  }
}

// A node is over: nobody waits for it any more.
void run_model::settle(node_index x, duration at) {
  set_active(x, false);
  if (std::exchange(states_[x].settled, true))
    return;
  for (auto y : graph_.successors(x))
    meet(y, at);
  for (auto y : graph_.later_successors(x))
    meet_later(y, at);
}

// It is open again, after all: it is to be done once more (semantics §18).
void run_model::unsettle(node_index x) {
  if (!std::exchange(states_[x].settled, false))
    return;
  for (auto y : graph_.successors(x))
    unmeet(y);
  for (auto y : graph_.later_successors(x)) {
    ++states_[y].later_unmet;
    refresh_pending(y);
  }
}

void run_model::settle_start(node_index x, duration at) {
  auto& n = states_[x];
  if (std::exchange(n.start_settled, true))
    return;
  for (auto y : graph_.start_successors(x)) {
    states_[y].hot -= n.start_hot;
    meet(y, at);
    if (states_[y].unmet == 0)
      refresh_pending(y);
  }
}

void run_model::meet(node_index x, duration at) {
  auto& n = states_[x];
  --n.unmet;
  n.last_met = at;
  if (n.unmet > 0)
    return;
  if (is_gathering(x))
    settle(x, at);
  else if (x < tasks_.size() && traits_[x].kind == task_kind::after_each)
    refresh_pending(x); // of all others only that something is active counts
}

void run_model::meet_later(node_index x, duration at) {
  --states_[x].later_unmet;
  states_[x].last_later = at;
  refresh_pending(x);
}

void run_model::unmeet(node_index x) {
  ++states_[x].unmet;
  if (is_gathering(x))
    unsettle(x);
  else
    refresh_pending(x);
}

void run_model::refresh_pending(node_index x) {
  if (x >= tasks_.size())
    return;
  const auto& t = tasks_[x];
  if (t.state == task_state::waiting_to_integrate)
    return pending_.move_to(integrate_list, x);
  if (t.state != task_state::waiting) {
    pending_.erase(x);
    return;
  }
  auto kind = traits_[x].kind;
  if (kind == task_kind::requests) { // it waits for nobody in particular
    pending_.erase(x);
    queues_.erase(x);
    return;
  }
  auto is_hot = states_[x].hot > 0
             || (kind == task_kind::after_each && states_[x].unmet == 0
                 && states_[x].later_hot > 0);
  if (is_hot)
    pending_.move_to(waiting_list, x);
  else
    pending_.erase(x);
  queues_.move_to(3 * queue_of(x) + (is_hot ? hot : cold), x);
}

// The queues of tasks that several agents could do come last.
std::size_t run_model::queue_of(std::uint32_t task) const {
  return traits_[task].queue;
}

// -- who waits for whom (rule 7) ----------------------------------------------

wait run_model::wait_of(node_ref x, std::size_t limit) const {
  wait result;
  result.waiter = x;
  switch (x.kind) {
  case node_kind::task:
    result.agent = tasks_[x.index].agent;
    wait_of_task(x.index, limit, result);
    break;
  case node_kind::gate:
    wait_of_gate(x.index, limit, result);
    break;
  case node_kind::service:
    result.since = services_[x.index].since;
    if (services_[x.index].state == service_state::waiting)
      wait_for_needs(graph_.node(x), limit, result);
    break;
  case node_kind::phase:
    wait_for_needs(graph_.node(x), limit, result);
    break;
  }
  return result;
}

void run_model::wait_of_task(std::uint32_t task, std::size_t limit,
                             wait& to) const {
  const auto& t = tasks_[task];
  const auto& n = states_[task];
  auto add = [&](wait_for why) {
    to.on.push_back({{node_kind::task, task}, {}, false, why, 0});
    ++to.on_count;
  };
  auto is_later = t.state == task_state::waiting_to_integrate || t.waits_since;
  if (is_terminal(t.state) || (works(t.state) && !t.waits_since))
    return;
  if (t.paused && !works(t.state))
    add(wait_for::resume);
  if (t.state == task_state::waiting) {
    wait_for_needs(task, limit, to);
    is_later = n.unmet == 0;
    if (plan_->tasks[task].kind == task_kind::requests)
      return add(wait_for::request);
  }
  if (is_later && !t.wants_slot) {
    to.since = std::max(
        t.waits_since.value_or(t.parked_at.value_or(n.last_met)), n.last_later);
    collect_later(task, limit, to);
    collect_answers(task, limit, to);
  }
  if (t.state == task_state::waiting || to.on_count > 0
      || (t.waits_since && !t.wants_slot))
    return;
  to.since = t.waits_since.value_or(t.queued_at.value_or(to.since));
  if (t.in_backoff)
    add(wait_for::retry);
  else if (!add_node(task, to))
    add_slot(task, to);
}

// What is all busy: the agent's slots; who has the first of them is named.
void run_model::add_slot(std::uint32_t task, wait& to) const {
  awaited x;
  x.why = wait_for::slot;
  x.of = {node_kind::task, task_id::none};
  if (const auto& who = plan_->tasks[task].agents; who.size() == 1) {
    x.agent = who.front();
    if (auto first = running_.front(x.agent.value); first != index_lists::none)
      x.of.index = first;
  }
  x.active = x.of.index != task_id::none;
  to.on.push_back(x);
  ++to.on_count;
}

void run_model::wait_of_gate(std::uint32_t gate, std::size_t limit,
                             wait& to) const {
  const auto& g = gates_[gate];
  if (g.state == gate_state::asked && plan_->gates[gate].approval.human) {
    to.on.push_back({{node_kind::gate, gate}, {}, true, wait_for::person, 0});
    ++to.on_count;
  }
  if (g.state == gate_state::waiting || g.state == gate_state::asked)
    wait_for_needs(graph_.gate(gate), limit, to);
  if (g.state == gate_state::asked)
    to.since = *g.asked_at;
}

void run_model::wait_for_needs(node_index x, std::size_t limit,
                               wait& to) const {
  to.since = states_[x].last_met;
  to.on_count += states_[x].unmet;
  // The two nodes that stand for many count as those.
  for (auto y : {graph_.barrier(), graph_.everything()}) {
    auto edges = graph_.predecessors(x);
    if (!states_[y].settled && graph_.kind(x) == graph_node::task
        && std::binary_search(edges.begin(), edges.end(), y))
      to.on_count += states_[y].unmet - 1;
  }
  // Active needs first: they are what somebody works on.
  collect(x, true, limit, to);
  collect(x, false, limit, to);
}

void run_model::collect(node_index x, bool active, std::size_t limit,
                        wait& to) const {
  // A gate may need every task; a viewer does not look at all of them.
  constexpr std::size_t edges_max = 4096;
  if (active && states_[x].hot == 0)
    return;
  auto edges = graph_.predecessors(x);
  for (auto y : edges.first(std::min(edges.size(), edges_max))) {
    if (to.on.size() >= limit)
      return;
    if (states_[y].settled)
      continue;
    if (y == graph_.barrier())
      collect(y, active, limit, to);
    else if (y != graph_.everything())
      add_awaited(y, active, wait_for::end, to);
  }
  for (auto y : graph_.start_predecessors(x))
    if (!states_[y].start_settled && to.on.size() < limit)
      add_awaited(y, active, wait_for::start, to);
}

void run_model::collect_later(node_index x, std::size_t limit, wait& to) const {
  to.on_count += states_[x].later_unmet;
  for (auto active : {true, false})
    for (auto y : graph_.later_predecessors(x))
      if (!states_[y].settled && to.on.size() < limit)
        add_awaited(y, active, wait_for::end, to);
}

void run_model::collect_answers(std::uint32_t task, std::size_t limit,
                                wait& to) const {
  auto found = unanswered_.find(task);
  if (found == unanswered_.end())
    return;
  to.on_count += found->second.size();
  for (auto n : found->second) {
    if (to.on.size() >= limit)
      return;
    const auto& r = requests_[n - 1];
    to.on.push_back(
        {{node_kind::task, task}, r.to, r.taken, wait_for::answer, n});
  }
}

void run_model::add_awaited(node_index x, bool active, wait_for why,
                            wait& to) const {
  if (states_[x].active != active)
    return;
  awaited y;
  y.active = active;
  y.why = why;
  y.of.index = graph_.plan_index(x);
  switch (graph_.kind(x)) {
  case graph_node::gate:
    y.of.kind = node_kind::gate;
    break;
  case graph_node::phase:
    y.of.kind = node_kind::phase;
    break;
  case graph_node::service:
    y.of.kind = node_kind::service;
    break;
  default:
    y.of.kind = node_kind::task;
    y.agent = tasks_[x].agent;
    break;
  }
  to.on.push_back(y);
}

} // namespace tutti::report
