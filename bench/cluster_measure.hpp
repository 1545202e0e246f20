// SPDX-License-Identifier: BSD-3-Clause
// What is measured of one way between two processes (cluster_sides.hpp).
#pragma once

#include "bench/cluster_sides.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::bench {

struct measure_options {
  double seconds = 1; ///< of each figure
  std::string certificates;
};

/// Of one round; sizes are 64 B and 1 KiB.
struct way_figures {
  double per_second_64 = 0;
  double per_second_1024 = 0;
  double cpu_us_64 = 0; ///< of both processes, for one handoff
  /// The larger of both processes while handoffs of 1 KiB pass, at its peak.
  double peak_mb = 0;
  double p50_us = 0; ///< of a handoff of 64 B until it is answered
  double p99_us = 0;
};

/// In two processes of their own; this one must not have begun a thread.
[[nodiscard]] way_figures measure_way(way x, const measure_options& how);

struct frozen_figures {
  double growth_mb = 0; ///< of the sender
  double sent = 0;
  double refused = 0;
};

/// The receiver stands still for ten seconds, and the sender goes on at full
/// rate; whom it has no room for (`refusing`) waits and tries again, others
/// send as many as `frozen_handoffs`. All of them arrive later.
[[nodiscard]] frozen_figures measure_frozen(way x, double seconds,
                                            const measure_options& how);

/// This program again as the far side (see main): `argv` from its "--far" on.
int run_far_process(char** argv);

} // namespace tutti::bench
