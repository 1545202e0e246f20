// SPDX-License-Identifier: BSD-3-Clause
// The help of what looks at the runs of a state directory.
#include "runtime/cli/help_text.hpp"

namespace tutti::cli {

command_text history_text() {
  return {
      "List the runs of a state directory",
      R"(Newest first: live ones, how the others ended, and which were killed before
they could end (unfinished). Those, and stopped and waiting ones, go on with
'tutti run PLAN --resume=RUN'.

Examples:
  tutti history                        the newest 20
  tutti history -n 0 --json | jq -r '.runs[] | select(.resumable) | .id'

Exit codes:
  0 printed (there may be no runs), 2 usage, 7 the state directory cannot be
  read, or the list not written
)"};
}

command_text logs_text() {
  return {
      "Print the log of a task",
      R"(What the processes of the task put out, of the newest run: live, ended or
killed. A terminal gets it without escape sequences, a pipe as it is.

Examples:
  tutti logs e2e                       the latest attempt that wrote something
  tutti logs e2e -f                    and what comes, until the task is done
  tutti logs e2e --all                 of all attempts
  tutti logs e2e --run 20261122-2015 --attempt 1

Exit codes:
  0 printed, 2 usage, an unknown task or run, 4 nothing was logged or there is
  no run, 7 the log cannot be read, 8 the journal cannot be read
)"};
}

} // namespace tutti::cli
