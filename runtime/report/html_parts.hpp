// SPDX-License-Identifier: BSD-3-Clause
// The parts of the report's page that are drawings.
#pragma once

#include "runtime/report/report.hpp"
#include "runtime/report/run_model.hpp"

#include <string>
#include <string_view>

namespace tutti::report {

/// The style sheet; light and dark, as the reader's system is.
[[nodiscard]] std::string_view html_style();

/// Who worked on what when, a line for each slot of an agent, as inline SVG.
[[nodiscard]] std::string html_chart(const run_model& m);

/// What waits for what, as inline SVG; empty: there is nothing to draw.
[[nodiscard]] std::string html_graph(const run_model& m, const run_report& x);

/// The class of what came of a task: "ok", "bad", "left" or "open".
[[nodiscard]] std::string_view html_class(task_state x);

} // namespace tutti::report
