// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <mutex>
#include <string>
#include <termios.h>

namespace tutti::session {

/// What is typed into a terminal, key by key and unseen, while one listens.
/// Signals of the terminal (Ctrl-C, Ctrl-Z) stay signals. Nothing is read or
/// changed while the program is in the background. Whoever stops or leaves puts
/// the terminal back first.
class keyboard {
public:
  /// `fd` may be anything; what is no terminal is never listened to.
  explicit keyboard(int fd);
  ~keyboard(); ///< calls `listen(false)`
  keyboard(const keyboard&) = delete;
  keyboard& operator=(const keyboard&) = delete;

  /// What was typed before is dropped: it answers no question that was asked.
  /// Call it again now and then: the program may have been in the background.
  void listen(bool on);
  /// What was typed since; never waits. Empty where it does not listen.
  [[nodiscard]] std::string read();

  /// Before the program stops itself, on any thread: puts the terminal back and
  /// does not listen until `resume`.
  void suspend();
  void resume();

private:
  void restore();
  [[nodiscard]] bool in_foreground() const;

  int fd_;
  std::mutex mutex_; ///< guards what follows
  bool listens_ = false;
  bool suspended_ = false;
  termios before_{};
};

} // namespace tutti::session
