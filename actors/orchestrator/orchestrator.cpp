// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/orchestrator.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace tutti {

namespace {

using self_pointer =
    orchestrator_with_timers::stateful_pointer<orchestrator_state>;

duration now(self_pointer self) {
  return self->clock().now() - self->state.start;
}

void deliver(self_pointer self, const engine::command& c, run_facts& told) {
  auto& s = self->state;
  handoff h;
  h.from = task_id{c.other};
  h.to = task_id{c.task};
  h.status = s.engine->task(c.other).state;
  h.details = s.engine->details_of(c.other);
  self->send(s.agents[c.agent], std::move(h));
  // No fact of the engine: it follows from the sender's end.
  fact f;
  f.kind = fact_kind::handoff_sent;
  f.subject = c.task;
  f.cause = c.other;
  f.at = now(self);
  told.facts.push_back(std::move(f));
}

void arm_timer(self_pointer self, const engine::command& c) {
  auto at = self->state.start + c.at;
  auto span = at - self->clock().now();
  self->delayed_send(self, std::max(span, decltype(span)::zero()),
                     timer_due{{c.timer, c.task, c.attempt}});
}

void obey(self_pointer self, const engine::command& c, run_facts& told) {
  auto& s = self->state;
  switch (c.kind) {
  case engine::command_kind::assign:
    return self->send(s.agents[c.agent],
                      assign_task{task_id{c.task}, c.attempt, c.other,
                                  work_phase::run, 1, nullptr});
  case engine::command_kind::revoke:
    return self->send(s.agents[c.agent],
                      revoke_task{task_id{c.task}, c.attempt, c.other});
  case engine::command_kind::end_attempt:
    return self->send(s.agents[c.agent],
                      end_task{task_id{c.task}, c.attempt, c.at_once});
  case engine::command_kind::deliver:
    return deliver(self, c, told);
  case engine::command_kind::arm_timer:
    return arm_timer(self, c);
  case engine::command_kind::end_run: // the last fact tells the observer
  case engine::command_kind::reject:  // nothing has changed
    return;
  }
}

void step(self_pointer self, const engine::event& e) {
  auto& s = self->state;
  s.engine->decide(now(self), e, s.decided);
  run_facts told;
  told.facts = s.decided.facts;
  for (const auto& c : s.decided.commands)
    obey(self, c, told);
  if (!told.facts.empty())
    self->send(s.options.observer, std::move(told));
}

} // namespace

orchestrator_with_timers::behavior_type
orchestrator_behavior(self_pointer self, orchestrator_options options) {
  auto& s = self->state;
  s.options = std::move(options);
  s.engine = std::make_unique<engine::engine>(
      engine::compile(*s.options.work, s.options.graph));
  s.agents = s.options.spawn_agents(self);
  s.start = self->clock().now();
  return {
      [self](begin_run) {
        step(self, engine::run_begins{});
      },
      [self](attempt_started x) {
        step(self, engine::attempt_begins{x.task, x.attempt});
      },
      [self](attempt_finished& x) {
        step(self, engine::attempt_ends{x.task, x.attempt, x.end, x.exit_code,
                                        std::move(x.details)});
      },
      [self](task_returned x) {
        step(self, engine::attempt_given_back{x.task, x.attempt});
      },
      [self](handoff_accepted x) {
        step(self, engine::handoff_arrives{x.from, x.to});
      },
      [](agent_left) {},
      [](answer_accepted) {},
      [](attempt_waits) {},
      [](wait_over) {},
      [](const make_requests&) {},
      [](const service_changed&) {},
      [](const control_call&) {},
      [self](stop_run x) {
        step(self, engine::stop_requested{x.exit_code, x.at_once});
      },
      [self](timer_due x) {
        step(self, x.timer);
      },
  };
}

} // namespace tutti
