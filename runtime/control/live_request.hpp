// SPDX-License-Identifier: BSD-3-Clause
// What attempts say through TUTTI_SOCKET, between text and messages.
#pragma once

#include "messages/live.hpp"

#include <string>
#include <string_view>

namespace tutti::control {

/// A request of an attempt; `call` lacks its id and whose it is, which the
/// token says.
struct live_request {
  std::string token;
  live_call call;
  std::string mistake; ///< one sentence; empty: none
};

[[nodiscard]] live_request parse_live_request(std::string_view line);

/// The line for a reply of an agent.
[[nodiscard]] std::string live_answer(const live_reply& x);

} // namespace tutti::control
