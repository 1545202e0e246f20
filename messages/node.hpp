// SPDX-License-Identifier: BSD-3-Clause
// The conversation about nodes (semantics §32, §33) between the orchestrator
// and who keeps its links, the hub. Who watches leases is the hub; who decides
// what follows is the engine.
//
// An agent with `runs-on` is placed on one node at a time. Its placings are
// numbered over the whole run, from 1: what an earlier placing still says
// counts as late.
#pragma once

#include "messages/fact.hpp"
#include "messages/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tutti {

/// The machine of the run is a node, too.
inline constexpr const char* local_node = "local";

/// An attempt that a node was found to be at work on: begun, and its end is not
/// known to the orchestrator.
struct held_attempt {
  agent_id agent;
  std::uint32_t placing = 0;
  task_id task;
  std::uint32_t attempt = 0;

  friend bool operator==(const held_attempt&, const held_attempt&) = default;
};

/// A node takes part, or does so again. It has nothing of this run alive but
/// the agents that it `keeps`, in their current placing, and of their work but
/// what it `holds`.
struct node_joined {
  std::string node;                ///< its name, unique in the run
  std::vector<std::string> labels; ///< sorted; `native:NAME` for each of those
                                   ///< that its program has
  std::uint32_t slots = 1;         ///< attempts at once; 0: no limit
  std::vector<held_attempt> holds;
  std::vector<agent_id> keeps; ///< after a resume of the run; else empty
};

/// Its lease and the grace are over, or it has left: what it works on is given
/// to others, but for `exclusive` tasks.
struct node_lost {
  std::string node;
  std::string why; ///< one clause: "it has not answered for 16s"
};

/// Nothing that it had been given can be alive any more.
struct node_gone {
  std::string node;
};

/// What an attempt of an earlier placing came to: it counts no more (rule 6).
struct late_result {
  held_attempt what;
  attempt_end end = attempt_end::success;
};

/// To an agent whose place is chosen (`runs-on`), and to no other: from now on
/// it is on this node, new and with nothing. Leaves before anything else that
/// is meant for this placing.
struct place_agent {
  agent_id agent;
  std::string node; ///< empty: on none
  std::uint32_t placing = 0;
  /// It may be there already: the orchestrator is a new one (§31).
  bool kept = false;
};

/// From the hub: all that a node has said up to this number was handed over
/// before this.
struct link_mark {
  std::string node;
  std::uint64_t number = 0;
};

/// What followed from that is durable: it may be acknowledged.
struct link_marked {
  std::string node;
  std::uint64_t number = 0;
};

} // namespace tutti
