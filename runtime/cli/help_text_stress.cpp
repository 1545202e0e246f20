// SPDX-License-Identifier: BSD-3-Clause
// The help of `tutti stress`.
#include "runtime/cli/help_text.hpp"
#include "runtime/stress/patterns.hpp"

#include <fmt/format.h>

#include <string>

namespace tutti::cli {

namespace {

std::string details() {
  std::string text =
      R"(Real actors send real messages, as fast as they can or at a --rate. Prints how
many a second, how long they take (p50 to p99.9, to 1 %), processor time, memory,
where it was measured, and the command. Every message is numbered, checksummed
and accounted for: what is missing is said, and the exit code is 9.

An operation is what a pattern counts: see --list. Without --rate the next one
begins when it may (closed loop), and the time of some is taken. With --rate
each has its moment, and its time counts from there, however late it began: that
is corrected for coordinated omission. With --nodes or --connect it goes over
the real network, and what all processes have sent and received is held against
each other. docs/stress.md has all of it.

Patterns, and whose definition they follow:
)";
  for (const auto& x : stress::patterns())
    text += fmt::format("  {:<16}{}\n{:18}{}\n", x.name, x.what, "", x.follows);
  return text + R"(
Examples:
  tutti stress ping-pong
  tutti stress fan-in --duration 10s --payload 1KiB
  tutti stress fan-in --rate 100000        a latency that can be trusted
  tutti stress ping-pong --count 1000000 --json - | jq .operations_per_s
  tutti stress fan-in --nodes 2            over TLS, with two more processes

Exit codes:
  0 measured, 2 usage, 7 environment unusable, nodes out of reach or the output
  cannot be written, 9 messages are missing, a node has gone or nothing moves,
  130 Ctrl-C and 143 SIGTERM: it ends early and prints what was measured so far
)";
}

} // namespace

command_text stress_text() {
  static const auto text = details();
  return {"Measure how many messages and tasks a second this machine does",
          text.c_str()};
}

} // namespace tutti::cli
