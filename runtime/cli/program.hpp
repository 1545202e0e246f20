// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/native/native.hpp"

#include <functional>

namespace tutti::cli {

/// The program: reads the command line, does what it says, returns the exit
/// code. Call once, first thing in `main`, while there is only one thread.
/// `team`: the native agents that are linked in. `probe`: called before and
/// after each message that a run sends, for tests that end the program there.
[[nodiscard]] int program(int argc, const char* const* argv,
                          const native::agents& team = {},
                          std::function<void()> probe = {});

} // namespace tutti::cli
