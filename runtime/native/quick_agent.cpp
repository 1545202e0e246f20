// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/quick_agent.hpp"

#include <utility>

namespace tutti::native {

namespace {

using self_pointer = quick_actor::stateful_pointer<quick_state>;

void tell(self_pointer self, agent_reports told) {
  if (told.empty())
    return;
  const auto& to = self->state.at->options();
  if (to.reports)
    return self->send(to.reports, std::move(told));
  for (auto x : told.accepted)
    self->send(to.orchestrator, x);
  for (auto& x : told.attempts) {
    if (x.began)
      self->send(to.orchestrator, attempt_started{x.task, x.attempt});
    if (x.ended)
      self->send(to.orchestrator,
                 attempt_finished{x.task, x.attempt, x.end, x.exit_code,
                                  std::move(x.details)});
  }
}

} // namespace

quick_actor::behavior_type quick_behavior(self_pointer self,
                                          std::shared_ptr<quick_desk> at) {
  at->belongs_to(self);
  self->state.at = std::move(at);
  return {
      [self](agent_orders& x) {
        tell(self, self->state.at->take(x));
        self->state.at->has_told_of_sent();
      },
      [self](assign_task& x) {
        agent_orders alone;
        alone.tasks.push_back(std::move(x));
        tell(self, self->state.at->take(alone));
        self->state.at->has_told();
      },
      [self](handoff& x) {
        agent_orders alone;
        alone.handed.push_back(std::move(x));
        tell(self, self->state.at->take(alone));
        self->state.at->has_told();
      },
      [self](quick_turn) {
        tell(self, self->state.at->take_turn());
        self->state.at->has_told();
      },
      [self](payload_loaded& x) {
        self->state.at->take_loaded(std::move(x));
      },
      [self](const payload_kept& x) {
        self->state.at->take_kept(x);
      },
      [self](const revoke_task& x) {
        self->state.at->take_back(x);
        self->state.at->has_told();
      },
      [self](leave_run) {
        self->state.at->leave();
      },
      // What it is called for is over before it could be told to end it, and it
      // has asked nobody anything.
      [](const end_task&) {},
      [](const requests_made&) {},
      [](const request_answer&) {},
      [](const continue_attempt&) {},
      [](const wait_refused&) {},
      [](const live_call&) {},
      [](const live_gone&) {},
      [](const wake_driver&) {},
      [](const artifacts_captured&) {},
      [](const artifacts_placed&) {},
      [](const process_started&) {},
      [](const process_line&) {},
      [](const process_output&) {},
      [](const process_exited&) {},
  };
}

} // namespace tutti::native
