// SPDX-License-Identifier: BSD-3-Clause
// Blame for people: two or three lines behind the figures of a run, or all of
// it.
#pragma once

#include "runtime/report/report.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tutti::report {

/// The lines that matter most.
void add_blame_figures(std::string& out, const run_report& x,
                       std::size_t columns);

/// Every hop of the path, the ideal one, who waited for whom, what the slots
/// did, the tasks that count, what is different from another run, and what all
/// of it rests on; each under a head.
void add_blame(std::string& out, const run_report& x, std::size_t columns);

/// What the figures rest on, a sentence each.
[[nodiscard]] std::vector<std::string> honesty_lines(const run_report& x);

} // namespace tutti::report
