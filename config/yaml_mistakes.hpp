// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/findings.hpp"
#include "config/source_text.hpp"
#include "config/yaml_reader.hpp"
#include "config/yaml_tree.hpp"

namespace tutti::config {

/// Says in the words of a plan's author what libyaml says in its own.
void explain_yaml_problem(const yaml_problem& problem,
                          const source_text& source, findings& found);

/// Reports tabs that indent. Inside a text of several lines they are content.
void find_tabs(const source_text& source, const yaml_tree& tree,
               findings& found);

/// True for a key of a flow mapping that has no colon, as `b` has in
/// `{ run: echo a, b }`.
[[nodiscard]] bool has_no_colon(const source_text& source,
                                const yaml_node& key);

} // namespace tutti::config
