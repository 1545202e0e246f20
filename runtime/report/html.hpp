// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/report/junit.hpp"
#include "runtime/report/report.hpp"
#include "runtime/report/run_model.hpp"

#include <string>

namespace tutti::report {

/// One page that needs nothing else, neither a server nor a network: failures
/// first, a chart of who worked on what when, the path, who waited for whom,
/// the graph, the tasks. Of very large runs it shows what counts most, and says
/// so.
[[nodiscard]] std::string to_html(const run_model& m, const run_report& x,
                                  const log_reader& log);

} // namespace tutti::report
