// SPDX-License-Identifier: BSD-3-Clause
// How an attempt is worked on: by a process of its own (command), by a
// long-lived process (session), by a C++ agent that is linked in (native). The
// agent actor owns one driver and does all the rest: queue, slots, handoffs,
// live commands, artifacts, contracts. No CAF on this page: a driver talks
// through its host.
#pragma once

#include "messages/handoff.hpp"
#include "messages/live.hpp"
#include "messages/process.hpp"
#include "messages/request.hpp"
#include "messages/task.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tutti {

/// One attempt about to start.
struct attempt_work {
  task_id task;
  std::uint32_t attempt = 0;
  work_phase phase = work_phase::run;
  std::uint32_t version = 1;
  std::shared_ptr<const assignment_details> details; ///< never null
  std::vector<handoff> handed;         ///< so far; the latest of each producer
  std::vector<request_answer> answers; ///< to what its task asked, so far
  std::string token;  ///< of the live socket; empty: there is none
  std::string socket; ///< path of the live socket
};

/// How an attempt ended, before its artifacts and contracts are looked at.
struct work_result {
  attempt_end end = attempt_end::success;
  std::int32_t exit_code = fact::no_exit_code;
  attempt_details details;
};

/// What a driver may ask of the agent actor. Valid as long as the driver.
class driver_host {
public:
  virtual ~driver_host() = default;

  /// Unique over all agents of a run.
  [[nodiscard]] virtual process_id next_process() = 0;
  virtual void start(start_process x) = 0;
  virtual void input(process_input x) = 0;
  virtual void end(end_process x) = 0;
  /// It starts its idle time anew (semantics §25), or stops it (§20).
  virtual void alive(process_alive) {
  }
  virtual void progress(task_progress x) = 0;
  /// As if it came through the live socket; answered by `driver::on`.
  virtual void call(live_call x) = 0;
  /// The attempt is over: exactly once for each that was started.
  virtual void finished(task_id task, std::uint32_t attempt, work_result x) = 0;
  /// Nothing outlives the attempts any more: the answer to `driver::leave`.
  virtual void left() = 0;
  /// `driver::has_room` is true again.
  virtual void has_room() = 0;
  /// `driver::is_there` is true again.
  virtual void came_back() {
  }
  /// `driver::on_timer(timer)` after `span`.
  virtual void wake_after(duration span, std::uint64_t timer) = 0;
  /// A function for threads of the driver's own, which may outlive it: has
  /// `driver::on_wake` called soon, and does nothing once the agent is gone.
  [[nodiscard]] virtual std::function<void()> waker() = 0;
};

/// All functions run in the agent actor, one at a time, and return at once.
class driver {
public:
  virtual ~driver() = default;

  /// False: whoever works is gone for a while. Nothing is started until it has
  /// called `host.came_back`.
  [[nodiscard]] virtual bool is_there() const {
    return true;
  }
  /// `host.finished` follows, later or at once.
  virtual void start(const attempt_work& x) = 0;
  /// End it: gently, or `at_once`. `host.finished` still follows.
  virtual void end(task_id task, std::uint32_t attempt, bool at_once) = 0;
  /// Whether it wants to hear of what arrives for a task between its attempts;
  /// while one works it always does.
  [[nodiscard]] virtual bool knows(task_id) const {
    return false;
  }
  /// False: it has heard of more than it could pass on, and hears no more until
  /// it calls `host.has_room` (rule 9).
  [[nodiscard]] virtual bool has_room() const {
    return true;
  }
  /// Something arrived, in order of arrival: for a task that is worked on or
  /// that it `knows`. Whole: nothing of it is on disk.
  virtual void hand_over(const handoff&) {
  }
  virtual void answer(const request_answer&) {
  }
  /// It said something of itself, a sign of life beside its output (semantics
  /// §25). `waits`: it waits inside, no idle time passes until the next (§20).
  virtual void alive(task_id, std::uint32_t, bool /*waits*/) {
  }
  virtual void on(const process_line&) {
  }
  virtual void on(const process_output&) {
  }
  virtual void on(process_exited&) {
  }
  virtual void on(const live_reply&) {
  }
  virtual void on_timer(std::uint64_t) {
  }
  /// The waker was used, at least once since the last call.
  virtual void on_wake() {
  }
  /// The run is over: end what outlives attempts, then `host.left`.
  virtual void leave(bool at_once) = 0;
};

} // namespace tutti
