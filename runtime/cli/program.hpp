// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace tutti::cli {

/// The program: reads the command line, does what it says, returns the exit
/// code. Call once, first thing in `main`, while there is only one thread.
[[nodiscard]] int program(int argc, const char* const* argv);

} // namespace tutti::cli
