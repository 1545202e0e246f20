// SPDX-License-Identifier: BSD-3-Clause
// The host of a driver under test: writes down what it is asked, with a clock
// that only the test moves.
#pragma once

#include "actors/agent/driver.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

class recording_host : public driver_host {
public:
  struct ended {
    task_id task;
    std::uint32_t attempt = 0;
    work_result result;
  };

  process_id next_process() override {
    return ++processes_;
  }
  void start(start_process x) override {
    started.push_back(std::move(x));
  }
  void input(process_input x) override {
    said += x.data;
    closed = closed || x.close;
    taken += x.taken_bytes;
  }
  void end(end_process x) override {
    told_to_end.push_back(x);
  }
  void alive(process_alive) override {
  }
  void progress(task_progress x) override {
    progressed.push_back(std::move(x));
  }
  void call(live_call x) override {
    calls.push_back(std::move(x));
  }
  void finished(task_id task, std::uint32_t attempt, work_result x) override {
    finishes.push_back({task, attempt, std::move(x)});
  }
  void left() override {
    ++left_count;
  }
  void has_room() override {
    ++room_count;
  }
  void wake_after(duration span, std::uint64_t timer) override {
    timers_.push_back({now_ + span, timer});
  }
  std::function<void()> waker() override {
    return [] {};
  }

  /// Lets time pass for `x`, timer by timer.
  void advance(driver& x, duration span) {
    auto until = now_ + span;
    while (true) {
      auto first = std::min_element(timers_.begin(), timers_.end());
      if (first == timers_.end() || first->first > until)
        break;
      now_ = first->first;
      auto timer = first->second;
      timers_.erase(first);
      x.on_timer(timer);
    }
    now_ = until;
  }

  /// The lines said since the last call.
  std::vector<std::string> lines() {
    std::vector<std::string> result;
    std::size_t end = 0;
    while ((end = said.find('\n')) != std::string::npos) {
      result.push_back(said.substr(0, end));
      said.erase(0, end + 1);
    }
    return result;
  }

  std::vector<start_process> started;
  std::vector<end_process> told_to_end;
  std::vector<task_progress> progressed;
  std::vector<live_call> calls;
  std::vector<ended> finishes;
  std::string said;
  std::uint64_t taken = 0;
  bool closed = false;
  int left_count = 0;
  int room_count = 0; ///< how often there was room again

private:
  process_id processes_ = 0;
  duration now_{0};
  std::vector<std::pair<duration, std::uint64_t>> timers_;
};

} // namespace tutti::test
