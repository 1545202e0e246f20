// SPDX-License-Identifier: BSD-3-Clause
// The nodes of a run, for people and for programs.
#pragma once

#include "runtime/report/run_model.hpp"

#include <string>
#include <string_view>

namespace tutti::cli {

/// A table of the nodes; below it the agents that have none, and where nodes
/// may join (empty: nowhere).
[[nodiscard]] std::string nodes_text(const report::run_model& m,
                                     const std::string& join_address = {});

/// The document of config/schema/nodes.schema.json.
[[nodiscard]] std::string nodes_json(const report::run_model& m,
                                     std::string_view run_id,
                                     const std::string& join_address = {});

} // namespace tutti::cli
