// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/process/unique_fd.hpp"

#include <sys/types.h>

namespace tutti::process {

/// Makes a process unkillable for those who wait for it: a process of its own
/// traces it, and does not look when it dies, so that its parent may not reap
/// it either. To the parent that is what a process looks like that hangs in the
/// kernel. `holds` is false where tracing is not permitted.
class tracer {
public:
  enum class hold {
    until_death, ///< it runs on
    at_once,     ///< it hangs, in a state that SIGCONT does not end
  };

  tracer(pid_t victim, hold how);
  tracer(const tracer&) = delete;
  tracer& operator=(const tracer&) = delete;
  ~tracer(); ///< lets go

  [[nodiscard]] bool holds() const {
    return holds_;
  }
  /// Idempotent.
  void let_go();

private:
  bool holds_ = false;
  pid_t pid_ = -1;
};

} // namespace tutti::process
