// SPDX-License-Identifier: BSD-3-Clause
// Where an agent works whose tasks take no time to speak of (quick functions).
// It is in the orchestrator's program, and the orchestrator may have work done
// there in its own turn: that saves two messages a task where there is nothing
// else to do meanwhile, as along a chain.
#pragma once

#include "messages/batch.hpp"

namespace tutti {

/// The orchestrator is the only one that brings work to it: by `work_off`, or
/// by a message to its agent. All functions are called in its turn.
class desk {
public:
  virtual ~desk() = default;

  /// Whether nothing is under way to it or left to be done, and its tasks have
  /// been short so far. Then it stays free until work is brought.
  [[nodiscard]] virtual bool is_free() const = 0;

  /// Orders leave for its agent as a message.
  virtual void sent() = 0;

  /// Of one that is free: takes the orders, leaves them empty, and works them
  /// off. What is over is added to `told`; the agent tells the rest.
  virtual void work_off(agent_orders& orders, agent_reports& told) = 0;

  /// That took long: it is not free until its agent has seen short ones again.
  virtual void took_long() = 0;
};

} // namespace tutti
