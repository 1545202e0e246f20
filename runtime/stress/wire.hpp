// SPDX-License-Identifier: BSD-3-Clause
// What crosses a line between the conductor of a pattern and its nodes: what
// actors send each other, and between these two
//
//   conductor                        node
//   ask_clock, some times ─────────▶ clock_told
//   part_begins ───────────────────▶ part_ready, once its actors are there
//   round_order, for each round ───▶ sources_over, where it has sources
//   tell_round ────────────────────▶ round_told, all of the round is over
//   tell_accounts ─────────────────▶ accounts_told, and its actors have ended
//
// and `round_stops` to a node, `node_progress` from it, at any time.
#pragma once

#include "runtime/stress/histogram.hpp"
#include "runtime/stress/ledger.hpp"
#include "runtime/stress/messages.hpp"
#include "runtime/stress/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tutti::stress {

/// What is played, and which part of it is the node's own.
struct part_begins {
  std::string pattern;
  std::uint32_t actors = 0;
  std::uint64_t payload_bytes = 0;
  std::uint32_t rate = 0; ///< 0: none
  std::uint32_t nodes = 0;
  std::uint32_t node = 0; ///< from 1
};

struct part_ready {
  std::string why; ///< it is not; empty: it is
};

struct round_order {
  std::uint64_t count = 0; ///< operations over all sources; 0: no end
  bool measured = false;
};

struct round_stops {};

struct sources_over {};

struct node_progress {
  std::uint64_t handled = 0; ///< messages, since its part began
};

struct tell_round {};

/// Of the last round, but for `handled`.
struct round_told {
  std::uint64_t operations = 0;
  std::uint64_t handled = 0; ///< messages, since its part began
  std::uint64_t pauses = 0;  ///< a sender waited, for the line was full
  duration cpu_user{0};
  duration cpu_system{0};
  std::uint64_t peak_bytes = 0;
  histogram_parts times;
};

struct tell_accounts {};

struct accounts_told {
  std::vector<account> accounts;
  std::uint64_t corrupted = 0;
};

struct ask_clock {};

struct clock_told {
  std::int64_t now_ns = 0; ///< of the steady clock
  std::string boot; ///< whose clock it is: one of each start of a machine
};

/// In the order of their bytes on the wire.
using envelope_content =
    std::variant<load, credit, source_ends, part_begins, part_ready,
                 round_order, round_stops, sources_over, node_progress,
                 tell_round, round_told, tell_accounts, accounts_told,
                 ask_clock, clock_told>;

struct envelope {
  std::uint32_t place = 0; ///< of the actor that it is for, if it is for one
  envelope_content content;
};

/// As links of the cluster want them (runtime/cluster/frames.hpp).
[[nodiscard]] std::size_t encoded_bytes(const envelope& x);
void encode_to(char* at, const envelope& x);
[[nodiscard]] std::string encode(const envelope& x);
/// False: the bytes are none.
[[nodiscard]] bool decode(std::string_view bytes, envelope& x);

/// What both sides say first: it is not one that nodes of runs speak.
[[nodiscard]] std::uint32_t line_protocol();

} // namespace tutti::stress
