// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tutti {

/// The words of a script that a shell would run as one simple command without
/// changing any of them; none where only a shell can tell: quoting, expansion,
/// redirection, several commands, an assignment, a word the shell itself
/// understands. Such a script is executed directly, which saves a process.
[[nodiscard]] std::optional<std::vector<std::string>>
plain_words(std::string_view script);

} // namespace tutti
