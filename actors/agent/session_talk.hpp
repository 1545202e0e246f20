// SPDX-License-Identifier: BSD-3-Clause
// The driver behind `make_session_driver`; for its own files.
#pragma once

#include "actors/agent/session_attempts.hpp"
#include "actors/agent/session_driver.hpp"
#include "actors/agent/session_protocol.hpp"

#include <functional>
#include <map>
#include <string>
#include <unordered_map>

namespace tutti {

/// Where the process stands:
///
///   none ──launch──▶ greeting ──hello──▶ ready ──its bye──▶ closing
///     ▲                  └──────── mistake, silence ─────────┘  │
///     └───────────────────────── it has exited ────────────────┘
enum class session_stage : std::uint8_t { none, greeting, ready, closing };

class session_driver : public driver {
public:
  session_driver(driver_host& host, session_driver_options options);

  void start(const attempt_work& x) override;
  void end(task_id task, std::uint32_t attempt, bool at_once) override;
  [[nodiscard]] bool knows(task_id task) const override;
  [[nodiscard]] bool has_room() const override;
  void hand_over(const handoff& x) override;
  void answer(const request_answer& x) override;
  void alive(task_id task, std::uint32_t attempt, bool waits) override;
  void on(const process_line& x) override;
  void on(const process_output& x) override;
  void on(process_exited& x) override;
  void on(const live_reply& x) override;
  void on_timer(std::uint64_t timer) override;
  void leave(bool at_once) override;

private:
  using attempt = session_attempt;

  // -- the process (session_driver.cpp) --
  void launch();
  void say(std::string line);
  void taken(std::uint64_t bytes);
  void abandon(std::string why);
  [[nodiscard]] std::string masked(std::string text) const;
  [[nodiscard]] std::string mistake_in(const std::string& line,
                                       const std::string& mistake) const;
  void read(const std::string& line);
  void give_next();
  void give(attempt& x);
  void hang_up();
  [[nodiscard]] std::string end_of_process(const process_exited& x) const;
  [[nodiscard]] std::uint64_t wake(duration span, std::function<void()> then);

  // -- what it says (session_talk.cpp) --
  void hear(const session_protocol::greeting& x);
  void hear(const session_protocol::heartbeat& x);
  void hear(const session_protocol::farewell& x);
  void hear(attempt& a, session_protocol::progress& x);
  void hear(attempt& a, session_protocol::note& x);
  void hear(attempt& a, session_protocol::partial& x);
  void hear(attempt& a, session_protocol::ask& x);
  void hear(attempt& a, session_protocol::done& x);
  void hear(attempt& a, session_protocol::failed& x);
  void call(const attempt& a, std::string name, live_call x);

  // -- the ends of attempts (session_talk.cpp) --
  void conclude(const std::string& id, work_result x);
  void cancel(attempt& a);
  void watch_idle(const std::string& id);
  [[nodiscard]] work_result broken(const attempt& a, const process_exited& x,
                                   const std::string& why) const;
  [[nodiscard]] std::string name_of(task_id task) const;

  driver_host& host_;
  session_driver_options options_;
  session_attempts attempts_;
  /// Run phases that are done and may still be integrated, with their version.
  std::map<task_id, std::uint32_t> waiting_;

  session_stage stage_ = session_stage::none;
  process_id process_ = 0;
  std::uint32_t launches_ = 0;
  std::uint32_t limit_ = 1; ///< tasks at once
  bool greeted_ = false;    ///< it has said hello
  bool said_bye_ = false;   ///< it wants no more tasks
  bool leaving_ = false;
  bool left_ = false;
  std::string why_;                ///< closing, where that is its fault
  std::uint64_t unread_bytes_ = 0; ///< said, and not handed to it yet
  session_protocol::line_reader reader_;

  std::uint64_t assignments_ = 0;
  std::uint64_t timers_made_ = 0;
  std::unordered_map<std::uint64_t, std::function<void()>> timers_;
  std::uint64_t calls_made_ = 0;
  /// The session's own name of each call that was not answered yet.
  std::unordered_map<std::uint64_t, std::string> calls_;
};

} // namespace tutti
