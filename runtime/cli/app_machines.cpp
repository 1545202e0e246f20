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

} // namespace

void add_machine_commands(CLI::App& app, all_options& into) {
  add_certs(*add_command(app, "certs", certs_text(), command_group::machines),
            into.certs);
}

} // namespace tutti::cli
