// SPDX-License-Identifier: BSD-3-Clause
// Drives agents that are linked in: attempts run on threads of a pool, which
// leave what they have to say in an outbox and wake the agent actor.
#pragma once

#include "actors/agent/driver.hpp"
#include "runtime/native/attempt.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

namespace tutti::native {

struct native_driver_options {
  agent_id id;
  std::shared_ptr<const plan> work;
  agents::worker_maker make;
  /// So long after the grace a thread that has not returned is given up.
  duration bound{std::chrono::seconds(5)};
};

class native_driver : public driver {
public:
  native_driver(native_driver_options options, driver_host& host);
  ~native_driver() override;

  void start(const attempt_work& x) override;
  void end(task_id task, std::uint32_t attempt, bool at_once) override;
  void hand_over(const handoff& x) override;
  void answer(const request_answer& x) override;
  void on(const live_reply& x) override;
  void on_timer(std::uint64_t timer) override;
  void on_wake() override;
  void leave(bool at_once) override;

private:
  using attempt_key = std::pair<task_id, std::uint32_t>;
  using action = void (native_driver::*)(const std::shared_ptr<attempt>&);

  struct worked_on {
    std::shared_ptr<attempt> doing;
    bool idle = false; ///< told to end for its idle-timeout
  };
  struct timer {
    std::weak_ptr<attempt> of;
    action then;
  };

  [[nodiscard]] attempt_facts facts_of(const attempt_work& x) const;
  [[nodiscard]] handed named(const handoff& x) const;
  [[nodiscard]] native::answer named(const request_answer& x) const;
  void wake(duration after, const std::shared_ptr<attempt>& x, action then);
  void watch_idle(const std::shared_ptr<attempt>& x);
  void give_up(const std::shared_ptr<attempt>& x);
  void call(said& x);
  void finish(said& x);
  [[nodiscard]] bool runs(const attempt& x) const;
  void leave_if_empty();

  driver_host& host_;
  const native_driver_options options_;
  std::shared_ptr<outbox> outbox_;
  std::map<attempt_key, worked_on> running_;
  std::unordered_map<std::uint64_t, std::weak_ptr<attempt>> calls_;
  std::unordered_map<std::uint64_t, timer> timers_;
  std::uint64_t timer_ = 0;
  bool leaving_ = false;
  worker_pool pool_; ///< last: its end waits for the threads
};

} // namespace tutti::native
