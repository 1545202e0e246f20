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

With --facts instead: what has happened in one run, in order, a JSON object a
line, those facts too that the journal has packed and SQL does not see.
docs/journal.md explains each key.

Examples:
  tutti history                        the newest 20
  tutti history -n 0 --json | jq -r '.runs[] | select(.resumable) | .id'
  tutti history --facts | jq -r 'select(.kind == "attempt-started") | .subject'

Exit codes:
  0 printed (there may be no runs), 2 usage, 4 there is no run (--facts), 7 the
  state directory cannot be read, or the list not written, 8 the journal is
  damaged (--facts)
)"};
}

command_text report_text() {
  return {
      "Say where the time of a run went",
      R"(Hop by hop the path that led to the run's end, and why each part of it did not
start earlier; the shortest path that the same work allowed; which agent waited
for which; what every slot did all the time. Of the newest run, whether it has
ended, goes on or was killed. docs/report.md explains each figure. Where a file
is named the text is not printed; - is standard output, for one of them.

Examples:
  tutti report                         the newest run here
  tutti report 20261122-2015           one by the first letters of its id
  tutti report -f team.yaml            the newest run of that plan
  tutti report --against 20261121      what is different from that run
  tutti report --html report.html --trace trace.json --junit junit.xml

Exit codes:
  0 written, 2 usage, an unknown run, or its plan is not there any more, 4 there
  is no run, 7 the state directory cannot be read, or a file not written, 8 the
  journal is damaged
)"};
}

command_text nodes_text() {
  return {
      "List the nodes of a run",
      R"(The machines that take part, or took: whether each is up, being drained or
lost, and since when; its labels, slots and agents; then the agents that no node
has all labels for. Of the newest run, whether it goes on, has ended or was
killed.

Examples:
  tutti nodes                          of the newest run here
  tutti nodes 20261122-2015 --json | jq -r '.nodes[] | select(.state == "lost") | .node'

Exit codes:
  0 printed, 2 usage, an unknown run, or its plan is not there any more, 4 there
  is no run, 7 the state directory cannot be read, or the list not written, 8
  the journal is damaged
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

command_text clean_text() {
  return {
      "Remove old runs, and artifacts that none needs",
      R"(Whole runs go, the oldest first: those in which nothing happened for 30 days,
where nothing else is said. Live runs never go, nor do artifacts that they may
need. Runs that can go on (killed, stopped, waiting) stay, and unreadable ones,
unless --unfinished is given. What nodes of this state directory keep for their
next run goes, too, unless they are at work.

Examples:
  tutti clean --dry-run                what would go
  tutti clean --older-than 7d --keep 3
  tutti clean --max-size 2GiB
  tutti clean --keep 10                all but the newest ten

Exit codes:
  0 done (there may be nothing to do), 2 usage, 7 the state directory cannot be
  read, or something could not be removed (what and why is printed)
)"};
}

command_text doctor_text() {
  return {
      "Say whether this machine can run plans",
      R"(One line a check: ok, warn or fail, each with what to do. Looks at the state
directory and its disk, at what the system allows, at what killed runs have
left, and reads the journal of each run, and the payloads and artifacts that it
names, to their ends, and the certificates of a cluster, where there are some.
Changes nothing.

Examples:
  tutti doctor
  tutti doctor team.yaml               and its plan and state directory
  tutti doctor --json | jq -r '.checks[] | select(.status != "ok") | .name'

Exit codes:
  0 no check failed (there may be warnings), 2 usage, or mistakes in the plan,
  7 a check of the machine failed, 8 a journal, or what it names, is damaged
)"};
}

command_text attach_text() {
  return {
      "Show a live run, as its own terminal does",
      R"(The board, or lines where no terminal is, from the run's journal. The keys
decide over gates as they do there. Ctrl-C ends the showing, never the run. Of
all commands for runs on disk only this one needs the plan, as the run has it.

Examples:
  tutti attach                         the live run of this directory, else
                                       the only one that you have
  tutti attach 20261122-2015           one of several

Exit codes:
  0 left with Ctrl-C, 2 usage, no such run, several live ones, or a plan that
  was changed since; 6 the run was killed (it can go on), 7 no run is live;
  where the run ends meanwhile, its own exit code
)"};
}

} // namespace tutti::cli
