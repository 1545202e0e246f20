// SPDX-License-Identifier: BSD-3-Clause
// Whom a node follows (semantics §32).
#pragma once

#include <cstdint>
#include <optional>

namespace tutti::cluster {

/// Of one life of an orchestrator.
struct epoch {
  std::uint64_t counter = 0;     ///< durable before any contact; from 1
  std::uint64_t incarnation = 0; ///< random; tells copies of a directory apart

  friend bool operator==(const epoch&, const epoch&) = default;
};

enum class allegiance : std::uint8_t {
  follow,
  not_yet, ///< another one's lease is alive
  never,   ///< it is older than, or a copy of, the one that is followed
};

/// What a node answers an orchestrator that it reaches. `known`: the one that
/// it follows; none: it has nothing of any run. `alive`: that one's lease is.
[[nodiscard]] allegiance choose(const std::optional<epoch>& known, bool alive,
                                const epoch& offered);

} // namespace tutti::cluster
