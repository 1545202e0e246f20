// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <string_view>

namespace tutti {

/// One line for a board: controls, and what would turn the direction of text,
/// become spaces; at most 400 bytes, cut between characters. What is
/// no UTF-8 becomes replacement characters.
[[nodiscard]] std::string plain_line(std::string_view text);

} // namespace tutti
