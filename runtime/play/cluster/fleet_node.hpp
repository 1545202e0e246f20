// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tutti::play {

/// A machine beside the one of the run.
struct fleet_node {
  std::string name;
  std::vector<std::string> labels; ///< sorted
  std::uint32_t slots = 1;
  bool at_start = true; ///< it is there as the run begins

  friend bool operator==(const fleet_node&, const fleet_node&) = default;
};

} // namespace tutti::play
