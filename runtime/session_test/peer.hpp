// SPDX-License-Identifier: BSD-3-Clause
// The other side of a session under test.
#pragma once

#include "actors/agent/session_protocol.hpp"
#include "runtime/process/supervisor.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace tutti::session_test {

using steady_time = std::chrono::steady_clock::time_point;

enum class event_kind : std::uint8_t {
  message, ///< `message`
  mistake, ///< `text`: what is wrong with a line of it
  exited,  ///< `text` says how, `code`, `log`
  silence, ///< nothing came in time
};

/// What came of the session next.
struct event {
  event_kind kind = event_kind::silence;
  session_protocol::message message;
  std::string text;
  std::int32_t code = 0;
  std::string log;          ///< path; empty: it logged nothing
  bool clean = false;       ///< it exited by itself
  bool never_began = false; ///< there is no such program, say
};

/// Starts one process after the other and talks with each. One thread calls.
class peer {
public:
  /// `processes` is configured and not listened to yet, and must outlive it.
  peer(process::supervisor& processes, std::vector<std::string> argv,
       std::string directory);

  void start();
  void say(std::string line);
  /// Closes its standard input.
  void hang_up();
  void end(bool at_once);

  /// The next thing that it says, or its end.
  [[nodiscard]] event next(steady_time until);

private:
  void hear(const process_output& x);
  void hear(const process_exited& x);

  process::supervisor& processes_;
  std::vector<std::string> argv_;
  std::string directory_;
  process_id current_ = 0;

  std::mutex mutex_; ///< guards what follows, which the reader thread fills
  std::condition_variable arrived_;
  session_protocol::line_reader reader_;
  std::deque<event> events_;
};

} // namespace tutti::session_test
