// SPDX-License-Identifier: BSD-3-Clause
// A text as others write it. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tutti::secrets {

/// How an encoder writes a text into JSON. All of them write `"`, `\` and
/// control characters as escapes.
struct json_style {
  /// These as \uXXXX, too; so `"` where it is among them.
  std::string_view escaped = {};
  bool short_controls = true; ///< \n, not \u000a
  bool ascii = false;         ///< what is no ASCII as \uXXXX, too
  bool slash = false;         ///< / as \/
  bool upper = false;         ///< \u00AB, not \u00ab
};

/// Without the quotes around it. Bytes that are no UTF-8 stay.
[[nodiscard]] std::string json_text_as(std::string_view x,
                                       const json_style& how);

/// %XX for all but letters, digits and what `safe` names.
struct url_style {
  std::string_view safe;
  bool plus = false;  ///< a blank as +
  bool upper = false; ///< %2F, not %2f
};

[[nodiscard]] std::string url_text_as(std::string_view x, const url_style& how);

/// What stands for the quotes; `&`, `<` and `>` have one form each.
struct xml_style {
  std::string_view quote;
  std::string_view apostrophe;
};

[[nodiscard]] std::string xml_text_as(std::string_view x, const xml_style& how);

/// What is the same in base64 wherever the text stands: behind `before` (0 to
/// 2) bytes of a group of three, and before anything.
[[nodiscard]] std::string base64_core(std::string_view x, std::size_t before);

/// The whole text, with its padding.
[[nodiscard]] std::string base64_text(std::string_view x);

[[nodiscard]] std::string hex_text(std::string_view x, bool upper);

/// Between single quotes of a shell; an apostrophe leaves them for a moment.
[[nodiscard]] std::string shell_quoted(std::string_view x,
                                       std::string_view apostrophe);
/// Between $' and ', as bash writes what holds control characters.
[[nodiscard]] std::string shell_escaped(std::string_view x);
/// A backslash before all that a shell might read.
[[nodiscard]] std::string shell_backslashed(std::string_view x);

} // namespace tutti::secrets
