// SPDX-License-Identifier: BSD-3-Clause
// Where an agent's messages go. The actor sends them; a test writes them down.
#pragma once

#include "messages/handoff.hpp"
#include "messages/live.hpp"
#include "messages/process.hpp"
#include "messages/request.hpp"
#include "messages/run.hpp"
#include "messages/storage.hpp"
#include "messages/task.hpp"

#include <cstdint>
#include <functional>

namespace tutti {

class agent_ports {
public:
  virtual ~agent_ports() = default;

  // To the orchestrator.
  virtual void send(attempt_started x) = 0;
  virtual void send(attempt_finished x) = 0;
  virtual void send(task_returned x) = 0;
  virtual void send(handoff_accepted x) = 0;
  virtual void send(answer_accepted x) = 0;
  virtual void send(attempt_waits x) = 0;
  virtual void send(wait_over x) = 0;
  virtual void send(make_requests x) = 0;
  virtual void send(agent_left x) = 0;
  // To the observer.
  virtual void send(task_progress x) = 0;
  // To the process supervisor.
  virtual void send(start_process x) = 0;
  virtual void send(process_input x) = 0;
  virtual void send(process_alive x) = 0;
  virtual void send(end_process x) = 0;
  // To the artifact store.
  virtual void send(capture_artifacts x) = 0;
  virtual void send(place_artifacts x) = 0;
  virtual void send(keep_payload x) = 0;
  virtual void send(load_payload x) = 0;
  // To the live server.
  virtual void send(open_live x) = 0;
  virtual void send(close_live x) = 0;
  virtual void send(live_reply x) = 0;
  /// `agent_core::on_timer(timer)` after `span`.
  virtual void wake_after(duration span, std::uint64_t timer) = 0;
  /// As `driver_host::waker`: has the core told of `wake_driver`.
  [[nodiscard]] virtual std::function<void()> waker() = 0;
};

} // namespace tutti
