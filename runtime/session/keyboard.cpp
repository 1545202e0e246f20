// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/keyboard.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>

namespace tutti::session {

keyboard::keyboard(int fd) : fd_(fd) {
}

keyboard::~keyboard() {
  listen(false);
}

/// Who is not stops with a signal when it changes or reads the terminal.
bool keyboard::in_foreground() const {
  return ::isatty(fd_) == 1 && ::tcgetpgrp(fd_) == ::getpgrp();
}

void keyboard::listen(bool on) {
  std::lock_guard lock{mutex_};
  if (!on)
    return restore();
  if (listens_ || suspended_ || !in_foreground()
      || ::tcgetattr(fd_, &before_) != 0)
    return;
  auto quiet = before_;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  quiet.c_cc[VMIN] = 0;
  quiet.c_cc[VTIME] = 0;
  listens_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
}

std::string keyboard::read() {
  std::lock_guard lock{mutex_};
  std::string result;
  std::array<char, 256> chunk{};
  pollfd x{fd_, POLLIN, 0};
  while (listens_ && in_foreground() && ::poll(&x, 1, 0) > 0) {
    auto n = ::read(fd_, chunk.data(), chunk.size());
    if (n <= 0)
      break; // nothing more, or the terminal has gone
    result.append(chunk.data(), static_cast<std::size_t>(n));
  }
  return result;
}

void keyboard::suspend() {
  std::lock_guard lock{mutex_};
  suspended_ = true;
  restore();
}

void keyboard::resume() {
  std::lock_guard lock{mutex_};
  suspended_ = false;
}

void keyboard::restore() {
  if (listens_ && in_foreground())
    ::tcsetattr(fd_, TCSADRAIN, &before_);
  listens_ = false;
}

} // namespace tutti::session
