// SPDX-License-Identifier: BSD-3-Clause
// All that an agent does, without CAF: queue and slots, handoffs, attempts, and
// what attempts say while they run.
#pragma once

#include "actors/agent/agent_ports.hpp"
#include "actors/agent/driver.hpp"
#include "actors/agent/handoff_table.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace tutti {

struct agent_core_options {
  agent_id id;
  std::uint32_t slots = 1; ///< at least 1
  std::shared_ptr<const plan> work;
  bool has_store = false;  ///< artifacts and payloads can be kept
  std::string live_socket; ///< empty: attempts cannot say anything
  std::function<std::string()> make_token;
  std::function<std::unique_ptr<driver>(driver_host&)> make_driver;
};

/// The best ranked assignment starts as soon as a slot is free, without a round
/// trip; handoffs are taken in while it works.
class agent_core : private driver_host {
public:
  /// `ports` must outlive it.
  agent_core(agent_core_options options, agent_ports& ports);
  ~agent_core() override;

  agent_core(const agent_core&) = delete;
  agent_core& operator=(const agent_core&) = delete;

  // From the orchestrator.
  void on(assign_task x);
  void on(const revoke_task& x);
  void on(const end_task& x);
  void on(leave_run x);
  void on(handoff x);
  void on(const requests_made& x);
  void on(request_answer x);
  void on(continue_attempt x);
  void on(const wait_refused& x);
  // From the live server.
  void on(live_call x);
  // From the artifact store.
  void on(artifacts_captured x);
  void on(const artifacts_placed& x);
  void on(const payload_kept& x);
  void on(payload_loaded x);
  // From the process supervisor.
  void on(const process_line& x);
  void on(const process_output& x);
  void on(process_exited& x);

  void on_timer(std::uint64_t timer);
  // From threads of the driver.
  void on(wake_driver x);

private:
  /// One begun and not ended.
  struct attempt {
    assign_task order;
  };
  using attempt_key = std::pair<std::uint32_t, std::uint32_t>;

  void start_next();
  void begin(attempt& a);

  // driver_host
  process_id next_process() override;
  void start(start_process x) override;
  void input(process_input x) override;
  void end(end_process x) override;
  void alive(process_alive x) override;
  void progress(task_progress x) override;
  void call(live_call x) override;
  void finished(task_id task, std::uint32_t number, work_result x) override;
  void left() override;
  void wake_after(duration span, std::uint64_t timer) override;
  std::function<void()> waker() override;

  agent_core_options options_;
  agent_ports& ports_;
  std::unique_ptr<driver> driver_;
  /// Fewer than 0 for a moment, where one is taken back before it is free.
  std::int64_t free_slots_ = 0;
  std::uint64_t processes_ = 0; ///< started so far
  /// Assigned and not begun, best rank first; a rank is unique.
  std::map<std::uint32_t, assign_task> queue_;
  std::map<attempt_key, attempt> running_;
  handoff_table handoffs_;
};

} // namespace tutti
