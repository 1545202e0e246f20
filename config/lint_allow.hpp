// SPDX-License-Identifier: BSD-3-Clause
// The comments with which a plan silences warnings: `# tutti: allow CODE`.
#pragma once

#include "config/diagnostic.hpp"
#include "config/findings.hpp"
#include "config/source_text.hpp"
#include "config/yaml_tree.hpp"

#include <cstdint>
#include <vector>

namespace tutti::config {

/// One code of such a comment, and the bytes that it speaks for: its line, or
/// the next with content where it stands alone, and what is indented below.
struct allowance {
  lint code = lint::none;
  span where; ///< of the code
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool used = false;

  friend bool operator==(const allowance&, const allowance&) = default;
};

/// The comments of a text, by `begin`. What allows nothing that there is goes
/// to `found`. Comments within texts, as in a script, are none of the plan's.
[[nodiscard]] std::vector<allowance> read_allowances(const source_text& source,
                                                     const yaml_tree& tree,
                                                     findings& found);

/// Takes out the warnings that are allowed, and marks what allowed them. The
/// diagnostics are in the order of the text.
void silence(std::vector<diagnostic>& xs, std::vector<allowance>& allowed);

/// A warning for each that has allowed nothing, once all warnings are known.
[[nodiscard]] std::vector<diagnostic>
unused_allowances(const std::vector<allowance>& allowed);

} // namespace tutti::config
