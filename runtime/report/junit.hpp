// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/report/report.hpp"
#include "runtime/report/run_model.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace tutti::report {

/// The end of a log, at most so many bytes of it; empty where there is none.
using log_reader =
    std::function<std::string(const std::string& path, std::size_t most)>;

/// JUnit XML as Jenkins and Maven's Surefire have it: a suite for each phase,
/// one for the tasks without; a case for each task. A failure is the task's
/// fault, an error the system's; what never ran, or was allowed to fail, is
/// skipped. Attempts before the last that did not succeed are flaky or rerun
/// failures. Cases that failed have the end of their log.
[[nodiscard]] std::string to_junit(const run_model& m, const run_report& x,
                                   const log_reader& log);

} // namespace tutti::report
