// SPDX-License-Identifier: BSD-3-Clause
// An attempt is a process of its own: how a task that runs a command becomes
// one, and what its end means.
#pragma once

#include "actors/agent/driver.hpp"
#include "messages/plan.hpp"

#include <cstdint>
#include <memory>
#include <unordered_map>

namespace tutti {

/// Who works, and how.
struct command_options {
  std::shared_ptr<const plan> work;
  agent_id agent;
  duration grace{std::chrono::seconds(10)}; ///< from TERM to KILL
};

/// The process for an attempt: templates rendered with what was handed, the
/// environment of docs/tasks.md, plain words without a shell.
[[nodiscard]] start_process prepare_process(const command_options& options,
                                            process_id process,
                                            const attempt_work& x);

/// What the end of its process means for an attempt.
[[nodiscard]] work_result conclude_attempt(process_exited x);

class command_driver : public driver {
public:
  command_driver(command_options options, driver_host& host);

  void start(const attempt_work& x) override;
  void end(task_id task, std::uint32_t attempt, bool at_once) override;
  void alive(task_id task, std::uint32_t attempt, bool waits) override;
  void on(const process_line& x) override;
  void on(process_exited& x) override;
  void leave(bool at_once) override;
  using driver::on;

private:
  struct order {
    task_id task;
    std::uint32_t attempt = 0;
  };
  [[nodiscard]] process_id find(task_id task, std::uint32_t attempt) const;

  command_options options_;
  driver_host& host_;
  std::unordered_map<process_id, order> running_;
};

} // namespace tutti
