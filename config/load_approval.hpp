// SPDX-License-Identifier: BSD-3-Clause
// Who approves a gate, and what is sent back (semantics §16, §17).
#pragma once

#include "config/loader_context.hpp"

#include <optional>
#include <string_view>

namespace tutti::config {

/// Reads the approval of a gate, but for its texts.
void read_approval(loader_context& c, std::uint32_t gate, node_id x);

/// What happens where time or rounds are over: `refusal`, `approve` or
/// `human`.
[[nodiscard]] std::optional<exhausted_action>
read_exhausted(loader_context& c, node_id x, std::string_view what,
               std::string_view refusal);

} // namespace tutti::config
