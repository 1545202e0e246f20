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
    if (left > most) {
      most = left;
      best = a;
    }
  }
  return best;
}

void engine::assign_ahead() {
  if (ahead_.size() > 1)
    std::sort(ahead_.begin(), ahead_.end(), [this](auto a, auto b) {
      return graph_.tasks[a].rank < graph_.tasks[b].rank;
    });
  for (auto x : ahead_) {
    const auto& t = tasks_[x];
    auto to = graph_.class_of(x).agents[0];
    if (t.state == task_state::ready && !t.assigned && !t.backing_off
        && may_start(x) && agents_[to.value].total > 0)
      assign(x, to);
  }
  ahead_.clear();
}

void engine::assign_by_tokens() {
  if (!may_assign_)
    return;
  may_assign_ = false;
  while (!active_.empty() && jobs_.left() > 0) {
    if (assign_reserving())
      continue;
    std::uint32_t best = ready_set::none;
    for (auto i : active_) {
      const auto& c = graph_.classes[i];
      auto x = graph_.by_position[classes_[i].head];
      if ((best == ready_set::none
           || graph_.tasks[x].rank < graph_.tasks[best].rank)
          && has_tokens(c) && free_agent(c).valid())
        best = x;
    }
    if (best == ready_set::none)
      return;
    note_passed_over(graph_.tasks[best].rank);
    assign(best, free_agent(graph_.class_of(best)));
  }
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
    return graph_.tasks[a].rank < graph_.tasks[b].rank;
  });
  for (auto x : order) {
    const auto& c = graph_.class_of(x);
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
        || graph_.tasks[graph_.by_position[c.head]].rank >= rank
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

void engine::assign(std::uint32_t task, agent_id to) {
  // A pinned agent keeps what it was given for the next attempt.
  if (tasks_[task].attempt == 0 || graph_.class_of(task).agents.size() > 1)
    deliver_needs(task);
  fact f;
  f.kind = fact_kind::task_assigned;
  f.subject = task;
  f.attempt = tasks_[task].attempt + 1;
  f.agent = to.value;
  emit(f);
  command order;
  order.kind = command_kind::assign;
  order.task = task;
  order.attempt = f.attempt;
  order.agent = f.agent;
  order.other = graph_.tasks[task].rank;
  // Handoffs that wait for the choice of an agent learn it only now.
  for (auto i = out_->commands.rbegin();
       i != out_->commands.rend() && i->kind == command_kind::deliver
       && i->task == task;
       ++i)
    i->agent = f.agent;
  out_->commands.push_back(order);
}

/// The handoffs that could not leave when their producer ended, because the
/// receiver's agent was open or because a whole phase is needed. The receiver
/// drops what it has seen (rule 3).
void engine::deliver_needs(std::uint32_t task) {
  for (auto e : graph_.into(task)) {
    if (!e.carries_data() || e.deliver_at_once())
      continue;
    if (graph_.is_task(e.target())) {
      deliver(e.target(), task);
    } else {
      for (auto m : graph_.into(e.target()))
        deliver(m.target(), task);
    }
  }
}

void engine::deliver(node_index from, std::uint32_t task) {
  const auto& producer = tasks_[from];
  if (!producer.ever_started || !is_terminal(producer.state)
      || is_terminal(tasks_[task].state))
    return;
  command order;
  order.kind = command_kind::deliver;
  order.task = task;
  order.agent = tasks_[task].agent;
  order.other = from;
  out_->commands.push_back(order);
}

// -- the ready set ------------------------------------------------------------

void engine::insert_ready(std::uint32_t task) {
  const auto& info = graph_.tasks[task];
  ready_.insert(info.position);
  auto& c = classes_[info.cls];
  if (!c.active) {
    c.active = true;
    c.head = info.position;
    active_.push_back(info.cls);
  } else {
    c.head = std::min(c.head, info.position);
  }
  may_assign_ = true;
}

void engine::erase_ready(std::uint32_t task) {
  const auto& info = graph_.tasks[task];
  if (!ready_.contains(info.position))
    return;
  ready_.erase(info.position);
  if (classes_[info.cls].head == info.position)
    refresh_head(info.cls);
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
