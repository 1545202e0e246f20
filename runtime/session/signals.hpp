// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <csignal>
#include <functional>
#include <thread>

namespace tutti::session {

/// What the program does on signals.
struct signal_handlers {
  /// SIGINT, SIGTERM or SIGHUP; `count` is 1 for the first of them.
  std::function<void(int signal, int count)> stop;
  std::function<void()> suspend; ///< before tutti stops itself (SIGTSTP)
  std::function<void()> resume;  ///< after it goes on
};

/// Takes the program's signals on a thread of its own. Make it before any other
/// thread, so that all inherit the blocked signals; handlers run on its thread.
/// What the program was started with ignored (nohup) stays ignored. The signals
/// stay blocked for good: nothing is to cut off the report behind the run.
/// SIGPIPE is ignored: a reader that goes away is an error of the write.
class signal_watch {
public:
  signal_watch();
  ~signal_watch();
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

  void start(signal_handlers handlers);
  /// No handler runs any more; signals stay blocked. Idempotent.
  void stop();

private:
  sigset_t watched_;

  std::thread thread_;
};

} // namespace tutti::session
