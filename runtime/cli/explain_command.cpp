// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/live_run.hpp"

namespace tutti::cli {

int explain_command(const explain_options& options) {
  return tell_run(options.run,
                  {{"command", "explain"}, {"subject", options.subject}});
}

} // namespace tutti::cli
