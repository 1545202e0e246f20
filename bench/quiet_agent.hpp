// SPDX-License-Identifier: BSD-3-Clause
// Agents of a bench, which hear of little: what each of `agent_actor` does not
// care about it ignores.
#pragma once

#include "messages/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <utility>

namespace tutti::bench {

/// Behavior of an agent that hears of assignments, handoffs and the order to
/// leave, each by a function of the message.
template <class OnAssign, class OnHandoff, class OnLeave>
agent_actor::behavior_type quiet_agent(OnAssign on_assign, OnHandoff on_handoff,
                                       OnLeave on_leave) {
  return {
      [f = std::move(on_assign)](const assign_task& x) mutable {
        f(x);
      },
      [f = std::move(on_handoff)](const handoff& x) mutable {
        f(x);
      },
      [f = std::move(on_leave)](leave_run x) mutable {
        f(x);
      },
      [](const revoke_task&) {},
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
      [](const payload_kept&) {},
      [](const payload_loaded&) {},
      [](const process_started&) {},
      [](const process_line&) {},
      [](const process_output&) {},
      [](const process_exited&) {},
  };
}

/// Succeeds at once at whatever it is assigned, takes what it is handed.
inline agent_actor::behavior_type idle_agent(agent_actor::pointer self,
                                             const orchestrator_actor& lead,
                                             agent_id id) {
  auto nothing = std::make_shared<const attempt_details>();
  return quiet_agent(
      [=](const assign_task& x) {
        self->send(lead, attempt_started{x.task, x.attempt});
        attempt_finished end;
        end.task = x.task;
        end.attempt = x.attempt;
        end.details = nothing;
        self->send(lead, std::move(end));
      },
      [=](const handoff& x) {
        self->send(lead, handoff_accepted{x.from, x.to, x.version});
      },
      [=](leave_run) {
        self->send(lead, agent_left{id});
      });
}

} // namespace tutti::bench
