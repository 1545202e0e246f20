// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/kept_run.hpp"
#include "runtime/cli/nodes_text.hpp"
#include "runtime/cli/output.hpp"

namespace tutti::cli {

int nodes_command(const nodes_options& options) {
  auto run = read_kept_run({options.run_id, {}, options.state_directory});
  if (!run)
    return fail(run.error());
  if (!options.json_file.empty())
    return write_data(options.json_file,
                      nodes_json(*run->model, run->told.run_id));
  return print_data(nodes_text(*run->model));
}

} // namespace tutti::cli
