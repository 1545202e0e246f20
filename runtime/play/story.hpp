// SPDX-License-Identifier: BSD-3-Clause
// What an explored run is made of, all of it drawn from one seed: a plan, how
// its agents do, and what befalls them. A story can be made smaller by hand:
// what agents do follows from names, not from the order of draws.
#pragma once

#include "messages/plan.hpp"
#include "runtime/play/cluster/fleet_node.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tutti::play {

enum class fault_kind : std::uint8_t {
  crash,       ///< an agent; back after `span`
  hang,        ///< a running attempt never ends by itself
  fail,        ///< a running attempt fails at once
  late_result, ///< the success of an attempt that is not current
  lose_node,   ///< agents of a node crash, its links are cut, for `span`
  freeze_node, ///< nothing arrives at or from a node for `span`
  cut,         ///< links to a node lose all, for `span`
  slow,        ///< links to a node take longer, for `span`
  drop,        ///< the next handoff to an agent is lost on its way
  duplicate,   ///< … arrives twice
  reorder,     ///< … arrives behind the one that follows it
  kill,        ///< tutti is killed; resumed after `span`
  disk_full,   ///< the journal takes nothing for `span`
  clock_jump,  ///< the wall clock, by up to `span` back or forth
  stop,        ///< Ctrl-C, once or twice; resumed
  cancel,      ///< by a person: a task
  retry,       ///< by a person: a task
  pause,       ///< by a person: a task, for `span`
  verdict,     ///< by a person, in time or not, once or twice
  // Where there are nodes; those above befall these, too.
  cut_one_way, ///< what goes one way on the link of a node, for `span`
  reset,       ///< all connections of a node
  drain,       ///< by a person: a node
  join,        ///< a node that is not there
};
inline constexpr std::size_t fault_kind_count = 23;
/// Those that need no nodes.
inline constexpr std::size_t plain_fault_kind_count = 19;

/// As --json and docs write it: "late-result".
[[nodiscard]] std::string_view to_string(fault_kind x);

struct fault {
  fault_kind kind = fault_kind::crash;
  duration at{0};
  duration span{0};
  std::uint32_t pick = 0; ///< says whom, of those whom it can befall then

  friend bool operator==(const fault&, const fault&) = default;
};

struct story {
  std::uint64_t seed = 1; ///< of what agents do, and of the order of messages
  std::shared_ptr<const tutti::plan> work;
  std::vector<fault> faults; ///< by time
  std::uint32_t nodes = 1;   ///< agents are dealt out over them in plan order
  std::vector<bool> wired;   ///< by agent: its messages go through a wire
  /// Where agents with `runs-on` are placed; empty: `runs-on` is not looked at.
  std::vector<fleet_node> fleet;
  std::uint32_t jobs = 0;  ///< attempts at once; 0: no limit
  duration chaos{0};       ///< after it all comes to rest
  duration journal_max{0}; ///< so long a fact takes at most to be durable
  std::uint32_t fail_percent = 0; ///< of attempts, and of verdicts
  bool asks = false;     ///< attempts ask other agents, and wait inside
  bool in_order = false; ///< messages arrive in the order they are sent in
  /// Nothing that the exact oracle does not know: rework, people, clocks.
  bool plain = false;
};

/// The longest that one phase of a task works.
inline constexpr duration longest_phase = std::chrono::seconds(60);

/// Of a random plan; or of `given`, where it is not null. `nodes`: it has some,
/// as it has where the plan that is given says who runs on which.
[[nodiscard]] story random_story(std::uint64_t seed,
                                 std::shared_ptr<const tutti::plan> given,
                                 bool nodes = false);

/// After all faults have ended a run is over within this time: every task may
/// be made again a few times, one after the other, and wait for all that plans
/// let it wait for.
[[nodiscard]] duration healing_bound(const story& x,
                                     std::uint64_t open_requests);

/// "90s", "1500ms": as plans and scenarios write it.
[[nodiscard]] std::string span_text(duration x);

/// Numbers that only depend on what is hashed.
[[nodiscard]] std::uint64_t mixed(std::uint64_t seed, std::string_view name,
                                  std::uint64_t a = 0, std::uint64_t b = 0);

} // namespace tutti::play
