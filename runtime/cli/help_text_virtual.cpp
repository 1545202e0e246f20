// SPDX-License-Identifier: BSD-3-Clause
// The help of what plays in virtual time.
#include "runtime/cli/help_text.hpp"

namespace tutti::cli {

command_text play_text() {
  return {
      "Play scenarios: the real actors, simulated work, virtual time",
      R"(A scenario tells what the agents of a plan do, what befalls them, and what
must hold at which moment. Hours take milliseconds; nothing is started, and no
file that the plan names is needed. The rules that every run keeps to are
looked at after each step. docs/scenarios.md has the language.

A seed says in which order things happen that fall on one instant, and in which
order messages arrive. The same seed plays the same again.

Examples:
  tutti play login.yaml                all scenarios of a file
  tutti play *.yaml --seeds 1000       each in a thousand orders
  tutti play login.yaml --only 'Morgan crashes' --seed 17 --trace
                                       one of them, with all that happens
  tutti play login.yaml --until-failure --shrink
                                       search for an order that breaks it
  tutti play login.yaml --realtime     as a film, with the live board
  tutti play login.yaml --junit out.xml
  tutti play --explore --seeds 1000    random plans, random faults, the ten rules
  tutti play --explore --nodes         over nodes that get lost, cut off, frozen
  tutti play --explore tutti.yaml --until-failure --shrink
                                       the same with a plan of one's own

Exit codes:
  0 all as the scenarios say, 1 something is not, 2 mistake in a scenario, its
  plan or the command line, 4 no scenario to play, 7 a file cannot be written,
  130 Ctrl-C
)"};
}

} // namespace tutti::cli
