// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace tutti::cli {

/// What there are schemas of, as `tutti schema` calls them.
[[nodiscard]] std::vector<std::string> schema_names();

} // namespace tutti::cli
