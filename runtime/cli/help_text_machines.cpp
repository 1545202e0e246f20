// SPDX-License-Identifier: BSD-3-Clause
// The help of what has to do with several machines.
#include "runtime/cli/help_text.hpp"

namespace tutti::cli {

command_text certs_text() {
  return {
      "Make and show the certificates of a cluster",
      R"(An orchestrator and its nodes speak TLS, and each shows a certificate of the
cluster's own CA. On one machine all of it is made without being asked for. For
nodes on other machines: issue a certificate where the orchestrator runs, copy
the folder there by a safe way (it has a key in it), and name it to the node.
docs/cluster.md tells more.

Examples:
  tutti certs init                       the CA, in .tutti/certs
  tutti certs issue gpu-1 --out gpu-1    then: scp -r gpu-1 gpu-1.lan:
  tutti certs issue gpu-1 --days 30      beside the CA; again: renewed
  tutti certs show
  tutti certs show --certs gpu-1 --json

Exit codes:
  0 done (init: also where there is a CA), 2 usage, 7 a folder or file is
  missing, of no use, or cannot be written
)"};
}

command_text node_text() {
  return {
      "Take part in the runs of another machine, or drain a node",
      R"(With --join this machine becomes a node: it connects to where a run listens
('tutti run PLAN --listen HOST:PORT'), now or as soon as it can, and works for
agents whose 'runs-on' labels it has. Commands of the plan run below --directory,
where the project has to be; files that tasks hand on are fetched. When the run
ends it waits for the next; Ctrl-C, and it leaves.

It shows the certificate NAME of --certs. On the machine of the run one is made
by itself; for others: 'tutti certs issue NAME --out DIR', and copy DIR.

'drain' is said where the run is: the node gets no new work. What it works on it
finishes; then its agents go to other nodes, and it leaves.

Examples:
  tutti node --join 10.0.0.7:7700 --labels gpu,linux --certs ./gpu-1 --name gpu-1
  tutti node --join 127.0.0.1:7700 --slots 2 --name box1 --once
  tutti node drain box1
  tutti node drain box1 --run 20261122-2015

Exit codes:
  0 it left after its run, or was drained; drain: done, 2 usage, 7 certificate or
  folder of no use, or the run will not have it, 130 and 143 stopped by a signal
)"};
}

command_text up_text() {
  return {
      "Run a plan with a few nodes on this machine, to try it out",
      R"(Starts a run that listens on loopback and N nodes beside it, each a process of
its own with all labels of the plan, joined by TLS as real ones are. The run
begins once they are there; they go with it. Where it was stopped, 'tutti run
--resume' goes on with it, with nodes again.

Examples:
  tutti up                              tutti.yaml, 2 nodes
  tutti up plan.yaml --nodes 3
  tutti up plan.yaml --nodes 3 --trace run.json.gz

Exit codes:
  those of 'tutti run'
)"};
}

} // namespace tutti::cli
