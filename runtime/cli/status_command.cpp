// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/live_run.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/display/terminal.hpp"

#include <unistd.h>

#include <utility>

namespace tutti::cli {

namespace {

/// Lines are cut where they would wrap; a file gets them whole.
int columns() {
  if (::isatty(STDOUT_FILENO) != 1)
    return 0;
  return display::make_fd_output(STDOUT_FILENO)->size().columns;
}

} // namespace

int status_command(const status_options& options) {
  nlohmann::json request = {{"command", "status"}};
  if (!options.as_json) {
    request["as_text"] = true;
    request["columns"] = columns();
  }
  auto x = ask_run(options.run, std::move(request));
  if (!x.ok)
    return x.exit_code;
  if (options.as_json)
    return print_data(x.content["status"].dump(2) + "\n");
  auto text = x.content.find("text");
  if (text == x.content.end() || !text->is_string())
    return fail({exit_code::environment, "the run answers as none of this "
                                         "version does"});
  return print_data(text->get<std::string>());
}

} // namespace tutti::cli
