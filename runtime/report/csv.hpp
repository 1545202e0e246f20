// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/plan.hpp"
#include "runtime/report/report.hpp"

#include <string>

namespace tutti::report {

/// One row a task, in plan order, below a row of names (docs/report.md), as
/// RFC 4180 has it. Moments and times in seconds; what is not known is empty.
[[nodiscard]] std::string to_csv(const plan& p, const run_report& x);

} // namespace tutti::report
