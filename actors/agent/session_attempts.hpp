// SPDX-License-Identifier: BSD-3-Clause
// What a session has been given and has not answered yet.
#pragma once

#include "actors/agent/driver.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

namespace tutti {

/// One attempt, from the agent's start to its end.
struct session_attempt {
  std::string id; ///< as the session knows it
  task_id task;
  std::uint32_t attempt = 0;
  work_phase phase = work_phase::run;
  std::uint32_t version = 1;
  duration idle_timeout{0};       ///< 0: none
  std::vector<std::string> lines; ///< to be sent when it is given
  bool given = false;
  bool asked_to_end = false;
  bool idle = false;  ///< asked to end for that
  bool waits = false; ///< inside, for others (§20): no idle time passes
  bool asked_others = false;
  std::uint32_t silent = 0; ///< parts of the idle time that passed in silence
};

/// The attempts of a session in order of arrival.
class session_attempts {
public:
  session_attempt& add(session_attempt x);

  /// Null: it has ended, or never was.
  [[nodiscard]] session_attempt* find(const std::string& id);
  [[nodiscard]] session_attempt* find(task_id task, std::uint32_t attempt);
  /// The attempt at a task that has not ended; null: there is none.
  [[nodiscard]] session_attempt* of(task_id task);
  /// The only one that was given; null: there is none or there are several.
  [[nodiscard]] session_attempt* only_given();

  /// The next to be given, if no more than `limit` are then at work.
  [[nodiscard]] session_attempt* next(std::uint32_t limit);
  void give(session_attempt& x);

  [[nodiscard]] session_attempt take(const std::string& id);
  /// Those that were given, or all.
  [[nodiscard]] std::vector<session_attempt> take_given();
  [[nodiscard]] std::vector<session_attempt> take_all();
  [[nodiscard]] bool empty() const;
  [[nodiscard]] bool has_given() const;

  /// Whether the process that runs now was ever given it.
  [[nodiscard]] bool was_given(const std::string& id) const;
  void forget_given();

private:
  std::map<std::string, session_attempt> all_;
  std::deque<std::string> queue_; ///< not given yet
  std::unordered_set<std::string> given_;
};

} // namespace tutti
