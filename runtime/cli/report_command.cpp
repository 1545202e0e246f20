// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/kept_run.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/report_files.hpp"
#include "runtime/display/summary.hpp"
#include "runtime/display/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tutti::cli {

namespace {

/// A file gets tables as wide as they can be.
std::size_t columns() {
  constexpr std::size_t page = 120;
  if (::isatty(STDOUT_FILENO) != 1)
    return page;
  auto size = display::make_fd_output(STDOUT_FILENO)->size();
  return static_cast<std::size_t>(std::max(size.columns, 20));
}

} // namespace

int report_command(const report_command_options& options) {
  if (auto e = cannot_write(options.files))
    return fail(*e);
  auto run =
      read_kept_run({options.run_id, options.plan, options.state_directory});
  if (!run)
    return fail(run.error());
  auto made = run->report();
  if (!options.against.empty()) {
    // The other run is told of as this plan has it.
    auto other =
        read_kept_run({options.against, options.plan, options.state_directory});
    if (!other)
      return fail(other.error());
    made.against = report::compare(made, other->report());
  }
  if (options.files.any())
    return write_report_files(*run, made, options.files);
  auto can = display::detect(STDOUT_FILENO, {false, options.no_color});
  return print_data(
      display::report_text(*run->model, made, run->told, can, columns()));
}

} // namespace tutti::cli
