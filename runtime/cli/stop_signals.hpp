// SPDX-License-Identifier: BSD-3-Clause
// Ctrl-C and SIGTERM in commands that work by themselves: the first asks them
// to come to an end, the second ends the program.
#pragma once

#include "runtime/session/signals.hpp"

namespace tutti::cli {

/// Make it before any other thread; one in a program.
class stop_signals {
public:
  stop_signals();

private:
  session::signal_watch watch_;
};

/// No signal has come.
[[nodiscard]] bool goes_on();
/// 128 + the signal that came.
[[nodiscard]] int stop_code();

} // namespace tutti::cli
