// SPDX-License-Identifier: BSD-3-Clause
// What the files of the grammar share.
#pragma once

#include "runtime/cli/app.hpp"
#include "runtime/cli/help_text.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::cli {

/// Under which head the help lists a command, in this order.
enum class command_group : std::uint8_t {
  plans,
  virtual_time,
  kept,
  live,
  inside,
  machines,
  more,
};

[[nodiscard]] std::string_view group_name(command_group x);

CLI::App* add_command(CLI::App& app, const char* name, const command_text& x,
                      command_group where);

/// An option that may be given several times, one value each.
void add_list(CLI::App& app, const char* name, const char* type,
              std::vector<std::string>& into, const char* text);

/// Which plan, and how it is read.
void add_plan(CLI::App& app, plan_options& into);

/// Commands that run nothing and wait for nobody.
void add_virtual_commands(CLI::App& app, all_options& into);

/// The one that plays scenarios.
void add_play_command(CLI::App& app, all_options& into);

/// The forms of a report beside the JSON.
void add_report_files(CLI::App& app, report_files& into);

/// Commands for the runs of a state directory.
void add_kept_commands(CLI::App& app, all_options& into);

/// The one that shows a run that goes on.
void add_attach_command(CLI::App& app, all_options& into);

/// The one that looks whether all is well.
void add_doctor_command(CLI::App& app, all_options& into);

/// Commands for a run that goes on.
void add_live_commands(CLI::App& app, all_options& into);

/// What a run says of other machines.
void add_machines(CLI::App& app, machine_options& into);
/// What `up` says of the nodes that it starts.
void add_own_nodes(CLI::App& app, machine_options& into);

/// Commands for runs over several machines.
void add_machine_commands(CLI::App& app, all_options& into);

/// The one that measures.
void add_stress_command(CLI::App& app, all_options& into);

/// Commands for programs that work on a task.
void add_inside_commands(CLI::App& app, all_options& into);

} // namespace tutti::cli
