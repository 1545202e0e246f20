// SPDX-License-Identifier: BSD-3-Clause
#include "actors/orchestrator/stepping.hpp"

#include "actors/orchestrator/commands.hpp"
#include "actors/orchestrator/telling.hpp"

#include <algorithm>
#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace tutti {

void tell_end_if_all_left(orchestrator_pointer self) {
  auto& s = self->state;
  auto none = [](const std::vector<bool>& xs) {
    return std::find(xs.begin(), xs.end(), true) == xs.end();
  };
  if (!none(s.agents_to_leave) || !none(s.services_to_end) || s.ending.empty())
    return;
  s.sends.at_the_end([self, told = std::exchange(s.ending, {})] {
    if (self->state.gave_up)
      return tell_undurable(self, told);
    self->send(self->state.options.observer, run_facts{told});
  });
}

void dismiss(orchestrator_pointer self, bool at_once) {
  auto& s = self->state;
  const auto& agents = s.options.work->agents;
  s.agents_to_leave.assign(s.agents.size(), false);
  for (std::size_t i = 0; i < s.agents.size(); ++i) {
    if (agents[i].session.kind == command_kind::none
        && agents[i].native.empty())
      continue;
    s.agents_to_leave[i] = true;
    self->send(s.agents[i], leave_run{at_once});
  }
  s.services_to_end.assign(s.services.size(), true);
  for (auto& x : s.services)
    self->send(x, stop_service{at_once});
}

namespace {

void step_now(orchestrator_pointer self, const engine::event& e) {
  auto& s = self->state;
  if (s.gave_up)
    return; // what is decided now could not be kept
  auto& facts = s.decided.facts;
  auto before = facts.size();
  s.decided.clear_commands();
  s.engine->decide_more(s.latest, e, s.decided);
  add_sent(self, before);
  s.sends.note(facts, before);
  for (const auto& c : s.decided.commands)
    obey(self, c);
  if (facts.size() == before || facts.back().kind != fact_kind::run_ended)
    return;
  send_gathered(self);
  dismiss(self, s.engine->abandoned());
  tell_end_if_all_left(self);
}

} // namespace

void step(orchestrator_pointer self, const engine::event& e) {
  auto& s = self->state;
  s.latest = std::max(s.latest, run_time(self));
  step_now(self, e);
}

void take(orchestrator_pointer self, agent_reports& x) {
  auto& s = self->state;
  s.latest = std::max(s.latest, run_time(self));
  for (const auto& a : x.accepted)
    step_now(self, engine::handoff_arrives{a.from, a.to, a.version});
  for (auto& a : x.attempts) {
    if (a.began)
      step_now(self, engine::attempt_begins{a.task, a.attempt});
    if (a.ended)
      step_now(self, engine::attempt_ends{a.task, a.attempt, a.end, a.exit_code,
                                          std::move(a.details)});
  }
}

} // namespace tutti
