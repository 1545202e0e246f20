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

} // namespace tutti::cli
