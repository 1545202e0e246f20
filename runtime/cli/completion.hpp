// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "runtime/cli/app.hpp"

#include <string>

namespace tutti::cli {

/// The completion script for "bash", "zsh" or "fish", made from the grammar.
[[nodiscard]] std::string completion_script(const CLI::App& app,
                                            const std::string& shell);

} // namespace tutti::cli
