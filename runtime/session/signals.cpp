// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/signals.hpp"

#include <pthread.h>
#include <unistd.h>
#include <utility>

namespace tutti::session {

namespace {

/// Ends the watching thread; nobody else sends it.
constexpr int end_of_watch = SIGUSR2;

void watch(const sigset_t& watched, const signal_handlers& handlers) {
  int stops = 0;
  for (;;) {
    int signal = 0;
    if (::sigwait(&watched, &signal) != 0 || signal == end_of_watch)
      return;
    if (signal == SIGTSTP) {
      if (handlers.suspend)
        handlers.suspend();
      // To this very thread, so that nothing below runs before the process has
      // stopped and gone on; a signal to the process may be another thread's.
      ::raise(SIGSTOP);
      if (handlers.resume)
        handlers.resume();
    } else {
      handlers.stop(signal, ++stops);
    }
  }
}

} // namespace

signal_watch::signal_watch() {
  sigemptyset(&watched_);
  sigaddset(&watched_, end_of_watch);
  for (int x : {SIGINT, SIGTERM, SIGHUP, SIGTSTP}) {
    struct sigaction inherited {};
    ::sigaction(x, nullptr, &inherited);
    if (inherited.sa_handler != SIG_IGN) // nohup, or a shell's background
      sigaddset(&watched_, x);
  }
  ::pthread_sigmask(SIG_BLOCK, &watched_, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

void signal_watch::start(signal_handlers handlers) {
  thread_ = std::thread{[watched = watched_, handlers = std::move(handlers)] {
    watch(watched, handlers);
  }};
}

void signal_watch::stop() {
  if (!thread_.joinable())
    return;
  ::pthread_kill(thread_.native_handle(), end_of_watch);
  thread_.join();
}

signal_watch::~signal_watch() {
  stop();
}

} // namespace tutti::session
