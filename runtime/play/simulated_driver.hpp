// SPDX-License-Identifier: BSD-3-Clause
// Attempts that take their time and do nothing: an agent without a program, in
// virtual time.
#pragma once

#include "actors/agent/driver.hpp"
#include "runtime/play/script.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace tutti::play {

/// What befalls an agent or what it works on.
struct blow {
  enum class kind : std::uint8_t { crash, back, freeze, hang, fail, ask };
  kind what = kind::crash;
  task_id task;                 ///< of hang, fail, ask: its running attempt
  std::optional<duration> span; ///< of freeze; none: for good
  played_request request;       ///< of ask
};

/// Reaches a driver from outside its actor. Its owner keeps it as long as the
/// driver lives.
struct lever {
  std::vector<blow> blows;       ///< not yet felt
  std::function<void()> wake;    ///< the driver looks at them soon; set by it
  std::function<duration()> now; ///< the time of the run
  bool is_away = false;          ///< it crashed and is not back
  /// What the driver works on: task, attempt.
  std::set<std::pair<std::uint32_t, std::uint32_t>> working;
  std::size_t missed = 0; ///< blows at an attempt that had ended
};

class simulated_driver : public driver {
public:
  /// All must outlive it.
  simulated_driver(agent_id agent, const plan& work, script& from, lever& by,
                   driver_host& host);

  ~simulated_driver() override;

  [[nodiscard]] bool is_there() const override {
    return !lever_.is_away;
  }
  void start(const attempt_work& x) override;
  void end(task_id task, std::uint32_t attempt, bool at_once) override;
  void hand_over(const handoff& x) override {
    script_.handed(agent_, x);
  }
  void answer(const request_answer& x) override {
    script_.answered(agent_, x);
  }
  void on(const live_reply& x) override;
  void on_timer(std::uint64_t timer) override;
  void on_wake() override;
  void leave(bool at_once) override;
  using driver::on;

private:
  using key = std::pair<std::uint32_t, std::uint32_t>; ///< task, attempt

  /// What comes next in an attempt; at one moment in this order.
  enum class step : std::uint8_t { percent, progress, ask, wait, end };
  struct planned {
    duration at{0}; ///< since its start, waits inside not counted
    step what = step::end;
    std::size_t index = 0;
  };
  struct running {
    played_attempt does;
    std::vector<planned> plan; ///< what is ahead, last first
    duration done{0};          ///< so much of its time is over
    std::uint64_t timer = 0;   ///< of what comes next; 0: it waits or hangs
    duration due{0};           ///< of that timer
    std::uint64_t idle = 0;    ///< the timer of its idle time, likewise
    std::uint64_t call = 0;    ///< the wait that it is in; 0: none
    std::uint32_t told = 0;    ///< how often it reported progress
    bool hangs = false;
  };

  [[nodiscard]] running* find(key of);
  [[nodiscard]] std::uint64_t wake_after(duration span, key of);
  void plan_next(key of, running& r);
  void take_next(key of, running& r);
  void take(key of, running& r, const planned& x);
  void sign_of_life(key of, running& r);
  void feel(const blow& x);
  void crash();
  void come_back();
  void freeze(std::optional<duration> span);
  void ask(key of, const played_request& x);
  void wait(key of, running& r, duration span);
  void conclude(key of);
  void finish(key of, work_result x);

  agent_id agent_;
  const plan& plan_;
  script& script_;
  lever& lever_;
  driver_host& host_;
  std::map<key, running> running_;
  std::map<std::uint64_t, key> timers_;
  std::map<std::uint64_t, key> calls_; ///< without a reply
  std::uint64_t ids_ = 0;
};

} // namespace tutti::play
