// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_schema.hpp"
#include "config/scenario_schema.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/schema_names.hpp"

#include <string_view>

namespace tutti::cli {

namespace {

struct shipped_schema {
  std::string_view name;
  std::string_view text; ///< empty: made from the loader's own table
};

/// config/schema/NAME.schema.json, which CMake makes into literals.
constexpr shipped_schema schemas[] = {
    {"plan", {}},
    {"scenario", {}},
    {
        "report",
#include "report_schema.inc"
    },
    {
        "status",
#include "status_schema.inc"
    },
    {
        "nodes",
#include "nodes_schema.inc"
    },
    {
        "history",
#include "history_schema.inc"
    },
    {
        "doctor",
#include "doctor_schema.inc"
    },
    {
        "play",
#include "play_schema.inc"
    },
    {
        "explore",
#include "explore_schema.inc"
    },
    {
        "simulate",
#include "simulate_schema.inc"
    },
    {
        "stress",
#include "stress_schema.inc"
    },
};

} // namespace

std::vector<std::string> schema_names() {
  std::vector<std::string> result;
  for (const auto& x : schemas)
    result.emplace_back(x.name);
  return result;
}

int schema_command(const schema_options& options) {
  for (const auto& x : schemas)
    if (x.name == options.of && !x.text.empty())
      return print_data(x.text);
  auto text = options.of == "scenario" ? config::scenario_json_schema()
                                       : config::plan_json_schema();
  if (!text.ends_with('\n'))
    text += '\n';
  return print_data(text);
}

} // namespace tutti::cli
