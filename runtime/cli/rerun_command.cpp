// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"

#include <utility>

namespace tutti::cli {

int rerun_command(const rerun_options& options, const native::agents& team) {
  run_options run;
  run.resume = options.run_id.empty() ? "last" : options.run_id;
  run.plan.plan = options.plan;
  run.plan.no_color = options.no_color;
  run.state_directory = options.state_directory;
  run.json_file = options.json_file;
  run.retry_failed = options.failed;
  run.durability = options.durability;
  run.detach = options.detach;
  run.no_wait = options.no_wait;
  run.plain = options.plain;
  run.quiet = options.quiet;
  return run_command(std::move(run), team);
}

} // namespace tutti::cli
