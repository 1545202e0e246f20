// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "actors/orchestrator/orchestrator.hpp"

namespace tutti {

/// Time of the run that has passed.
[[nodiscard]] duration run_time(orchestrator_pointer self);

/// Adds what the commands of a step hand over: no facts of the engine, they
/// follow from the senders' ends. The end of the run stays the last. The facts
/// of the step are those behind the first `before`.
void add_sent(orchestrator_pointer self, std::size_t before);

/// What has gathered for an agent is sent to it.
void send_orders(orchestrator_pointer self, std::uint32_t agent,
                 agent_orders x);

/// Turns one command of the engine into its message, which leaves once what it
/// follows from is durable. The facts of its step were noted before.
void obey(orchestrator_pointer self, const engine::command& c);

/// A timer is due, unless the run's clock says otherwise; then it is armed
/// anew.
[[nodiscard]] bool is_due(orchestrator_pointer self, const timer_due& x);

} // namespace tutti
