// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/stop_signals.hpp"

#include <unistd.h>

#include <atomic>
#include <utility>

namespace tutti::cli {

namespace {

constexpr int signal_base = 128;

/// The number of the first signal; 0: none.
std::atomic<int> stopped_by{0};

} // namespace

stop_signals::stop_signals() {
  session::signal_handlers handlers;
  handlers.stop = [](int signal, int count) {
    stopped_by = signal;
    if (count > 1)
      ::_exit(signal_base + signal);
  };
  watch_.start(std::move(handlers));
}

bool goes_on() {
  return stopped_by == 0;
}

int stop_code() {
  return signal_base + stopped_by;
}

} // namespace tutti::cli
