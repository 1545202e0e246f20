// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/live_run.hpp"

namespace tutti::cli {

int node_command(const node_options& options) {
  return tell_run(options.run,
                  {{"command", "drain-node"}, {"node", options.name}});
}

} // namespace tutti::cli
