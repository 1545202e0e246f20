// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/kept_run.hpp"
#include "runtime/cli/nodes_text.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/session/run_nodes.hpp"

namespace tutti::cli {

int nodes_command(const nodes_options& options) {
  auto run = read_kept_run({options.run_id, {}, options.state_directory});
  if (!run)
    return fail(run.error());
  auto address = run->told.is_live ? session::last_join_address(run->entry.path)
                                   : std::string{};
  if (!options.json_file.empty())
    return write_data(options.json_file,
                      nodes_json(*run->model, run->told.run_id, address));
  return print_data(nodes_text(*run->model, address));
}

} // namespace tutti::cli
