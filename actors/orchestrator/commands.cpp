// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/commands.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

namespace tutti {

namespace {

/// Who stands for an agent whose place is chosen hears nothing that was meant
/// for an earlier place.
std::function<bool()> still_there(orchestrator_pointer self,
                                  std::uint32_t agent) {
  const auto& s = self->state;
  if (!s.engine->places().is_chosen(agent))
    return [] {
      return true;
    };
  return [self, agent, then = s.engine->places().place_of(agent).placing] {
    auto now = self->state.engine->places().place_of(agent);
    return now.placing == then && now.node != engine::placement::nowhere;
  };
}

/// Ends up in the receiver's mailbox, not before.
template <class To, class Message>
auto sending(orchestrator_pointer self, const To& to, Message x) {
  return [self, to, x = std::move(x)]() mutable {
    const auto& probe = self->state.options.probe;
    if (probe)
      probe();
    self->send(to, std::move(x));
    if (probe)
      probe();
  };
}

/// What is of no kind that gathers goes behind what has gathered.
template <class Message>
void send_to_agent(orchestrator_pointer self, std::uint32_t agent, Message x) {
  auto& s = self->state;
  constexpr bool gathers =
      std::is_same_v<Message, handoff> || std::is_same_v<Message, assign_task>;
  if constexpr (gathers)
    if (s.batches[agent])
      return s.gathered.put(agent, std::move(x));
  if (s.batches[agent])
    send_orders(self, agent, s.gathered.take(agent));
  sending(self, s.agents[agent], std::move(x))();
}

template <class Message>
auto sending_to_agent(orchestrator_pointer self, std::uint32_t agent,
                      Message x) {
  return [self, agent, there = still_there(self, agent),
          x = std::move(x)]() mutable {
    if (there())
      send_to_agent(self, agent, std::move(x));
  };
}

/// As `held_sends::after_result_of`; most leaves at once.
template <class Message>
void send_after_result_of(orchestrator_pointer self, std::uint32_t task,
                          std::uint32_t result_of, std::uint32_t agent,
                          Message x) {
  auto& s = self->state;
  const auto& places = s.engine->places();
  bool nowhere = places.is_chosen(agent)
              && places.place_of(agent).node == engine::placement::nowhere;
  if (nowhere)
    return;
  if (s.sends.leaves_now(task, result_of))
    send_to_agent(self, agent, std::move(x));
  else
    s.sends.after_result_of(task, result_of,
                            sending_to_agent(self, agent, std::move(x)));
}

/// Before all that is meant for this place, so it waits for nothing.
void place(orchestrator_pointer self, const engine::command& c) {
  auto& s = self->state;
  place_agent x;
  x.agent = agent_id{c.agent};
  x.placing = c.other;
  x.kept = c.at_once;
  if (c.task != engine::placement::nowhere)
    x.node = s.engine->places().nodes()[c.task].name;
  // Only who stands for an agent has its place chosen.
  sending(self, caf::actor_cast<placed_agent_actor>(s.agents[c.agent]),
          std::move(x))();
}

void deliver(orchestrator_pointer self, const engine::command& c) {
  auto& s = self->state;
  const auto& sender = s.engine->task(c.other);
  handoff h;
  h.from = task_id{c.other};
  h.to = task_id{c.task};
  h.version = sender.version;
  h.status = sender.state;
  h.details = s.engine->details_of(c.other);
  send_after_result_of(self, c.task, c.other, c.agent, std::move(h));
}

void answer(orchestrator_pointer self, const engine::command& c) {
  auto& s = self->state;
  const auto& r = s.engine->requests()[c.other - 1];
  request_answer x;
  x.number = c.other;
  x.to = r.work.from;
  x.from = task_id{r.server};
  x.text = r.work.text;
  x.status = r.state;
  x.details = r.details;
  s.sends.after_all_for(c.task, sending_to_agent(self, c.agent, std::move(x)));
}

void assign(orchestrator_pointer self, const engine::command& c) {
  auto& s = self->state;
  assign_task x;
  x.task = task_id{c.task};
  x.attempt = c.attempt;
  x.rank = c.other;
  x.phase = c.phase;
  x.version = s.engine->task(c.task).version;
  x.details = s.engine->assignment_of(c.task);
  // What a stream's task works off may have come after the task was ready.
  bool takes_items = x.details && !x.details->items.empty();
  // Of an exclusive one a resumed run must know that it was given out (§33).
  if (s.engine->plan_graph().tasks[c.task].exclusive)
    s.sends.once_written_for(c.task,
                             sending_to_agent(self, c.agent, std::move(x)));
  else if (takes_items)
    s.sends.after_all_for(c.task,
                          sending_to_agent(self, c.agent, std::move(x)));
  else
    send_after_result_of(self, c.task, c.task, c.agent, std::move(x));
}

/// What its templates may look at goes with the order.
void begin_service(orchestrator_pointer self, const engine::command& c) {
  auto& s = self->state;
  const auto& work = *s.options.work;
  start_service x;
  auto add = [&](task_id from) {
    const auto& t = s.engine->task(from.value);
    handoff h;
    h.from = from;
    h.version = t.version;
    h.status = t.state;
    h.details = s.engine->details_of(from.value);
    x.needs.push_back(std::move(h));
  };
  for (const auto& n : work.services[c.other].needs) {
    if (n.of.kind == node_kind::task)
      add(task_id{n.of.index});
    else if (n.of.kind == node_kind::phase)
      for (auto t : work.phases[n.of.index].tasks)
        add(t);
    else if (n.of.kind == node_kind::gate)
      if (const auto* a = s.engine->approval(n.of.index))
        x.comments.push_back({gate_id{n.of.index}, a->comment});
  }
  s.sends.after_all(sending(self, s.services[c.other], std::move(x)));
}

/// The wall clock may jump: it is looked at again after so long.
constexpr auto wall_look = std::chrono::seconds(10);

void arm(orchestrator_pointer self, timer_due x, duration span) {
  if (x.wall != 0)
    span = std::min<duration>(span, wall_look);
  self->delayed_send(self, std::max(span, duration::zero()), std::move(x));
}

/// Approval timeouts and deadlines are instants of the wall clock, all others
/// of the run's own (§24).
void arm_timer(orchestrator_pointer self, const engine::command& c) {
  timer_due x{{c.timer, c.task, c.attempt}, c.at, 0};
  bool by_wall = c.timer == engine::timer_kind::approval
              || c.timer == engine::timer_kind::deadline;
  const auto& wall = self->state.options.wall_clock;
  auto span = c.at - run_time(self);
  if (by_wall && wall)
    x.wall = wall() + span.count();
  arm(self, std::move(x), span);
}

} // namespace

duration run_time(orchestrator_pointer self) {
  const auto& s = self->state;
  return time_now(s.options.clock, self) - s.start;
}

bool is_due(orchestrator_pointer self, const timer_due& x) {
  duration left = x.wall == 0
                    ? x.at - run_time(self)
                    : duration{x.wall - self->state.options.wall_clock()};
  if (left <= duration::zero())
    return true;
  arm(self, x, left);
  return false;
}

void add_sent(orchestrator_pointer self, std::size_t before) {
  auto& s = self->state;
  auto& facts = s.decided.facts;
  std::optional<fact> end;
  if (facts.size() > before && facts.back().kind == fact_kind::run_ended) {
    end = std::move(facts.back());
    facts.pop_back();
  }
  for (const auto& c : s.decided.commands) {
    if (c.kind != engine::command_kind::deliver)
      continue;
    auto& f = facts.emplace_back();
    f.kind = fact_kind::handoff_sent;
    f.subject = c.task;
    f.cause = c.other;
    f.version = s.engine->task(c.other).version;
    f.at = s.latest;
  }
  if (end)
    facts.push_back(std::move(*end));
}

void send_orders(orchestrator_pointer self, std::uint32_t agent,
                 agent_orders x) {
  if (x.empty())
    return;
  auto& s = self->state;
  if (const auto& at = s.desks[agent])
    at->sent();
  sending(self, caf::actor_cast<batch_agent_actor>(s.agents[agent]),
          std::move(x))();
}

void obey(orchestrator_pointer self, const engine::command& c) {
  auto& s = self->state;
  task_id task{c.task};
  auto tell_agent = [&](auto x) {
    s.sends.in_order(c.task, sending_to_agent(self, c.agent, std::move(x)));
  };
  switch (c.kind) {
  case engine::command_kind::assign:
    return assign(self, c);
  case engine::command_kind::revoke:
    return tell_agent(revoke_task{task, c.attempt, c.other});
  case engine::command_kind::end_attempt:
    return tell_agent(end_task{task, c.attempt, c.at_once});
  case engine::command_kind::deliver:
    return deliver(self, c);
  case engine::command_kind::answer:
    return answer(self, c);
  case engine::command_kind::go_on:
    return tell_agent(continue_attempt{task, c.attempt});
  case engine::command_kind::refuse_wait:
    return tell_agent(wait_refused{task, c.attempt, s.decided.refusal});
  case engine::command_kind::start_service:
    return begin_service(self, c);
  case engine::command_kind::place:
    return place(self, c);
  case engine::command_kind::arm_timer:
    return arm_timer(self, c);
  case engine::command_kind::end_run: // the last fact tells the observer
  case engine::command_kind::reject:  // nothing has changed
    return;
  }
}

} // namespace tutti
