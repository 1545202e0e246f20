// SPDX-License-Identifier: BSD-3-Clause
// Who gets what (semantics §1, §4). Tasks that only wait for their pinned agent
// go into its queue at once; all others are assigned together with a free slot
// and all their tokens, best rank first. Only the best ranked task of each
// class is looked at: if it cannot start, none of its class can.
#include "actors/orchestrator/engine/engine.hpp"

#include <algorithm>

namespace tutti::engine {

namespace {

/// A task passed over for its tokens for so long reserves them (semantics §1).
constexpr duration reserve_after = std::chrono::minutes(1);

} // namespace

bool engine::may_start(std::uint32_t task) const {
  return !stopping_ || (!abandoned_ && graph_.policy_of(task).is_finally);
}

bool engine::is_runnable(std::uint32_t task) const {
  const auto& t = tasks_[task];
  bool due = (t.state == task_state::ready && t.pending == 0)
          || (t.state == task_state::ready && stopping_)
          || (t.state == task_state::waiting_to_integrate && t.may_integrate);
  return due && !t.assigned && !t.backing_off && !t.paused && !t.doubted
      && may_start(task) && (haunted_.empty() || !haunted_.contains(task));
}

std::uint32_t engine::unit_of(std::uint32_t task) const {
  auto state = tasks_[task].state;
  bool integrates = state == task_state::waiting_to_integrate
                 || state == task_state::integrating;
  auto unit = graph_.tasks[task].integrate;
  return integrates && unit != task_info::no_unit ? graph_.task_count + unit
                                                  : task;
}

bool engine::is_loose(std::uint32_t unit) const {
  return graph_.is_integrate_unit(unit)
           ? graph_.integrates[unit - graph_.task_count].loose
           : graph_.tasks[unit].loose;
}

bool engine::is_ahead(std::uint32_t task) const {
  return graph_.class_of(task).assign_ahead && !is_loose(unit_of(task));
}

/// Ranks are doubled, so that requests fit between those of tasks: they rank as
/// who asked (§19), but in a queue no two are equal.
std::uint32_t engine::rank_now(std::uint32_t unit) const {
  if (unit < graph_.task_count && graph_.tasks[unit].loose)
    return stream_rank(unit);
  return 2 * graph_.rank_of_unit(unit);
}

std::uint32_t engine::assigned_rank(std::uint32_t task) const {
  if (graph_.tasks[task].loose)
    return streams_[stream_index(task)].assigned_rank;
  return 2 * graph_.rank_of_unit(unit_of(task));
}

bool engine::has_tokens(const task_class& c) const {
  if (jobs_.left() == 0)
    return false;
  return std::all_of(c.pools.begin(), c.pools.end(), [this](pool_need x) {
    return pools_[x.pool.value].left()
        >= std::uint64_t{x.count} + reserved_[x.pool.value];
  });
}

agent_id engine::free_agent(const task_class& c) const {
  agent_id best;
  std::uint32_t most = 0;
  for (auto a : c.agents) {
    auto left = agents_[a.value].left();
    if (left > most && has_room(a.value)) {
      most = left;
      best = a;
    }
  }
  return best;
}

agent_id engine::free_agent_of(std::uint32_t unit) const {
  auto task = graph_.task_of_unit(unit);
  if (!graph_.is_integrate_unit(unit) || !is_loose(unit))
    return free_agent(graph_.class_of(task));
  // Where it ran, it integrates.
  agent_id at{tasks_[task].agent};
  return has_room(at.value) ? at : agent_id{};
}

void engine::assign_ahead() {
  if (ahead_.size() > 1)
    std::sort(ahead_.begin(), ahead_.end(), [this](auto a, auto b) {
      return graph_.rank_of_unit(a) < graph_.rank_of_unit(b);
    });
  std::size_t held = 0;
  for (auto unit : ahead_) {
    auto x = graph_.task_of_unit(unit);
    auto to = graph_.class_of(x).agents[0];
    if (!is_runnable(x) || unit_of(x) != unit || agents_[to.value].total == 0)
      continue;
    if (resume_ahead(to, 2 * graph_.rank_of_unit(unit)))
      ahead_[held++] = unit;
    else
      assign(unit, to);
  }
  ahead_.resize(held);
  auto resuming = resuming_;
  for (auto x : resuming)
    if (tasks_[x].wants_slot && is_ahead(x))
      resume_ahead(agent_id{tasks_[x].agent}, ready_set::none);
}

/// An agent that picks from its own queue takes all that is in it first: so
/// what is less urgent than an attempt that wants its slot again stays out of
/// it. Attempts of the agent that are more urgent than `bound` go on while it
/// has a slot left; true where one has to wait.
bool engine::resume_ahead(agent_id agent, std::uint32_t bound) {
  for (;;) {
    auto best = ready_set::none;
    auto best_rank = bound;
    for (auto x : resuming_) {
      auto rank = assigned_rank(x);
      if (tasks_[x].agent == agent.value && is_ahead(x) && rank < best_rank) {
        best = x;
        best_rank = rank;
      }
    }
    if (best == ready_set::none)
      return false;
    // With no slot left for good it keeps to the process that it has.
    if (!agents_[agent.value].is_idle() && agents_[agent.value].total > 0)
      return true;
    go_on(best);
  }
}

/// What is less urgent than an attempt that wants its slot again comes back
/// from its agent's queue.
void engine::take_back_behind(std::uint32_t task) {
  auto rank = assigned_rank(task);
  for (std::uint32_t i = 0; i < graph_.task_count; ++i)
    if (tasks_[i].agent == tasks_[task].agent && i != task && tasks_[i].assigned
        && assigned_rank(i) > rank)
      take_back(i);
}

void engine::assign_by_tokens() {
  if (!may_assign_)
    return;
  may_assign_ = false;
  while (jobs_.left() > 0
         && (!active_.empty() || !loose_.empty() || !resuming_.empty())) {
    if (assign_reserving())
      continue;
    std::uint32_t best = ready_set::none;
    auto best_rank = ready_set::none;
    for (auto i : active_) {
      const auto& c = graph_.classes[i];
      auto x = graph_.by_position[classes_[i].head];
      auto rank = 2 * graph_.rank_of_unit(x);
      if (rank < best_rank && has_tokens(c) && free_agent(c).valid()) {
        best = x;
        best_rank = rank;
      }
    }
    auto loose = best_loose(best_rank);
    best_rank = loose == ready_set::none ? best_rank : rank_now(loose);
    if (resume_one(best_rank))
      continue;
    if (loose != ready_set::none)
      best = loose;
    if (best == ready_set::none)
      return;
    note_passed_over(best_rank);
    assign(best, free_agent_of(best));
  }
}

/// The best of what has a rank of its own and could start, if it is better than
/// `bound`.
std::uint32_t engine::best_loose(std::uint32_t bound) const {
  auto best = ready_set::none;
  for (auto unit : loose_) {
    auto task = graph_.task_of_unit(unit);
    if (!is_runnable(task) || unit_of(task) != unit)
      continue;
    auto rank = rank_now(unit);
    if (rank < bound && has_tokens(graph_.class_of(task))
        && free_agent_of(unit).valid()) {
      best = unit;
      bound = rank;
    }
  }
  return best;
}

/// Gives the best attempt that wants its slot again its slot, where it is at
/// least as urgent as `bound`.
bool engine::resume_one(std::uint32_t bound) {
  auto best = ready_set::none;
  for (auto x : resuming_) {
    auto rank = assigned_rank(x);
    if (rank <= bound && !is_ahead(x) && has_room(tasks_[x].agent)
        && has_tokens(graph_.class_of(x))) {
      best = x;
      bound = rank;
    }
  }
  if (best == ready_set::none)
    return false;
  go_on(best);
  return true;
}

void engine::go_on(std::uint32_t task) {
  const auto& t = tasks_[task];
  fact f;
  f.kind = fact_kind::attempt_goes_on;
  f.subject = task;
  f.attempt = t.attempt;
  f.agent = t.agent;
  emit(f);
  command c;
  c.kind = command_kind::go_on;
  c.task = task;
  c.attempt = t.attempt;
  c.agent = t.agent;
  out_->commands.push_back(c);
  auto due = timeout_at_.find(task);
  if (due == timeout_at_.end())
    return;
  due->second += now_; // what was left of it
  arm(timer_kind::timeout, task, t.attempt, due->second);
}

/// Gives tokens to classes that were passed over for long enough, or holds
/// back what is free for them. True where one was assigned.
bool engine::assign_reserving() {
  std::fill(reserved_.begin(), reserved_.end(), 0u);
  if (reserving_ == 0)
    return false;
  std::vector<std::uint32_t> order;
  for (auto i : active_)
    if (classes_[i].reserving)
      order.push_back(graph_.by_position[classes_[i].head]);
  std::sort(order.begin(), order.end(), [this](auto a, auto b) {
    return graph_.rank_of_unit(a) < graph_.rank_of_unit(b);
  });
  for (auto x : order) {
    const auto& c = graph_.class_of(graph_.task_of_unit(x));
    auto to = free_agent(c);
    if (!to.valid())
      continue;
    if (has_tokens(c)) {
      assign(x, to);
      return true;
    }
    for (auto need : c.pools)
      reserved_[need.pool.value] =
          std::min(reserved_[need.pool.value] + need.count,
                   pools_[need.pool.value].left());
  }
  return false;
}

/// Better ranked tasks that a task of `rank` overtakes for want of tokens begin
/// to wait for a reservation.
void engine::note_passed_over(std::uint32_t rank) {
  for (auto i : active_) {
    auto& c = classes_[i];
    const auto& cls = graph_.classes[i];
    if (c.passed_over || cls.pools.empty()
        || 2 * graph_.rank_of_unit(graph_.by_position[c.head]) >= rank
        || !free_agent(cls).valid())
      continue;
    c.passed_over = true;
    command timer;
    timer.kind = command_kind::arm_timer;
    timer.timer = timer_kind::reserve;
    timer.task = i;
    timer.attempt = ++c.epoch;
    timer.at = now_ + reserve_after;
    out_->commands.push_back(timer);
  }
}

void engine::assign(std::uint32_t unit, agent_id to) {
  auto task = graph_.task_of_unit(unit);
  const auto& t = tasks_[task];
  auto rank = rank_now(unit);
  // A pinned agent keeps what it was given for the next attempt.
  bool integrate = t.state == task_state::waiting_to_integrate;
  bool elsewhere = graph_.class_of(task).agents.size() > 1;
  // So may the same one, on another node.
  bool anew = elsewhere || (t.renewed && placement_.is_chosen(to.value));
  // It had asked before it is tried again: another agent may have the answers,
  // or nobody, as they came when it had failed.
  bool asked = t.asked && (t.renewed || (elsewhere && !integrate));
  for (std::uint32_t i = 0; asked && i < requests_.size(); ++i) {
    const auto& r = requests_[i];
    if (r.work.from.value != task || r.version != t.version
        || !is_terminal(r.state) || (r.accepted && !anew))
      continue;
    command again;
    again.kind = command_kind::answer;
    again.task = task;
    again.agent = to.value;
    again.other = i + 1;
    out_->commands.push_back(again);
  }
  if (t.renewed || (!integrate && (!t.begun_version || elsewhere)))
    deliver_needs(task, t.renewed);
  fact f;
  f.kind = fact_kind::task_assigned;
  f.subject = task;
  f.attempt = t.attempt + 1;
  f.agent = to.value;
  f.version = t.version;
  f.phase = integrate ? work_phase::integrate : work_phase::run;
  if (graph_.tasks[task].loose) {
    streams_[stream_index(task)].assigned_rank = rank;
    f.extra = take_items(task);
    deliver_triggers(task, f.extra->items);
  }
  emit(f);
  command order;
  order.kind = command_kind::assign;
  order.phase = f.phase;
  order.task = task;
  order.attempt = f.attempt;
  order.agent = f.agent;
  order.other = rank;
  // Handoffs that wait for the choice of an agent learn it only now.
  for (auto i = out_->commands.rbegin();
       i != out_->commands.rend() && i->kind == command_kind::deliver
       && i->task == task;
       ++i)
    i->agent = f.agent;
  out_->commands.push_back(order);
}

/// The handoffs that could not leave when their producer ended, because the
/// receiver's agent was open or because a whole phase is needed; or all of
/// them. The receiver drops what it has seen (rule 3).
void engine::deliver_needs(std::uint32_t task, bool all) {
  if (!all && !graph_.tasks[task].gathers)
    return;
  for (auto e : graph_.into(task)) {
    if (!e.carries_data() || (e.deliver_at_once() && !all))
      continue;
    if (graph_.is_task(e.target())) {
      deliver(e.target(), task);
    } else {
      for (auto m : graph_.into(e.target()))
        deliver(m.target(), task);
    }
  }
}

/// `doubted`: also what is in question.
void engine::deliver(node_index from, std::uint32_t task, bool doubted) {
  const auto& producer = tasks_[from];
  const auto& receiver = tasks_[task];
  bool stands = is_terminal(producer.state) && (doubted || !producer.doubted);
  // On another node it is given all of it anew.
  bool nowhere = graph_.class_of(task).agents.size() == 1
              && placement_.is_chosen(receiver.agent)
              && placement_.place_of(receiver.agent).node == placement::nowhere;
  if (nowhere || !producer.ever_started || !stands
      || (is_terminal(receiver.state) && !receiver.doubted))
    return;
  if (graph_.has_rework && graph_.class_of(task).agents.size() == 1) {
    auto& version = handed_[std::uint64_t{from} << 32 | task];
    if (version == producer.version)
      return;
    version = producer.version;
  }
  auto& order = out_->commands.emplace_back();
  order.kind = command_kind::deliver;
  order.task = task;
  order.agent = receiver.agent;
  order.other = from;
}

// -- capacity -----------------------------------------------------------------

void engine::take_capacity(std::uint32_t task) {
  ++agents_[tasks_[task].agent].used;
  placement_.take_slot(tasks_[task].agent);
  ++jobs_.used;
  for (const auto& x : graph_.class_of(task).pools)
    pools_[x.pool.value].used += x.count;
}

void engine::free_capacity(std::uint32_t task, bool quarantine) {
  auto& a = agents_[tasks_[task].agent];
  --a.used;
  placement_.free_slot(tasks_[task].agent);
  if (quarantine && a.total > 0)
    --a.total;
  --jobs_.used;
  for (const auto& x : graph_.class_of(task).pools)
    pools_[x.pool.value].used -= x.count;
  may_assign_ = true;
}

// -- the ready set ------------------------------------------------------------

/// Puts a task where it is assigned from, once it is runnable.
void engine::enqueue(std::uint32_t task) {
  if (!is_runnable(task))
    return;
  auto unit = unit_of(task);
  if (is_loose(unit)) {
    if (std::find(loose_.begin(), loose_.end(), unit) == loose_.end())
      loose_.push_back(unit);
    may_assign_ = true;
  } else if (graph_.class_of(task).assign_ahead) {
    ahead_.push_back(unit);
  } else {
    insert_ready(unit);
  }
}

void engine::dequeue(std::uint32_t task) {
  auto unit = unit_of(task);
  if (is_loose(unit))
    std::erase(loose_, unit);
  else if (!graph_.class_of(task).assign_ahead)
    erase_ready(unit);
}

void engine::insert_ready(std::uint32_t unit) {
  auto position = graph_.position_of_unit(unit);
  auto cls = graph_.tasks[graph_.task_of_unit(unit)].cls;
  ready_.insert(position);
  auto& c = classes_[cls];
  if (!c.active) {
    c.active = true;
    c.head = position;
    active_.push_back(cls);
  } else {
    c.head = std::min(c.head, position);
  }
  may_assign_ = true;
}

void engine::erase_ready(std::uint32_t unit) {
  auto position = graph_.position_of_unit(unit);
  auto cls = graph_.tasks[graph_.task_of_unit(unit)].cls;
  if (!ready_.contains(position))
    return;
  ready_.erase(position);
  if (classes_[cls].head == position)
    refresh_head(cls);
}

/// The head has gone: the next one is looked for, and what was reserved for the
/// old one is free again.
void engine::refresh_head(std::uint32_t cls) {
  auto& c = classes_[cls];
  if (c.passed_over)
    ++c.epoch;
  if (c.reserving) {
    --reserving_;
    may_assign_ = true;
  }
  c.passed_over = false;
  c.reserving = false;
  c.head = ready_.find(c.head, graph_.classes[cls].last);
  if (c.head != ready_set::none)
    return;
  c.active = false;
  *std::find(active_.begin(), active_.end(), cls) = active_.back();
  active_.pop_back();
}

} // namespace tutti::engine
