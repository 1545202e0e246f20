// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/report/run_model.hpp"

#include <algorithm>
#include <utility>

namespace tutti::report {

namespace {

// The lists of `queues_`, three to an agent.
enum queue : std::size_t { ready, hot, cold };

bool works(task_state x) {
  return x == task_state::running || x == task_state::integrating;
}

// What keeps those who need it hopeful: it is being worked on, or will be as
// soon as its agent is free.
bool is_active(task_state x) {
  return x == task_state::ready || x == task_state::running
      || x == task_state::waiting_to_integrate || x == task_state::integrating;
}

} // namespace

run_model::run_model(const tutti::plan& p, std::vector<std::uint32_t> slots)
  : plan_(&p), graph_(p), tasks_(p.tasks.size()), gates_(p.gates.size()),
    agents_(p.agents.size()), phases_(p.phases.size()), nodes_(graph_.size()),
    in_progress_(p.tasks.size(), 1), pending_(p.tasks.size(), 1),
    running_(p.tasks.size(), p.agents.size()),
    queues_(p.tasks.size(), 3 * (p.agents.size() + 1)) {
  for (std::size_t i = 0; i < agents_.size(); ++i) {
    agents_[i].slots = i < slots.size() ? slots[i] : p.agents[i].slots;
    agents_[i].slots = std::max(agents_[i].slots, 1u);
    slots_ += agents_[i].slots;
  }
  for (std::size_t i = 0; i < phases_.size(); ++i)
    phases_[i].total = static_cast<std::uint32_t>(p.phases[i].tasks.size());
  for (std::uint32_t i = 0; i < tasks_.size(); ++i) {
    if (p.tasks[i].agents.size() == 1)
      tasks_[i].agent = p.tasks[i].agents.front();
    queues_.push_back(3 * queue_of(i) + cold, i);
  }
  counts_[static_cast<std::size_t>(task_state::waiting)] = tasks_.size();
  prepare_nodes();
  prepare_estimates();
}

void run_model::prepare_nodes() {
  for (node_index i = 0; i < nodes_.size(); ++i)
    nodes_[i].unmet = static_cast<std::uint32_t>(
        graph_.predecessors(i).size() + graph_.start_predecessors(i).size());
  for (std::size_t i = 0; i < gates_.size(); ++i) {
    for (auto x : graph_.successors(graph_.gate(i))) {
      if (graph_.kind(x) == graph_node::task)
        ++gates_[i].blocked;
      else if (x == graph_.barrier())
        gates_[i].blocked +=
            static_cast<std::uint32_t>(graph_.successors(x).size());
    }
  }
  // Empty phases hold from the start; nothing will ever settle them.
  for (std::size_t i = 0; i < phases_.size(); ++i)
    if (phases_[i].total == 0)
      settle(graph_.phase(i), duration{0});
}

// -- changes ------------------------------------------------------------------

void run_model::apply(const fact& x) {
  now_ = std::max(now_, x.at);
  switch (x.kind) {
  case fact_kind::run_started:
    break;
  case fact_kind::task_ready:
    enter(x.subject, task_state::ready, x.at);
    break;
  case fact_kind::task_assigned:
    tasks_[x.subject].agent = agent_id{x.agent};
    break;
  case fact_kind::attempt_started:
    start_attempt(x);
    break;
  case fact_kind::attempt_finished:
    finish_attempt(x);
    break;
  case fact_kind::attempt_ending:
    tasks_[x.subject].ending = true;
    break;
  case fact_kind::attempt_revoked:
    tasks_[x.subject].ending = false;
    if (plan_->tasks[x.subject].agents.size() != 1)
      tasks_[x.subject].agent = {};
    break;
  case fact_kind::task_skipped:
    end_without_attempt(x, task_state::skipped);
    break;
  case fact_kind::task_left_out:
    end_without_attempt(x, task_state::left_out);
    break;
  case fact_kind::task_cancelled:
    end_without_attempt(x, task_state::cancelled);
    break;
  case fact_kind::task_timed_out:
    end_without_attempt(x, task_state::timed_out);
    break;
  case fact_kind::gate_opened:
    settle_gate(x, gate_state::open);
    break;
  case fact_kind::gate_closed:
    settle_gate(x, gate_state::closed);
    break;
  case fact_kind::handoff_sent:
    record_handoff(x, false);
    break;
  case fact_kind::handoff_accepted:
    record_handoff(x, true);
    break;
  case fact_kind::result_late:
    ++late_results_;
    break;
  case fact_kind::stop_requested:
    stopping_ = true;
    break;
  case fact_kind::run_ended:
    ended_ = true;
    status_ = x.status;
    exit_code_ = x.exit_code;
    break;
  default:
    break;
  }
}

void run_model::apply(const task_progress& x) {
  if (x.task.value >= tasks_.size())
    return;
  auto& t = tasks_[x.task.value];
  if (t.busy_now && (x.attempt == 0 || x.attempt >= t.attempts))
    t.progress = x.line;
}

void run_model::start_attempt(const fact& x) {
  auto& t = tasks_[x.subject];
  // A second start without an end between must not count the time twice.
  stop_clock(x.subject, t.attempts, x.at);
  t.agent = agent_id{x.agent};
  t.attempts = std::max(t.attempts + 1, x.attempt);
  t.attempt_started_at = x.at;
  t.ending = false;
  t.busy_now = true;
  if (!t.started_at)
    t.started_at = x.at;
  if (x.agent < agents_.size()) {
    ++agents_[x.agent].running;
    running_.push_back(x.agent, x.subject);
  }
  enter(x.subject,
        x.phase == work_phase::run ? task_state::running
                                   : task_state::integrating,
        x.at);
  settle_start(x.subject, x.at);
}

void run_model::finish_attempt(const fact& x) {
  auto& t = tasks_[x.subject];
  if (t.busy_now) {
    stop_clock(x.subject, x.attempt, x.at);
  } else { // it could not even be started
    t.attempts = std::max(t.attempts + 1, x.attempt);
    if (x.agent < agents_.size())
      t.agent = agent_id{x.agent};
  }
  t.ending = false;
  t.end = x.end;
  t.exit_code = x.exit_code;
  t.details = x.details;
  enter(x.subject, x.state, x.at);
}

void run_model::stop_clock(std::uint32_t task, std::uint32_t attempt,
                           duration at) {
  auto& t = tasks_[task];
  if (!t.busy_now)
    return;
  t.busy_now = false;
  t.progress.clear();
  auto time = std::max(at - t.attempt_started_at, duration{0});
  t.busy += time;
  intervals_.push_back(
      {task_id{task}, t.agent, attempt, t.attempt_started_at, at});
  if (t.agent.value < agents_.size()) {
    --agents_[t.agent.value].running;
    agents_[t.agent.value].busy += time;
    running_.erase(task);
  }
}

void run_model::end_without_attempt(const fact& x, task_state next) {
  auto& t = tasks_[x.subject];
  stop_clock(x.subject, t.attempts, x.at);
  t.ending = false;
  t.cause_kind = x.cause_kind;
  t.cause = x.cause;
  enter(x.subject, next, x.at);
}

void run_model::settle_gate(const fact& x, gate_state next) {
  auto& g = gates_[x.subject];
  g.state = next;
  g.cause_kind = x.cause_kind;
  g.cause = x.cause;
  (next == gate_state::open ? g.opened_at : g.closed_at) = x.at;
  settle(graph_.gate(x.subject), x.at);
}

void run_model::record_handoff(const fact& x, bool accepted) {
  // Kind and index of the sender, then the receiver, in one key.
  auto key = static_cast<std::uint64_t>(x.cause_kind) << 62
           | static_cast<std::uint64_t>(x.cause) << 31 | x.subject;
  auto [i, is_new] = open_handoffs_.try_emplace(key, handoffs_.size());
  if (is_new)
    handoffs_.push_back({{x.cause_kind, x.cause}, task_id{x.subject}, {}, {}});
  auto& h = handoffs_[i->second];
  auto& moment = accepted ? h.received_at : h.sent_at;
  if (!moment)
    moment = x.at;
}

// -- states and lists ---------------------------------------------------------

void run_model::enter(std::uint32_t task, task_state next, duration at) {
  auto& t = tasks_[task];
  auto before = t.state;
  --counts_[static_cast<std::size_t>(before)];
  ++counts_[static_cast<std::size_t>(next)];
  t.state = next;
  auto& ph = plan_->tasks[task].phase;
  if (ph.value < phases_.size()) {
    phases_[ph.value].running += works(next);
    phases_[ph.value].running -= works(before);
  }
  if (next == task_state::ready && !t.ready_at)
    t.ready_at = at;
  place(task, next);
  set_active(task, is_active(next));
  if (is_terminal(next) && !is_terminal(before))
    leave_for_good(task, at);
}

void run_model::place(std::uint32_t task, task_state next) {
  if (works(next)) {
    in_progress_.move_to(0, task);
    queues_.erase(task);
  } else {
    in_progress_.erase(task);
    if (next == task_state::ready)
      queues_.move_to(3 * queue_of(task) + ready, task);
    else if (next != task_state::waiting)
      queues_.erase(task);
  }
  refresh_pending(task);
}

void run_model::leave_for_good(std::uint32_t task, duration at) {
  auto& t = tasks_[task];
  const auto& x = plan_->tasks[task];
  t.finished_at = at;
  if (t.attempts > 0) {
    completed_.push_back(task_id{task});
    if (t.agent.value < agents_.size())
      ++agents_[t.agent.value].tasks;
    measured_in_all_ += t.busy;
    ++ran_;
    if (x.has_estimate) {
      measured_ += t.busy;
      estimated_ += x.estimate.mode;
    }
  }
  if (is_failure(t.state))
    failures_.push_back(task_id{task});
  if (x.phase.value < phases_.size()) {
    ++phases_[x.phase.value].done;
    phases_[x.phase.value].failed += is_failure(t.state);
  }
  auto own = load_of(x);
  auto subtract = [&own](load& from) {
    from.known -= own.known;
    from.unknown -= own.unknown;
  };
  subtract(rest_);
  if (x.agents.size() == 1 && x.agents.front().value < agent_rest_.size())
    subtract(agent_rest_[x.agents.front().value]);
  for (auto y : graph_.predecessors(task)) {
    if (graph_.kind(y) == graph_node::gate)
      --gates_[graph_.plan_index(y)].blocked;
    else if (y == graph_.barrier())
      for (auto z : graph_.predecessors(y))
        --gates_[graph_.plan_index(z)].blocked;
  }
  settle_start(task, at);
  settle(task, at);
}

// -- who waits ----------------------------------------------------------------

// A node turns active or stops being so; those that wait for it hear of it. A
// phase is active while one of its tasks is; a gate never counts as active.
void run_model::set_active(node_index x, bool active) {
  auto& n = nodes_[x];
  if (n.active == active || n.settled)
    return;
  n.active = active;
  for (auto y : graph_.successors(x)) {
    auto& to = nodes_[y];
    to.hot += active ? 1 : -1;
    if (graph_.kind(y) == graph_node::phase)
      set_active(y, to.hot > 0);
    else
      refresh_pending(y);
  }
  if (n.start_settled || n.start_hot || !active)
    return;
  n.start_hot = true;
  for (auto y : graph_.start_successors(x)) {
    ++nodes_[y].hot;
    refresh_pending(y);
  }
}

// A node is over: nobody waits for it any more.
void run_model::settle(node_index x, duration at) {
  set_active(x, false);
  if (std::exchange(nodes_[x].settled, true))
    return;
  for (auto y : graph_.successors(x))
    meet(y, at);
}

void run_model::settle_start(node_index x, duration at) {
  auto& n = nodes_[x];
  if (std::exchange(n.start_settled, true))
    return;
  for (auto y : graph_.start_successors(x)) {
    nodes_[y].hot -= n.start_hot;
    meet(y, at);
  }
}

void run_model::meet(node_index x, duration at) {
  auto& n = nodes_[x];
  --n.unmet;
  n.last_met = at;
  auto kind = graph_.kind(x);
  if (n.unmet == 0 && kind != graph_node::task && kind != graph_node::gate)
    settle(x, at);
  else
    refresh_pending(x);
}

void run_model::refresh_pending(node_index x) {
  if (graph_.kind(x) != graph_node::task)
    return;
  if (tasks_[x].state != task_state::waiting) {
    pending_.erase(x);
    return;
  }
  auto is_hot = nodes_[x].hot > 0;
  if (is_hot)
    pending_.move_to(0, x);
  else
    pending_.erase(x);
  queues_.move_to(3 * queue_of(x) + (is_hot ? hot : cold), x);
}

// The queues of tasks that several agents could do come last.
std::size_t run_model::queue_of(std::uint32_t task) const {
  const auto& xs = plan_->tasks[task].agents;
  return xs.size() == 1 && xs.front().value < agents_.size() ? xs.front().value
                                                             : agents_.size();
}

} // namespace tutti::report
