// SPDX-License-Identifier: BSD-3-Clause
#include "config/diagnostic.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/doctor.hpp"
#include "runtime/cli/load.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/state.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace tutti::cli {

namespace {

std::string state_of(const doctor_options& x) {
  if (!x.state_directory.empty() || x.plan.empty())
    return state_directory_of(x.state_directory);
  std::error_code ignored;
  auto plan = std::filesystem::absolute(x.plan, ignored);
  return state_directory_of((plan.parent_path() / ".tutti").string());
}

void check_plan(const std::string& path, health_checks& into) {
  plan_options options;
  options.plan = path;
  auto opened = open_plan(options, true);
  if (!opened)
    return into.push_back({"plan",
                           check_status::fail,
                           opened.error().detail,
                           {},
                           exit_code::bad_plan});
  if (!opened->loaded.value)
    return into.push_back({"plan", check_status::fail,
                           fmt::format("'{}' has mistakes", path),
                           fmt::format("'tutti check {}' lists them", path),
                           exit_code::bad_plan});
  into.push_back({"plan",
                  check_status::ok,
                  fmt::format("'{}' has no mistakes", path),
                  {}});
}

} // namespace

int doctor_command(const doctor_options& options) {
  auto state = state_of(options);
  health_checks all;
  check_disk(state, all);
  check_system(all);
  check_runs(state, now_ns(), all);
  check_certificates(state, now_ns(), all);
  if (!options.plan.empty())
    check_plan(options.plan, all);
  auto can = display::detect(STDOUT_FILENO, {false, options.no_color});
  int code = options.json_file.empty()
               ? print_data(checks_text(all, can))
               : write_data(options.json_file, checks_json(state, all));
  return std::max(code, exit_code_of(all));
}

} // namespace tutti::cli
