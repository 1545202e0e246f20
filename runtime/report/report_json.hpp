// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/report/report.hpp"

#include <string>

namespace tutti::report {

/// The version of the document; grows when a field changes its meaning.
inline constexpr int schema_version = 1;

/// The whole document, with a newline at its end. Its fields are those of
/// config/schema/report.schema.json; moments are seconds from the run's start.
[[nodiscard]] std::string to_json(const run_report& x);

} // namespace tutti::report
