// SPDX-License-Identifier: BSD-3-Clause
// The help of what speaks to a live run.
#include "runtime/cli/help_text.hpp"

namespace tutti::cli {

namespace {

// One text for the commands of a kind: they end alike.
#define TUTTI_LIVE_CODES                                                       \
  "\nExit codes:\n"                                                            \
  "  0 done, 1 refused (the reason is printed), 2 usage, an unknown name, "    \
  "or\n"                                                                       \
  "  several runs are live, 7 no run is live or it does not answer\n"

#define TUTTI_INSIDE_CODES                                                     \
  "\nWorks only inside a task: TUTTI_SOCKET and TUTTI_TOKEN say whose it "     \
  "is.\n"                                                                      \
  "\nExit codes:\n"                                                            \
  "  0 done, 1 refused (the reason is printed), 2 usage, or not inside a\n"    \
  "  task, 7 the run does not answer\n"

} // namespace

command_text status_text() {
  return {
      "Say how a live run stands",
      R"(Who works on what, what waits for whom, and which gates ask for approval.

Examples:
  tutti status                         the run of this directory, or the only one
  tutti status --json | jq .approvals  for programs
  tutti status --run 20261122-2015     one of several
)" TUTTI_LIVE_CODES};
}

command_text explain_text() {
  return {"Say why a task or gate of a live run is where it is",
          R"(For whom it waits, since when, and what would release it.

Examples:
  tutti explain release
)" TUTTI_LIVE_CODES};
}

command_text approve_text() {
  return {
      "Approve a gate of a live run",
      R"(The gate opens once it has all the approvals that it needs. A verdict from a
process of the run itself is refused.

Examples:
  tutti approve deploy
  tutti approve deploy -m "looks good" --as ann
)" TUTTI_LIVE_CODES};
}

command_text request_changes_text() {
  return {
      "Send tasks before a gate back to work",
      R"(The tasks run again with what you say as their feedback. Where only one task
can be meant, --to may be left out.

Examples:
  tutti request-changes deploy --to users-page -m "the list does not scroll"
  tutti request-changes deploy --to crud,users-page -m "rename the field"
)" TUTTI_LIVE_CODES};
}

command_text reject_text() {
  return {"Reject a gate of a live run",
          R"(What the gate blocks is skipped, and the run ends with 3.

Examples:
  tutti reject deploy -m "not this week"
)" TUTTI_LIVE_CODES};
}

command_text pause_text() {
  return {"Keep a task of a live run from starting",
          R"(What runs already finishes. 'tutti resume' lets it go on.

Examples:
  tutti pause release
)" TUTTI_LIVE_CODES};
}

command_text resume_text() {
  return {"Let a paused task start",
          R"(Examples:
  tutti resume release
)" TUTTI_LIVE_CODES};
}

command_text retry_text() {
  return {"Run a failed task of a live run again",
          R"(What was skipped because it had failed waits for it again.

Examples:
  tutti retry e2e
)" TUTTI_LIVE_CODES};
}

command_text cancel_text() {
  return {"Cancel a task of a live run, for good",
          R"(What runs is ended; what needs it is skipped.

Examples:
  tutti cancel e2e
)" TUTTI_LIVE_CODES};
}

command_text inbox_text() {
  return {
      "Print what has arrived for this task",
      R"(Handoffs and answers that came since the last time, one JSON object a line.
While it waits, the task's agent may work on something else.

Examples:
  tutti inbox                          what there is
  tutti inbox --wait 5m                wait for the first
  tutti inbox --json                   and what is still to come
)" TUTTI_INSIDE_CODES};
}

command_text handoff_text() {
  return {"Add to what this task hands on",
          R"(It leaves when the task is done, together with TUTTI_OUTPUT.

Examples:
  tutti handoff url=http://localhost:8080 --note "the mock is gone"
)" TUTTI_INSIDE_CODES};
}

command_text progress_text() {
  return {"Say how far this task is",
          R"(For who looks on; it changes nothing else.

Examples:
  tutti progress 70 "Dashboard"
)" TUTTI_INSIDE_CODES};
}

command_text request_text() {
  return {
      "Ask another agent for something",
      R"(Returns at once and prints a name for each request. The answers come to the
inbox, and the task integrates them before it is done.

Examples:
  tutti request --to morgan "createUser" "getUser" --note "by noon"
  tutti request --to quinn --no-wait "test the login again"
)" TUTTI_INSIDE_CODES};
}

command_text note_command_text() {
  return {"Add a note to what this task hands on",
          R"(Examples:
  tutti note "the schema has a new column"
)" TUTTI_INSIDE_CODES};
}

#undef TUTTI_LIVE_CODES
#undef TUTTI_INSIDE_CODES

} // namespace tutti::cli
