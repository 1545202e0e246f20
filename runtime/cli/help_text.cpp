// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/help_text.hpp"

namespace tutti::cli {

command_text program_text() {
  return {"tutti runs a team of agents that work all at once and wait only for "
          "what\n"
          "they need of one another.",
          R"(Start here:
  tutti init              write a first plan, tutti.yaml
  tutti check             look for mistakes in it
  tutti run               run it
  tutti help run          everything about a command

Exit codes:
  0 all good              1 a task failed         2 plan or usage error
  3 gate rejected         4 nothing to run        5 deadline over
  6 stopped or waiting    7 environment unusable  8 journal unusable
  9 internal fault        130 Ctrl-C              143 SIGTERM
)"};
}

command_text run_text() {
  return {
      "Run a plan on this machine",
      R"(Every task starts as soon as what it needs has succeeded and its agent has a
free slot. A task that fails makes what needs it skipped; all else goes on.
Ctrl-C ends the run in good order; a second Ctrl-C kills what is left.

All that happens is in a journal, and --resume goes on with it, whatever ended
the program: what has succeeded is kept, what ran runs again. A plan that has
changed since counts as it is now; what that means is listed first.

Examples:
  tutti run                            run ./tutti.yaml
  tutti run team.yaml -j 4             at most four tasks at once
  tutti run --dry-run                  print the waves and the longest chain
  tutti run --resume                   go on where the last run was cut off
  tutti run --detach                   in the background; see tutti attach
  tutti run --only release             release and what it needs, nothing else
  tutti run --skip e2e,lint            leave these out, and what needs them
  tutti run --set version=1.2          set a parameter of the plan
  tutti run --json - | jq .makespan_s  the report, for programs

Exit codes:
  0 all good, 1 a task failed, 2 mistake in the plan or the command line,
  3 a gate was rejected, 4 nothing to run, 5 deadline over, 6 stopped or
  waiting (disk full too), 7 environment unusable (state directory),
  8 journal damaged or locked, 9 internal fault, 130 Ctrl-C, 143 SIGTERM

Environment:
  NO_COLOR, TERM=dumb   no colour; FORCE_COLOR, CLICOLOR_FORCE ask for it
  CI                    lines instead of the live board
)"};
}

command_text rerun_text() {
  return {
      "Try again what failed in a run",
      R"(The run goes on: what has succeeded is kept, what failed, timed out or was
cancelled is tried again, and so is what was skipped because of it. Of a task
that only fell short while integrating, only that is repeated.

Examples:
  tutti rerun --failed                 the last run of ./tutti.yaml
  tutti rerun --failed 20261128-0915   that run; an id may be shortened

Exit codes:
  as those of tutti run; 4 there is no run, or nothing in it failed
)"};
}

command_text check_text() {
  return {
      "Look for mistakes in a plan",
      R"(Reports all mistakes at once, each with its place and what to do. Runs nothing.
Warnings are of plans that work, but hardly as meant: tasks that can never run,
needless waiting, a bottleneck, what nobody uses. Each has a code in brackets; a
comment on the line or above it silences one:  # tutti: allow CODE

Examples:
  tutti check                          look at ./tutti.yaml
  tutti check --explain early-need     what a warning means, and what to do
  tutti check --strict                 for a pipeline: warnings are errors
  tutti check team.yaml --set os=bsd   with a parameter set
  tutti check team.yaml --json -       the findings, for programs

Exit codes:
  0 no errors (there may be warnings), 2 errors in the plan, a plan that cannot
  be read, or warnings with --strict, 7 the findings could not be written
)"};
}

command_text graph_text() {
  return {
      "Print a plan as a graph",
      R"(Tasks are boxes, gates are diamonds, services are ellipses, phases are frames
around their tasks. Dotted arrows are needed later, or followed after each.
The same plan gives the same text.

Examples:
  tutti graph | dot -Tsvg > plan.svg       with Graphviz
  tutti graph --format mermaid             for Markdown
  tutti graph team.yaml --format json      for programs

Exit codes:
  0 printed, 2 errors in the plan, 7 standard output cannot be written
)"};
}

command_text schema_text() {
  return {
      "Print the JSON Schema of plans, of scenarios and of what --json writes",
      R"(Editors complete and check plans and scenarios with it.

Examples:
  tutti schema > tutti.schema.json     then, as first line of the plan:
                                       # yaml-language-server: $schema=tutti.schema.json
  tutti schema scenario                of scenarios, likewise
  tutti schema report                  what `tutti run --json` writes
  tutti schema status                  what `tutti status --json` writes
  tutti schema history                 what `tutti history --json` writes
  tutti schema doctor                  what `tutti doctor --json` writes
  tutti schema simulate                what `tutti simulate --json` writes
  tutti schema stress                  what `tutti stress --json` writes

Exit codes:
  0 printed, 2 usage, 7 standard output cannot be written
)"};
}

command_text init_text() {
  return {
      "Write a first plan, tutti.yaml",
      R"(The plan is small, commented, and works. Nothing is ever overwritten.

Examples:
  tutti init && tutti run
  tutti init my-team                   into a folder, made where there is none

Exit codes:
  0 written, 2 there is a tutti.yaml already, 7 the folder cannot be written
)"};
}

command_text session_test_text() {
  return {
      "Test whether a program can be an agent's session",
      R"(Starts the program, plays a fixed set of conversations with it (tasks, handoffs,
integrate, cancel, bye) and says what went well, one line a check. No plan is
needed. The protocol is described in docs/sessions.md.

Examples:
  tutti session-test ./bin/sam.py
  tutti session-test --timeout 2m python3 -u agent.py --model small
  tutti session-test ./agent --timeout 5        options of the program itself

Exit codes:
  0 all checks passed, 1 one did not, 2 usage, 7 no process could be started
)"};
}

command_text completion_text() {
  return {"Print completion for a shell",
          R"(Completes commands, options, their values, and plans.

Examples:
  bash:  source <(tutti completion bash)       in ~/.bashrc
  zsh:   source <(tutti completion zsh)        in ~/.zshrc, after compinit
  fish:  tutti completion fish | source        in ~/.config/fish/config.fish

Exit codes:
  0 printed, 2 no such shell
)"};
}

command_text help_command_text() {
  return {"Print the help of a command",
          R"(Examples:
  tutti help
  tutti help run

Exit codes:
  0 printed, 2 no such command
)"};
}

} // namespace tutti::cli
