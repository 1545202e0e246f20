// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/native/native.hpp"

namespace tutti::cli {

/// The program: reads the command line, does what it says, returns the exit
/// code. Call once, first thing in `main`, while there is only one thread.
/// `team`: the native agents that are linked in.
[[nodiscard]] int program(int argc, const char* const* argv,
                          const native::agents& team = {});

} // namespace tutti::cli
