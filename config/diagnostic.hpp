// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/lint_table.hpp"
#include "config/source_text.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tutti::config {

enum class severity : std::uint8_t {
  error,   ///< there is no plan until it is mended
  warning, ///< the plan works, but hardly as meant
};

/// One finding in a text: what is wrong where, and what to do about it.
struct diagnostic {
  severity level = severity::error;
  span where;             ///< `span::none()`: not in the text
  std::string message;    ///< what is wrong; no full stop
  std::string hint;       ///< what to do; may be empty; lines end in '\n'
  lint code = lint::none; ///< of a warning

  friend bool operator==(const diagnostic&, const diagnostic&) = default;
};

/// Puts diagnostics in the order of the text; those that stand nowhere first.
void sort_by_place(std::vector<diagnostic>& xs);

/// How many diagnostics `render` shows before "and N more".
inline constexpr std::size_t diagnostics_shown_max = 100;

/// The diagnostics as a person reads them: place and message, the source line,
/// a caret, a hint. `color`: with escape codes. Empty for no diagnostics.
[[nodiscard]] std::string render(const std::vector<diagnostic>& xs,
                                 const source_text& source, bool color);

} // namespace tutti::config
