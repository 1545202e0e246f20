// SPDX-License-Identifier: BSD-3-Clause
#include "actors/agent/agent.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace tutti {

namespace {

using self_pointer = agent_actor::stateful_pointer<agent_state>;

void start_next(self_pointer self) {
  auto& s = self->state;
  while (s.free_slots > 0 && !s.queue.empty()) {
    auto next = s.queue.begin()->second;
    s.queue.erase(s.queue.begin());
    --s.free_slots;
    // Unique over all agents of a run, so that the supervisor can tell.
    auto id = std::uint64_t{s.options.id.value} << 40 | ++s.processes;
    attempt_order order{id, next.task, s.options.id, next.attempt};
    self->send(s.options.orchestrator,
               attempt_started{next.task, next.attempt});
    self->send(s.options.processes,
               prepare_process(*s.options.work, order, s.handoffs.of(next.task),
                               s.options.grace));
    s.running.emplace(id, order);
  }
}

void end_attempt(self_pointer self, process_exited& x) {
  auto& s = self->state;
  auto i = s.running.find(x.id);
  if (i == s.running.end())
    return;
  auto order = i->second;
  s.running.erase(i);
  auto result = conclude_attempt(order, std::move(x));
  if (result.end == attempt_end::success)
    s.handoffs.forget(order.task);
  if (result.end != attempt_end::unkillable)
    ++s.free_slots; // else quarantined
  self->send(s.options.orchestrator, std::move(result));
  start_next(self);
}

void revoke(self_pointer self, const revoke_task& x) {
  auto& s = self->state;
  auto i = s.queue.find(x.rank);
  if (i == s.queue.end() || i->second.attempt != x.attempt)
    return; // it has begun
  s.queue.erase(i);
  self->send(s.options.orchestrator, task_returned{x.task, x.attempt});
}

void end_running(self_pointer self, const end_task& x) {
  auto& s = self->state;
  for (const auto& [id, order] : s.running)
    if (order.task == x.task && order.attempt == x.attempt)
      self->send(s.options.processes, end_process{id, x.at_once});
}

} // namespace

agent_actor::behavior_type agent_behavior(self_pointer self,
                                          agent_options options) {
  self->state.options = std::move(options);
  self->state.free_slots = self->state.options.slots;
  return {
      [self](const assign_task& x) {
        self->state.queue.emplace(x.rank, x);
        start_next(self);
      },
      [self](const revoke_task& x) {
        revoke(self, x);
      },
      [self](const end_task& x) {
        end_running(self, x);
      },
      [self](handoff& x) {
        auto& s = self->state;
        handoff_accepted receipt{x.from, x.to, x.version};
        if (s.handoffs.accept(std::move(x)))
          self->send(s.options.orchestrator, receipt);
      },
      [self](leave_run) {
        self->send(self->state.options.orchestrator,
                   agent_left{self->state.options.id});
      },
      [](const requests_made&) {},
      [](const request_answer&) {},
      [](const continue_attempt&) {},
      [](const wait_refused&) {},
      [](const live_call&) {},
      [](wake_driver) {},
      [](const artifacts_captured&) {},
      [](const artifacts_placed&) {},
      [](const process_output&) {},
      [](const process_started&) {
        // The attempt began when it left the queue; the pid is of no use here.
      },
      [self](process_line& x) {
        auto& s = self->state;
        if (auto i = s.running.find(x.id); i != s.running.end())
          self->send(s.options.observer,
                     task_progress{i->second.task, i->second.attempt,
                                   std::move(x.line)});
      },
      [self](process_exited& x) {
        end_attempt(self, x);
      },
  };
}

} // namespace tutti
