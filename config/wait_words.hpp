// SPDX-License-Identifier: BSD-3-Clause
// Says in the plan's own words who waits for whom. Internal to config/.
#pragma once

#include "config/loader_context.hpp"
#include "config/wait_graph.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::config {

/// One step on a path: who waits for whom and why.
struct wait_link {
  node_ref from;
  node_ref to;
  std::string sentence; ///< "b needs a"
  wait_reason reason = wait_reason::work;
};

enum class path_shape : std::uint8_t {
  open,   ///< from its first node to its last
  closed, ///< and back to its first
};

/// The steps along nodes of the graph, each of which waits for the next:
/// without the nodes that only bundle others, and those inside one task.
[[nodiscard]] std::vector<wait_link>
links_of(const loader_context& c, const wait_graph& g,
         const std::vector<std::uint32_t>& path, path_shape shape);

/// "a → b → … → a", of a closed path.
[[nodiscard]] std::string path_of(const plan& p,
                                  const std::vector<wait_link>& links);

/// A line for each step, the middle of a long path left out.
[[nodiscard]] std::string sentences_of(const std::vector<wait_link>& links);

/// Where a name is listed behind a key of a mapping.
[[nodiscard]] std::optional<span> place_in(const loader_context& c,
                                           node_id body, std::string_view key,
                                           std::string_view name);

} // namespace tutti::config
