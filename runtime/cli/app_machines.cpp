// SPDX-License-Identifier: BSD-3-Clause
// The grammar of what has to do with several machines.
#include "runtime/cli/app_parts.hpp"

namespace tutti::cli {

namespace {

void add_certs(CLI::App& app, certs_options& into) {
  app.add_option("ACTION", into.action, "What to do")
      ->type_name("init|issue|show")
      ->required();
  app.add_option("NAME", into.name, "Of issue: the node it is for")
      ->type_name("NAME");
  app.add_option("--out", into.out,
                 "Of issue: where it goes; beside the CA by default")
      ->type_name("DIR");
  app.add_option("--days", into.days_text,
                 "How long it is valid: 365 days, a CA 3650")
      ->type_name("N");
  app.add_flag("--json", into.as_json,
               "Of show: print the list as a JSON object");
  app.add_option("--certs", into.directory,
                 "The folder of the CA; STATE/certs by default")
      ->type_name("DIR");
  app.add_option("--state-dir", into.state_directory,
                 "The state directory, STATE; .tutti by default")
      ->type_name("DIR");
}

void add_node(CLI::App& app, node_options& into) {
  app.add_option("ACTION", into.action, "What to do with a node; else: be one")
      ->type_name("drain");
  app.add_option("NAME", into.name, "Of drain: the node")->type_name("NAME");
  app.add_option("--join", into.join, "Where the run listens")
      ->type_name("HOST:PORT");
  app.add_option("--name", into.own_name,
                 "The name of this node; that of the machine by default")
      ->type_name("NAME");
  add_list(app, "--labels", "LABEL", into.labels,
           "What this node has; repeatable, or A,B");
  app.add_option(
         "--slots", into.slots_text,
         "Attempts at once; as many as the machine has cores by default")
      ->type_name("N");
  app.add_option("--directory", into.directory,
                 "Where relative paths of plans start; here by default")
      ->type_name("DIR");
  app.add_flag("--once", into.once, "Leave after one run");
  app.add_option("--certs", into.certificates,
                 "The folder of its certificate; STATE/certs by default")
      ->type_name("DIR");
  app.add_flag("--insecure", into.insecure,
               "Without TLS; only where the run is on this machine");
  app.add_option("--run", into.run.run_id,
                 "Of drain: which live run; its first letters will do")
      ->type_name("ID");
  app.add_option("--state-dir", into.run.state_directory,
                 "The state directory, STATE; .tutti by default")
      ->type_name("DIR");
}

} // namespace

void add_machines(CLI::App& app, machine_options& into) {
  app.add_option("--listen", into.listen,
                 "Let other machines take part; :PORT is all addresses")
      ->type_name("HOST:PORT");
  add_list(app, "--labels", "LABEL", into.labels,
           "What this machine has, for 'runs-on'; repeatable, or A,B");
  app.add_option("--min-nodes", into.nodes_min_text,
                 "Begin once N nodes have joined")
      ->type_name("N");
  app.add_option("--certs", into.certificates,
                 "The folder of the certificates; STATE/certs by default")
      ->type_name("DIR");
  app.add_flag("--insecure", into.insecure,
               "Without TLS; only where all nodes are on this machine");
}

void add_own_nodes(CLI::App& app, machine_options& into) {
  app.add_option("--nodes", into.own_nodes_text, "How many nodes; 2 by default")
      ->type_name("N");
}

void add_machine_commands(CLI::App& app, all_options& into) {
  add_node(*add_command(app, "node", node_text(), command_group::machines),
           into.node);
  add_certs(*add_command(app, "certs", certs_text(), command_group::machines),
            into.certs);
}

} // namespace tutti::cli
