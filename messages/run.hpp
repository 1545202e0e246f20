// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>

namespace tutti {

/// All actors stand: the orchestrator may begin. Once in a run.
struct begin_run {};

/// Stop the run (semantics §26); `at_once` kills what still runs.
struct stop_run {
  std::int32_t exit_code = 0; ///< 130, 143 or 6
  bool at_once = false;
};

} // namespace tutti
