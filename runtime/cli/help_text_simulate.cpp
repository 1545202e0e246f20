// SPDX-License-Identifier: BSD-3-Clause
// The help of `tutti simulate`.
#include "runtime/cli/help_text.hpp"

namespace tutti::cli {

command_text simulate_text() {
  return {
      "Play a plan in virtual time: how long it takes, and what would help",
      R"(Nothing is started. Every task takes its estimate and succeeds, people and
reviewers approve, services are ready at once. The plan is played on the engine
that runs it, so queues, slots, pools and gates are as they will be.

Prints how long the plan takes, how long no team could undercut, which bound is
tight, who waits when, and the critical path. What is changed by --agents,
--slots, --drop-gate, --later-as-needs and --fifo is shown and compared with the
plan as it is, alone and together.

Times come from the plan. Where it has none, the median of earlier runs of it
that succeeded is taken, else 1m. An output that nothing says is false in an
'if': say it by --output.

Examples:
  tutti simulate team.yaml
  tutti simulate --agents morgan=2 --later-as-needs
  tutti simulate --advise                    which single change gains most
  tutti simulate --runs 1000 --seed 7        percentiles, of min, mode and max
  tutti simulate --output prd.stripe=true --approval production=20m
  tutti simulate --json - | jq .makespan_s

Exit codes:
  0 played to its end, 2 errors in the plan or in what was asked, 4 nothing to
  run, 6 the plan would wait for what never comes, 7 the output cannot be
  written, 130 interrupted
)"};
}

} // namespace tutti::cli
