// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/load.hpp"

#include "config/diagnostic.hpp"
#include "config/plan_select.hpp"
#include "runtime/cli/output.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

namespace tutti::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* default_name = "tutti.yaml";

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// The mistakes that one makes with the name of a plan, with their remedy.
std::optional<error> misnamed(const std::string& name) {
  std::error_code ignored;
  auto status = fs::status(name, ignored);
  if (fs::is_directory(status)) {
    auto inside = fs::path{name} / default_name;
    auto remedy = is_file(inside)
                    ? fmt::format("; did you mean '{}'?", inside.string())
                    : std::string{};
    return error{exit_code::bad_plan,
                 fmt::format("plan '{}' is a directory{}", name, remedy)};
  }
  if (status.type() != fs::file_type::not_found)
    return {};
  if (name == default_name)
    return error{exit_code::bad_plan,
                 fmt::format("there is no '{}' here; 'tutti init' writes one, "
                             "or name a plan",
                             default_name)};
  for (const auto* extension : {".yaml", ".yml"}) {
    auto near = fs::path{name}.replace_extension(extension);
    if (is_file(near))
      return error{exit_code::bad_plan,
                   fmt::format("plan '{}' does not exist; did you mean '{}'?",
                               name, near.string())};
  }
  return error{exit_code::bad_plan,
               fmt::format("plan '{}' does not exist", name)};
}

} // namespace

expected<opened_plan> open_plan(const plan_options& options, bool need_commands,
                                bool read_files) {
  auto name = options.plan.empty() ? default_name : options.plan;
  if (auto e = misnamed(name))
    return *e;
  auto source = config::read_source(name);
  if (!source)
    return source.error();
  config::load_options how;
  how.set = options.set;
  how.need_commands = need_commands;
  how.lints = options.lints;
  how.read_files = read_files;
  auto loaded = config::load_plan(std::move(*source), how);
  auto whole = std::move(loaded.source);
  return opened_plan{std::move(whole), std::move(loaded)};
}

loaded_plan load_or_explain(const plan_options& options, bool need_commands,
                            bool read_files) {
  auto opened = open_plan(options, need_commands, read_files);
  if (!opened)
    return {{}, fail(opened.error()), {}, {}};
  auto& loaded = opened->loaded;
  print_message(config::render(loaded.diagnostics, opened->source,
                               message_color(options.no_color)));
  if (!loaded.value)
    return {{}, static_cast<int>(exit_code::bad_plan), {}, {}};
  return {std::move(loaded.value), 0, std::move(opened->source),
          std::move(loaded.map)};
}

loaded_plan select_or_explain(loaded_plan x,
                              const std::vector<std::string>& only,
                              const std::vector<std::string>& skip) {
  if (!x.value)
    return x;
  auto errors = config::select_tasks(*x.value, only, skip);
  for (const auto& e : errors)
    x.exit_code = fail(e);
  if (!errors.empty()) {
    x.value.reset();
    return x;
  }
  const auto& p = *x.value;
  if (p.tasks.size() > p.skipped.size())
    return x;
  auto why = p.tasks.empty() ? "it has no tasks" : "--skip left out all tasks";
  x.exit_code = fail(
      {exit_code::nothing_to_run,
       fmt::format("there is nothing to run in plan '{}': {}", p.name, why)});
  x.value.reset();
  return x;
}

} // namespace tutti::cli
