// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/commands.hpp"
#include "runtime/cli/graph.hpp"
#include "runtime/cli/load.hpp"
#include "runtime/cli/output.hpp"

namespace tutti::cli {

int graph_command(const graph_options& options) {
  auto loaded = load_or_explain(options.plan, false);
  if (!loaded.value)
    return loaded.exit_code;
  const auto& p = *loaded.value;
  if (options.format == "mermaid")
    return print_data(graph_mermaid(p));
  if (options.format == "json")
    return print_data(graph_json(p));
  return print_data(graph_dot(p));
}

} // namespace tutti::cli
