// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/display/terminal.hpp"
#include "runtime/report/report.hpp"
#include "runtime/report/run_model.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::display {

/// What stays on the screen after a run, in lines that end with a newline:
/// failures first with their last lines of output and their logs' paths, what
/// was skipped and why, what is waited for, the report, and how it ended. Reads
/// the logs of failed tasks.
[[nodiscard]] std::string summary_text(const report::run_model& m,
                                       const report::report_options& options,
                                       const traits& can, std::size_t columns);

/// The same of a report that is made already, with all of its blame: where the
/// time went, hop by hop.
[[nodiscard]] std::string report_text(const report::run_model& m,
                                      const report::run_report& made,
                                      const report::report_options& options,
                                      const traits& can, std::size_t columns);

/// The last lines of a file that are not empty, at most `count`, harmless to
/// print; none where it cannot be read. Reads the end of the file only.
[[nodiscard]] std::vector<std::string>
last_lines(const std::string& path, std::size_t count, const traits& can);

/// A message to the user, each of its lines made harmless.
[[nodiscard]] std::string note_lines(std::string_view text, const traits& can);

} // namespace tutti::display
