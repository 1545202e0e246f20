// SPDX-License-Identifier: BSD-3-Clause
#include "config/diagnostic.hpp"
#include "config/lint_table.hpp"
#include "config/suggest.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/load.hpp"
#include "runtime/cli/native_check.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/plan_words.hpp"
#include "runtime/lints/lints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::cli {

namespace {

using json = nlohmann::ordered_json;

std::size_t count(const opened_plan& x, config::severity level) {
  const auto& all = x.loaded.diagnostics;
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [level](const auto& d) {
        return d.level == level;
      }));
}

json finding(const config::diagnostic& x, const config::source_text& source) {
  bool is_error = x.level == config::severity::error;
  json result = {{"severity", is_error ? "error" : "warning"},
                 {"file", source.name},
                 {"line", nullptr},
                 {"column", nullptr},
                 {"message", x.message},
                 {"hint", x.hint},
                 {"code", nullptr}};
  if (x.code != config::lint::none)
    result["code"] = config::code_of(x.code);
  if (x.where.valid()) {
    auto at = source.position(x.where.offset);
    result["file"] = source.name_at(x.where.offset);
    result["line"] = at.line;
    result["column"] = at.column;
  }
  return result;
}

std::string findings_json(const opened_plan& x) {
  json findings = json::array();
  for (const auto& d : x.loaded.diagnostics)
    findings.push_back(finding(d, x.source));
  json result = {{"schema_version", 1},
                 {"file", x.source.name},
                 {"errors", count(x, config::severity::error)},
                 {"warnings", count(x, config::severity::warning)},
                 {"findings", std::move(findings)}};
  return to_text(result);
}

/// "9 tasks, 8 agents: no mistakes", with the warnings counted.
std::string summary(const opened_plan& x) {
  auto warnings = count(x, config::severity::warning);
  auto verdict = warnings == 0 ? std::string{"no mistakes"}
                               : "no errors, " + counted(warnings, "warning");
  return fmt::format("{}: {}: {}\n", x.source.name, size_text(*x.loaded.value),
                     verdict);
}

/// The last line of the messages, as compilers have it.
std::string error_count(const opened_plan& x) {
  auto errors = count(x, config::severity::error);
  auto warnings = count(x, config::severity::warning);
  auto text = errors > 0 ? counted(errors, "error") : std::string{};
  if (warnings > 0)
    text += (errors > 0 ? ", " : "") + counted(warnings, "warning");
  return fmt::format("{}: {}", x.source.name, text);
}

/// What a code stands for, on standard output.
int explain(const std::string& code) {
  if (const auto* rule = config::find_lint(code))
    return print_data(config::explain_lint(*rule));
  std::vector<std::string_view> codes;
  for (const auto& x : config::lint_rules())
    codes.push_back(x.code);
  config::suggester suggest;
  auto hint = suggest.hint(code, codes);
  if (hint.empty())
    hint = fmt::format("there are {}", fmt::join(codes, ", "));
  return fail({exit_code::bad_plan,
               fmt::format("there is no warning '{}'; {}", code, hint)});
}

/// A plan of native agents can be checked by who has none; a program that has
/// some is the one that is to run it.
void add_native_findings(opened_plan& x, const native::agents& team) {
  if (!x.loaded.value)
    return;
  bool any = !team.names().empty();
  auto found = native_findings(*x.loaded.value, x.loaded.map, team,
                               any ? config::severity::error
                                   : config::severity::warning);
  if (any && !found.empty())
    x.loaded.value.reset();
  x.loaded.diagnostics.insert(x.loaded.diagnostics.end(), found.begin(),
                              found.end());
}

} // namespace

int check_command(const check_options& options, const native::agents& team) {
  if (!options.explain.empty())
    return explain(options.explain);
  auto how = options.plan;
  how.lints = true;
  auto opened = open_plan(how, true);
  if (!opened)
    return fail(opened.error());
  add_native_findings(*opened, team);
  lints::complete(opened->loaded);
  print_message(config::render(opened->loaded.diagnostics, opened->source,
                               message_color(options.plan.no_color)));
  bool to_stdout = options.json_file == "-";
  if (!options.json_file.empty())
    if (int code = write_data(options.json_file, findings_json(*opened));
        code != 0)
      return code;
  bool warned = count(*opened, config::severity::warning) > 0;
  if (!opened->loaded.value || (options.strict && warned)) {
    note(error_count(*opened));
    return static_cast<int>(exit_code::bad_plan);
  }
  if (options.quiet || to_stdout)
    return 0;
  return print_data(summary(*opened));
}

} // namespace tutti::cli
