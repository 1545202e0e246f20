// SPDX-License-Identifier: BSD-3-Clause
// The grammar of `tutti play`.
#include "runtime/cli/app_parts.hpp"

namespace tutti::cli {

void add_play_command(CLI::App& app, all_options& into) {
  auto& x = into.play;
  auto* play =
      add_command(app, "play", play_text(), command_group::virtual_time);
  play->add_option("SCENARIO", x.files, "Files of scenarios")
      ->type_name("SCENARIO");
  add_list(*play, "--only", "NAME", x.only,
           "Only the scenario of that name; repeatable");
  play->add_option("--seed", x.seed_text,
                   "Play the order with this number; 0: messages arrive as "
                   "sent")
      ->type_name("S");
  play->add_option("--seeds", x.seeds_text,
                   "Play N orders, from --seed or 0 on; else as the scenario "
                   "says")
      ->type_name("N");
  play->add_flag("--explore", x.explore,
                 "Search for broken rules: random plans, or the plan that is "
                 "named, with random faults");
  play->add_flag(
      "--nodes", x.nodes,
      "With --explore: over nodes that are lost, cut off, frozen and "
      "drained; so it is for a plan with runs-on");
  play->add_flag("--until-failure", x.until_failure,
                 "Play one order after the other until one fails");
  play->add_flag("--shrink", x.shrink,
                 "Of a failure, find what of the scenario's deeds it needs");
  play->add_flag("--realtime", x.realtime,
                 "By the clock on the wall, with the live board");
  play->add_flag("--trace", x.trace, "Print what happens, a line each");
  add_list(*play, "--set", "K=V", x.set_texts,
           "Set parameter K of the plans; repeatable");
  play->add_option("--json", x.json_file,
                   "Write the results as JSON; - is standard output")
      ->type_name("FILE");
  play->add_option("--junit", x.junit_file,
                   "Write the results as JUnit XML; - is standard output")
      ->type_name("FILE");
  play->add_flag("-q,--quiet", x.quiet, "Only what fails, and the summary");
  play->add_flag("--no-color", x.no_color,
                 "No colour, even on a terminal (also: NO_COLOR=1)");
}

} // namespace tutti::cli
