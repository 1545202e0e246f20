// SPDX-License-Identifier: BSD-3-Clause
#include "config/plan_schema.hpp"
#include "config/scenario_schema.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"

#include <string_view>

namespace tutti::cli {

namespace {

/// config/schema/report.schema.json, which CMake makes into a literal.
constexpr std::string_view report_schema =
#include "report_schema.inc"
    ;

/// config/schema/status.schema.json, likewise.
constexpr std::string_view status_schema =
#include "status_schema.inc"
    ;

/// config/schema/doctor.schema.json, likewise.
constexpr std::string_view doctor_schema =
#include "doctor_schema.inc"
    ;

/// config/schema/history.schema.json, likewise.
constexpr std::string_view history_schema =
#include "history_schema.inc"
    ;

/// config/schema/simulate.schema.json, likewise.
constexpr std::string_view simulate_schema =
#include "simulate_schema.inc"
    ;

/// config/schema/play.schema.json, likewise.
constexpr std::string_view play_schema =
#include "play_schema.inc"
    ;

} // namespace

int schema_command(const schema_options& options) {
  if (options.of == "report")
    return print_data(report_schema);
  if (options.of == "status")
    return print_data(status_schema);
  if (options.of == "play")
    return print_data(play_schema);
  if (options.of == "doctor")
    return print_data(doctor_schema);
  if (options.of == "history")
    return print_data(history_schema);
  if (options.of == "simulate")
    return print_data(simulate_schema);
  if (options.of == "scenario")
    return print_data(config::scenario_json_schema());
  auto text = config::plan_json_schema();
  if (!text.ends_with('\n'))
    text += '\n';
  return print_data(text);
}

} // namespace tutti::cli
