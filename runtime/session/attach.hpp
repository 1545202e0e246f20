// SPDX-License-Identifier: BSD-3-Clause
// Shows a run of another process, by its journal.
#pragma once

#include "messages/plan.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tutti::session {

struct attach_options {
  std::string run_id;
  std::string run_path; ///< of its folder
  /// As the run was told; none: as the machine has cores.
  std::optional<std::uint32_t> jobs;
  bool plain = false;
  bool no_color = false;
  bool quiet = false;
  std::string resume_command; ///< said where the run is killed
};

/// Shows it on standard output until it ends (the result is its exit code), is
/// killed (6), or a signal comes: Ctrl-C leaves it to itself (0). `p` is the
/// plan that the run goes by; where it has other names than the journal that is
/// an error (2), and any other change since the run began is told.
/// All errors are printed. Call from the main thread, once in a process.
[[nodiscard]] int attach(plan p, const attach_options& options);

} // namespace tutti::session
