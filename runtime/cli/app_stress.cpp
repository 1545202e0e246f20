// SPDX-License-Identifier: BSD-3-Clause
// The grammar of `tutti stress`.
#include "runtime/cli/app_parts.hpp"

namespace tutti::cli {

void add_stress_command(CLI::App& app, all_options& into) {
  auto& x = into.stress;
  auto* stress = add_command(app, "stress", stress_text(), command_group::more);
  auto add = [stress](const char* name, const char* type, std::string& to,
                      const char* text) {
    stress->add_option(name, to, text)->type_name(type);
  };
  add("PATTERN", "PATTERN", x.pattern, "What is done; --list has all");
  stress->add_flag("--list", x.list,
                   "Print the patterns: what each is, and what it takes");
  add("--duration", "DURATION", x.time_text,
      "Measure for so long; 5s where --count does not end it");
  add("--count", "N", x.count_text,
      "Measure N operations; with --duration, whatever ends first");
  add("--warm-up", "DURATION", x.warm_up_text,
      "Before it is measured; 500ms by default");
  add("--payload", "BYTES", x.payload_text,
      "Of each message, checksummed: 64, or with a unit 4KiB");
  add("--actors", "N", x.actors_text, "How many actors take part");
  add("--threads", "N", x.threads_text,
      "Of the scheduler; as a run has by default");
  add("--scheduler", "sharing|stealing", x.scheduler,
      "How actors get their turns; as in a run by default");
  add("--rate", "N", x.rate_text,
      "Open loop: N operations a second, timed from when each is due");
  add("--durability", "full|normal|off", x.durability,
      "What of a run is durable before it goes on; off by default");
  add("--nodes", "N", x.nodes_text,
      "With N more processes on this machine, over TLS; at most 16");
  add_list(*stress, "--connect", "HOST:PORT", x.connect,
           "With nodes on other machines; repeatable, or A,B");
  add("--serve", "HOST:PORT", x.serve,
      "Be such a node, for others; :PORT is all addresses");
  add("--certs", "DIR", x.certificates,
      "Of --connect and --serve: the certificates; .tutti/certs by default");
  add("--name", "NAME", x.own_name,
      "Of --connect: whose certificate is shown; this machine's by default");
  add("--json", "FILE", x.json_file,
      "Write all figures as JSON; - is standard output");
}

} // namespace tutti::cli
