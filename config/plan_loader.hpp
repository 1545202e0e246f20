// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/diagnostic.hpp"
#include "config/lint_allow.hpp"
#include "config/source_map.hpp"
#include "config/source_text.hpp"
#include "messages/plan.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tutti::config {

/// Reads a file, which errors call `shown`.
using file_reader = std::function<expected<std::string>(
    const std::string& path, const std::string& shown)>;

struct load_options {
  /// `--set K=V`: values for the plan's parameters; of two the later counts.
  std::vector<std::pair<std::string, std::string>> set;
  /// A task with nothing to run is an error, as `run` asks (semantics §22).
  bool need_commands = false;
  /// Reads the files of contracts that are agreed at load; simulated work needs
  /// none (semantics §12).
  bool read_files = true;
  /// Warns of what works but is hardly meant so, too, as `check` asks. It costs
  /// about as much again as the rest.
  bool lints = false;
  /// Reads what the plan includes.
  file_reader read_included = config::read_included;
};

struct load_result {
  /// The plan; only where no diagnostic is an error.
  std::optional<plan> value;
  /// In the order of the text, without the warnings that it allows.
  std::vector<diagnostic> diagnostics;
  std::vector<allowance> allowed; ///< by what the text allows warnings
  source_map map;     ///< where the parts of `value` stand in the text
  source_text source; ///< the text, with those that it includes
};

/// How deep files may include each other.
inline constexpr std::size_t include_depth_max = 50;
/// How many files a plan may include.
inline constexpr std::size_t include_files_max = 1'000;

/// Makes a plan of a text: syntax, keys, values, references and cycles are all
/// checked, and all mistakes are reported at once. Never throws, whatever the
/// text holds, and takes memory in proportion to it.
[[nodiscard]] load_result load_plan(source_text source,
                                    const load_options& options = {});

} // namespace tutti::config
