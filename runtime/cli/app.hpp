// SPDX-License-Identifier: BSD-3-Clause
// The grammar of the command line: commands, options and their help. Shell
// completion is made from it too, so that it never drifts.
#pragma once

#include "runtime/cli/options.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace tutti::cli {

/// The grammar. Parsing it fills in `into`, which must outlive it. An option's
/// type name says what completes it: "PLAN" a plan, "FILE" a file, "DIR" a
/// directory, "a|b" one of these words.
[[nodiscard]] std::unique_ptr<CLI::App> make_app(all_options& into);

/// The help of one command, or with the top grammar that of the program.
[[nodiscard]] std::string help_of(const CLI::App& app);

/// The command that was parsed, or none.
[[nodiscard]] const CLI::App* chosen_command(const CLI::App& app);

} // namespace tutti::cli
