// SPDX-License-Identifier: BSD-3-Clause
// Text of tasks and people within XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace tutti::report {

/// The text with `& < > " '` escaped, for elements and quoted attributes.
/// Characters that XML 1.0 does not have are left out (escape codes of
/// terminals with them), bytes that are no UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string xml_text(std::string_view x);

} // namespace tutti::report
