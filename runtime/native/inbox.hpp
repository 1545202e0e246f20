// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/native/native.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::native {

/// What a reply to `inbox` tells of, as `agent_core` writes it.
[[nodiscard]] arrivals parse_inbox(const std::string& text);

/// The numbers of a reply to `request`: {"ids": ["request/4", …]}.
[[nodiscard]] std::vector<std::uint32_t> parse_ids(const std::string& text);

} // namespace tutti::native
