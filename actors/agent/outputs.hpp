// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/fact.hpp"
#include "messages/value.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti {

/// What outputs and note of an attempt may take together (semantics §21).
inline constexpr std::size_t inline_bytes_max = std::size_t{1} << 20;

/// What a task wrote to the file that TUTTI_OUTPUT names, or why it cannot be
/// understood.
struct parsed_outputs {
  tutti::outputs outputs;
  std::string mistake; ///< empty: none; else one sentence with the line number
};

/// Reads `key=value` lines, or one JSON object. Empty lines are skipped; the
/// last value of a key counts; values may hold `=`.
[[nodiscard]] parsed_outputs parse_outputs(std::string_view text);

/// Of outputs and note: what travels with each handoff.
[[nodiscard]] std::size_t inline_bytes(const attempt_details& x);

/// One sentence with the remedy.
[[nodiscard]] std::string too_large(std::size_t bytes);

/// Adds outputs; on equal names those of `over` count.
void put_over(outputs& base, outputs over);

} // namespace tutti
