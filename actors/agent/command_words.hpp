// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/expression.hpp"
#include "messages/plan.hpp"

#include <string>
#include <vector>

namespace tutti {

/// What is executed for a command: its words, with templates rendered; a script
/// goes to a shell unless it is plain words.
[[nodiscard]] std::vector<std::string>
command_words(const command_line& run, const expression_scope& scope);

} // namespace tutti
