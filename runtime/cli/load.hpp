// SPDX-License-Identifier: BSD-3-Clause
// From the options of a command to a plan.
#pragma once

#include "config/plan_loader.hpp"
#include "config/source_text.hpp"
#include "messages/error.hpp"
#include "runtime/cli/options.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tutti::cli {

/// A plan file that could be read, with what the loader makes of it.
struct opened_plan {
  config::source_text source; ///< with the files that it includes
  config::load_result loaded;
};

/// Finds and loads the plan that the options name, `tutti.yaml` by default.
/// `need_commands`: a task without a command is a mistake. `read_files`: so are
/// files of contracts that cannot be read.
[[nodiscard]] expected<opened_plan> open_plan(const plan_options& options,
                                              bool need_commands,
                                              bool read_files = true);

/// The same for who only wants the plan: prints the diagnostics and, where
/// there is no plan, all errors. `exit_code` counts then.
struct loaded_plan {
  std::optional<plan> value;
  int exit_code = 0;
  config::source_text source;
  config::source_map map; ///< where the parts of `value` stand in `source`
};
[[nodiscard]] loaded_plan load_or_explain(const plan_options& options,
                                          bool need_commands,
                                          bool read_files = true);

/// Applies `--only` and `--skip`; no plan where a name is unknown or nothing is
/// left to do, and the exit code. All errors are printed.
[[nodiscard]] loaded_plan
select_or_explain(loaded_plan x, const std::vector<std::string>& only,
                  const std::vector<std::string>& skip);

} // namespace tutti::cli
