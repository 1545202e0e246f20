// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/live_run.hpp"
#include "runtime/control/login_name.hpp"

namespace tutti::cli {

int steer_command(const steer_options& options, const char* word) {
  return tell_run(options.run, {{"command", word},
                                {"task", options.task},
                                {"as", control::login_name()}});
}

} // namespace tutti::cli
