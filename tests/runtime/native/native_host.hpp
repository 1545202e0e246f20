// SPDX-License-Identifier: BSD-3-Clause
// A native driver under test: the test plays the agent actor.
#pragma once

#include "runtime/native/native_driver.hpp"
#include "tests/support/plan_builder.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tutti::test {

class native_host : public driver_host {
public:
  struct ended {
    task_id task;
    std::uint32_t attempt = 0;
    work_result result;
  };

  /// `tasks` of one agent that `team` has as "it".
  native_host(native::agents team, plan_builder b) : team_(std::move(team)) {
    work = std::make_shared<const plan>(std::move(b.get()));
    native::native_driver_options options;
    options.id = agent_id{0};
    options.work = work;
    options.make = team_.find("it")->make;
    driver_ = std::make_unique<native::native_driver>(options, *this);
  }

  // -- what the driver asks ---------------------------------------------------

  process_id next_process() override {
    return 1;
  }
  void start(start_process) override {
  }
  void input(process_input) override {
  }
  void end(end_process) override {
  }
  void progress(task_progress x) override {
    told.push_back(std::move(x));
  }
  void call(live_call x) override {
    calls.push_back(x);
    if (reply)
      driver_->on(reply(x));
  }
  void finished(task_id task, std::uint32_t attempt, work_result x) override {
    ends.push_back({task, attempt, std::move(x)});
  }
  void has_room() override {
  }
  void left() override {
    ++times_left;
  }
  void wake_after(duration span, std::uint64_t timer) override {
    timers.emplace_back(span, timer);
  }
  std::function<void()> waker() override {
    return [bell = bell_] {
      std::lock_guard lock{bell->mutex};
      bell->rung = true;
      bell->changed.notify_all();
    };
  }

  // -- what a test does -------------------------------------------------------

  void begin(std::uint32_t task = 0, std::vector<handoff> handed = {}) {
    attempt_work x;
    x.task = task_id{task};
    x.attempt = 1;
    x.details = std::make_shared<const assignment_details>(details);
    x.handed = std::move(handed);
    driver_->start(x);
  }

  native::native_driver& driver() {
    return *driver_;
  }

  /// Plays the actor until `done`; fails where nothing happens for long.
  template <class Predicate>
  void until(Predicate done) {
    while (!done()) {
      std::unique_lock lock{bell_->mutex};
      bool rung =
          bell_->changed.wait_for(lock, std::chrono::seconds(60), [this] {
            return bell_->rung;
          });
      BOOST_REQUIRE_MESSAGE(rung, "nothing happens any more");
      bell_->rung = false;
      lock.unlock();
      driver_->on_wake();
    }
  }

  const work_result& result(std::size_t count = 1) {
    until([&] {
      return ends.size() >= count;
    });
    return ends[count - 1].result;
  }

  std::shared_ptr<const plan> work;
  assignment_details details;
  std::function<live_reply(const live_call&)> reply;
  std::vector<task_progress> told;
  std::vector<live_call> calls;
  std::vector<ended> ends;
  std::vector<std::pair<duration, std::uint64_t>> timers;
  int times_left = 0;

private:
  struct bell {
    std::mutex mutex;
    std::condition_variable changed;
    bool rung = false;
  };

  native::agents team_;
  std::shared_ptr<bell> bell_ = std::make_shared<bell>();
  std::unique_ptr<native::native_driver> driver_;
};

/// A plan of one native agent with two tasks.
inline plan_builder native_plan() {
  plan_builder b;
  auto it = b.agent("ada", 2);
  b.get().agents[it.value].native = "it";
  b.task("first");
  b.task("second");
  return b;
}

inline handoff handoff_of(std::uint32_t from, std::uint32_t to, outputs xs) {
  auto details = std::make_shared<attempt_details>();
  details->outputs = std::move(xs);
  return {task_id{from}, task_id{to}, 1, task_state::succeeded,
          std::move(details)};
}

} // namespace tutti::test
