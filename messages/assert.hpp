// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdio>
#include <cstdlib>

namespace tutti {

/// Ends the program: a broken invariant is no state to go on from. The journal
/// resumes the run.
[[noreturn]] inline void assertion_failed(const char* what, const char* file,
                                          int line) {
  std::fprintf(stderr, "tutti: internal fault: %s (%s:%d)\n", what, file, line);
  std::abort();
}

} // namespace tutti

/// Checked in every build type.
#define TUTTI_ASSERT(condition)                                                \
  (static_cast<bool>(condition)                                                \
       ? static_cast<void>(0)                                                  \
       : ::tutti::assertion_failed(#condition, __FILE__, __LINE__))
