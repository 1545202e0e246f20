// SPDX-License-Identifier: BSD-3-Clause
// Whether the forms of a report that are asked for go together.
#pragma once

#include "messages/error.hpp"
#include "runtime/cli/options.hpp"

#include <optional>

namespace tutti::cli {

/// Standard output takes one of them. All errors are `bad_plan`.
[[nodiscard]] std::optional<error> misused_files(const report_files& x);

/// The same of a run, which may go on in the background, or do nothing.
[[nodiscard]] std::optional<error> misused_files(const run_options& x);

} // namespace tutti::cli
