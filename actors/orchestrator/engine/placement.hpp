// SPDX-License-Identifier: BSD-3-Clause
// Which nodes there are and which agent is on which (semantics §32, §33): facts
// folded, and who fits where. Agents without `runs-on` take no part in it.
//
//   node:  ──joined──▶ up ──drained──▶ draining
//                      │ lost             │ lost
//                      ▼                  ▼
//                     lost ◀──────────────┘     (joined: up again)
//   after a resume, until it comes back or is lost: awaited
#pragma once

#include "actors/orchestrator/engine/engine_records.hpp"
#include "actors/orchestrator/engine/graph.hpp"
#include "messages/fact.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tutti::engine {

enum class node_state : std::uint8_t {
  up,
  draining, ///< nothing new starts there
  awaited,  ///< the run was resumed, and the node has not come back yet
  lost,
};

struct node_entry {
  std::string name;
  std::vector<std::string> labels; ///< sorted
  capacity slots;                  ///< total 0: no limit
  node_state state = node_state::up;
  /// Lost, and something that it had been given may still be alive.
  bool haunted = false;
  std::uint32_t losses = 0; ///< how often it was lost
};

/// Where an agent is, and the how many-eth place this is.
struct agent_place {
  static constexpr std::uint32_t nowhere = ~std::uint32_t{0};

  std::uint32_t node = nowhere;
  std::uint32_t placing = 0;
};

class placement {
public:
  static constexpr std::uint32_t nowhere = agent_place::nowhere;

  explicit placement(const graph& g);

  /// Whether the place of any, or of this, agent is chosen here.
  [[nodiscard]] bool is_used() const {
    return !labels_.empty();
  }
  [[nodiscard]] bool is_chosen(std::uint32_t agent) const {
    return is_used() && !labels_[agent].empty();
  }
  [[nodiscard]] const std::vector<node_entry>& nodes() const {
    return nodes_;
  }
  [[nodiscard]] agent_place place_of(std::uint32_t agent) const {
    return is_used() ? places_[agent] : agent_place{};
  }
  /// The name of the agent's node; empty: it is on none.
  [[nodiscard]] const std::string& node_name_of(std::uint32_t agent) const;
  /// Index of a node; `nowhere`: there never was one of this name.
  [[nodiscard]] std::uint32_t find(std::string_view name) const;
  /// It can be given work; always true where its place is not chosen.
  [[nodiscard]] bool is_there(std::uint32_t agent) const;
  /// As `is_there`, and its node has a slot left.
  [[nodiscard]] bool has_slot(std::uint32_t agent) const;
  /// The fitting node with the most slots that no agent there could take;
  /// `nowhere`: none fits.
  [[nodiscard]] std::uint32_t best_node_for(std::uint32_t agent) const;
  /// Whether the agent would have more room there than where it is.
  [[nodiscard]] bool is_better(std::uint32_t agent, std::uint32_t node) const;
  /// Whether some node, up or not, has all that the agent asks for.
  [[nodiscard]] bool could_be_placed(std::uint32_t agent) const;
  /// What the agent asks for and no node that is up has; all that it asks for
  /// where each label is there, but nowhere all of them.
  [[nodiscard]] std::vector<std::string>
  missing_labels(std::uint32_t agent) const;

  void take_slot(std::uint32_t agent);
  void free_slot(std::uint32_t agent);

  /// Applies a fact about nodes.
  void fold(const fact& f);
  /// An attempt has ended, or its result came late.
  void fold_end(const fact& f);
  /// Whether a result that is said to be late is one: its attempt was lost with
  /// a node, and nothing came of it yet. A node that did not hear that a result
  /// was taken says that one again, too. `last`: of the task's attempts.
  [[nodiscard]] bool takes_late(std::uint32_t task, std::uint32_t attempt,
                                std::uint32_t last) const;
  /// The run is up again: what was up is awaited, but for this machine, whose
  /// agents are nowhere.
  void fold_resumed();

private:
  void join(const fact& f);
  /// By node: slots that no agent there could take.
  [[nodiscard]] std::vector<std::int64_t> room() const;
  [[nodiscard]] bool fits(const node_entry& n, std::uint32_t agent) const;

  std::vector<std::vector<std::string>> labels_; ///< by agent; see `is_used`
  std::vector<std::uint32_t> agent_slots_;       ///< by agent
  std::uint32_t local_slots_ = 1; ///< what this machine counts for in a choice
  std::vector<node_entry> nodes_; ///< in the order in which they first joined
  std::vector<agent_place> places_; ///< by agent
  /// By task: the last attempt that ended otherwise than with its node.
  std::vector<std::uint32_t> ended_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> lost_; ///< task, attempt
};

/// "gpu,linux" as labels, and back.
[[nodiscard]] std::vector<std::string> split_labels(std::string_view text);
[[nodiscard]] std::string join_labels(const std::vector<std::string>& xs);

} // namespace tutti::engine
