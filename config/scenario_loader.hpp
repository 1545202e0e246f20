// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/diagnostic.hpp"
#include "config/plan_loader.hpp"
#include "config/scenario.hpp"
#include "config/source_text.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace tutti::config {

struct scenario_options {
  /// `--set K=V`: values for the parameters of each plan.
  std::vector<std::pair<std::string, std::string>> set;
  /// Reads the plans that scenarios name, and what any plan includes.
  file_reader read_plan = read_included;
};

struct scenario_result {
  /// The scenarios of the file in their order; none where a diagnostic is an
  /// error.
  std::vector<scenario> values;
  std::vector<diagnostic> diagnostics; ///< in the order of the text
  /// The text. Plans with mistakes follow it, as files that it includes.
  source_text source;
};

/// How many attempts, deeds and expectations one file may come to.
inline constexpr std::size_t scenario_parts_max = 200'000;

/// Makes scenarios of a text: syntax, keys, values, names and what can never be
/// are all checked, and all mistakes are reported at once, with those of the
/// plans. Never throws, whatever the text holds.
[[nodiscard]] scenario_result
load_scenarios(source_text source, const scenario_options& options = {});

} // namespace tutti::config
