// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/commands.hpp"

#include <algorithm>
#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace tutti {

namespace {

using self_pointer =
    orchestrator_with_timers::stateful_pointer<orchestrator_state>;

void deliver(self_pointer self, const engine::command& c, run_facts& told) {
  auto& s = self->state;
  const auto& sender = s.engine->task(c.other);
  handoff h;
  h.from = task_id{c.other};
  h.to = task_id{c.task};
  h.version = sender.version;
  h.status = sender.state;
  h.details = s.engine->details_of(c.other);
  fact f;
  f.kind = fact_kind::handoff_sent;
  f.subject = c.task;
  f.cause = c.other;
  f.version = h.version;
  f.at = self->clock().now() - s.start;
  self->send(s.agents[c.agent], std::move(h));
  told.facts.push_back(std::move(f));
}

void answer(self_pointer self, const engine::command& c) {
  auto& s = self->state;
  const auto& r = s.engine->requests()[c.other - 1];
  request_answer x;
  x.number = c.other;
  x.to = r.work.from;
  x.from = task_id{r.server};
  x.text = r.work.text;
  x.status = r.state;
  x.details = r.details;
  self->send(s.agents[c.agent], std::move(x));
}

void assign(self_pointer self, const engine::command& c) {
  auto& s = self->state;
  assign_task x;
  x.task = task_id{c.task};
  x.attempt = c.attempt;
  x.rank = c.other;
  x.phase = c.phase;
  x.version = s.engine->task(c.task).version;
  x.details = s.engine->assignment_of(c.task);
  self->send(s.agents[c.agent], std::move(x));
}

/// What its templates may look at goes with the order.
void begin_service(self_pointer self, const engine::command& c) {
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
  self->send(s.services[c.other], std::move(x));
}

void arm_timer(self_pointer self, const engine::command& c) {
  auto at = self->state.start + c.at;
  auto span = at - self->clock().now();
  self->delayed_send(self, std::max(span, decltype(span)::zero()),
                     timer_due{{c.timer, c.task, c.attempt}});
}

} // namespace

void obey(self_pointer self, const engine::command& c, run_facts& told) {
  auto& s = self->state;
  task_id task{c.task};
  switch (c.kind) {
  case engine::command_kind::assign:
    return assign(self, c);
  case engine::command_kind::revoke:
    return self->send(s.agents[c.agent], revoke_task{task, c.attempt, c.other});
  case engine::command_kind::end_attempt:
    return self->send(s.agents[c.agent], end_task{task, c.attempt, c.at_once});
  case engine::command_kind::deliver:
    return deliver(self, c, told);
  case engine::command_kind::answer:
    return answer(self, c);
  case engine::command_kind::go_on:
    return self->send(s.agents[c.agent], continue_attempt{task, c.attempt});
  case engine::command_kind::refuse_wait:
    return self->send(s.agents[c.agent],
                      wait_refused{task, c.attempt, s.decided.refusal});
  case engine::command_kind::start_service:
    return begin_service(self, c);
  case engine::command_kind::arm_timer:
    return arm_timer(self, c);
  case engine::command_kind::end_run: // the last fact tells the observer
  case engine::command_kind::reject:  // nothing has changed
    return;
  }
}

} // namespace tutti
