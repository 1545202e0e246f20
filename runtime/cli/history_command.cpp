// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/history.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/state.hpp"
#include "runtime/display/terminal.hpp"
#include "runtime/journal/fact_lines.hpp"
#include "runtime/journal/run_list.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace tutti::cli {

namespace {

/// A file gets lines as long as they are.
std::size_t columns() {
  constexpr std::size_t unlimited = 1000;
  if (::isatty(STDOUT_FILENO) != 1)
    return unlimited;
  auto size = display::make_fd_output(STDOUT_FILENO)->size();
  return static_cast<std::size_t>(std::max(size.columns, 20));
}

/// Of one run.
int print_facts(const history_options& options) {
  auto run = journal::find_run(
      {state_directory_of(options.state_directory), options.facts_run, {}});
  if (!run)
    return fail(run.error());
  int code = 0;
  auto wrong = journal::print_facts(journal::journal_path(run->path),
                                    [&code](std::string_view lines) {
                                      code = print_data(lines);
                                      return code == 0;
                                    });
  return wrong ? fail(*wrong) : code;
}

} // namespace

int history_command(const history_options& options) {
  if (options.facts)
    return print_facts(options);
  history x;
  x.state_directory = state_directory_of(options.state_directory);
  x.now_ns = now_ns();
  auto runs = journal::list_runs(x.state_directory, options.most);
  if (!runs)
    return fail(runs.error());
  x.runs = std::move(*runs);
  auto all = journal::count_runs(x.state_directory);
  x.more = all > x.runs.size() ? all - x.runs.size() : 0;
  if (!options.json_file.empty())
    return write_data(options.json_file, history_json(x));
  if (x.runs.empty()) {
    note(fmt::format("there are no runs in '{}'", x.state_directory));
    return 0;
  }
  auto can = display::detect(STDOUT_FILENO, {false, options.no_color});
  return print_data(history_text(x, can, columns()));
}

} // namespace tutti::cli
