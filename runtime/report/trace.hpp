// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/report/run_model.hpp"

#include <string>

namespace tutti::report {

/// The run in the Trace Event Format, which Perfetto and chrome://tracing open:
/// one track a slot of an agent, on which the stretches of its attempts follow
/// each other; what was waited for as asynchronous spans, handoffs as arrows,
/// the length of the ready queue as a counter, gates as instants. Microseconds
/// from the run's start.
[[nodiscard]] std::string to_trace(const run_model& m,
                                   const std::string& run_id);

} // namespace tutti::report
