// SPDX-License-Identifier: BSD-3-Clause
// The forms of a run's report that go into files.
#pragma once

#include "runtime/cli/kept_run.hpp"
#include "runtime/cli/options.hpp"
#include "runtime/report/report.hpp"

#include <optional>

namespace tutti::cli {

/// Why one of the files cannot be written, as far as one can tell before.
[[nodiscard]] std::optional<error> cannot_write(const report_files& x);

/// Writes those that are named. Returns 0, or prints what could not be written
/// and returns `environment`.
int write_report_files(const kept_run& run, const report::run_report& made,
                       const report_files& files);

} // namespace tutti::cli
