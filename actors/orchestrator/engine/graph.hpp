// SPDX-License-Identifier: BSD-3-Clause
// The plan as the engine sees it: a directed acyclic graph of dense nodes with
// one counter each, edges in compressed sparse rows, and everything static
// about a task in a few integers. Immutable after `compile`.
//
// Nodes are numbered tasks first, then gates, then groups. A group stands for
// the tasks of a phase that something names, or for "all other tasks" of a
// `finally` without needs (semantics §8); it keeps m consumers of an n-task
// phase at m + n edges instead of m * n.
#pragma once

#include "messages/plan.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace tutti::engine {

using node_index = std::uint32_t;

/// What an edge asks of its producer before it counts as met.
enum class edge_kind : std::uint8_t {
  succeeded, ///< need_condition::succeeded; from a gate: it is open
  failed,    ///< need_condition::failed
  completed, ///< need_condition::completed
  started,   ///< need_condition::started
  ended,     ///< `after`, and every edge into a `finally` task: any end will do
  member,    ///< from a task to a group it belongs to
};

/// A target with its kind and flags in 32 bits: graphs have at most 2^27 nodes.
class edge {
public:
  static constexpr std::uint32_t nodes_max = 1u << 27;

  edge() = default;
  edge(node_index target, edge_kind kind, bool data, bool at_once)
    : bits_(target | static_cast<std::uint32_t>(kind) << 27
            | static_cast<std::uint32_t>(data) << 30
            | static_cast<std::uint32_t>(at_once) << 31) {
  }
  /// The other end: the consumer in an out-edge, the producer in an in-edge.
  [[nodiscard]] node_index target() const {
    return bits_ & (nodes_max - 1);
  }
  [[nodiscard]] edge_kind kind() const {
    return static_cast<edge_kind>(bits_ >> 27 & 7u);
  }
  /// It carries a handoff: a `needs` from a task or phase to a task.
  [[nodiscard]] bool carries_data() const {
    return (bits_ >> 30 & 1u) != 0;
  }
  /// The handoff leaves as soon as the producer ends: the receiver's agent is
  /// known and the producer is a task. Else it leaves with the assignment.
  [[nodiscard]] bool deliver_at_once() const {
    return bits_ >> 31 != 0;
  }

private:
  std::uint32_t bits_ = 0;
};

/// Tasks that ask for the same agents and the same tokens: if the best ranked
/// of them cannot start, none can.
struct task_class {
  std::vector<agent_id> agents; ///< who may work on them; not empty
  std::vector<pool_need> pools;
  std::uint32_t first = 0; ///< their positions: [first, last)
  std::uint32_t last = 0;
  /// Assigned into the agent's queue as soon as ready (semantics §1).
  bool assign_ahead = false;
};

/// What tasks have in common beside their class; shared by all that say the
/// same.
struct task_policy {
  duration timeout{0}; ///< 0: none
  retry_policy retries;
  bool allow_failure = false;
  bool is_finally = false;

  friend bool operator==(const task_policy&, const task_policy&) = default;
};

/// The static part of a task.
struct task_info {
  std::uint32_t cls = 0;      ///< index into `classes`
  std::uint32_t policy = 0;   ///< index into `policies`
  std::uint32_t rank = 0;     ///< 0 is the most urgent; unique (semantics §4)
  std::uint32_t position = 0; ///< rank order within its class
};

struct graph_options {
  static constexpr std::uint32_t no_jobs_limit =
      std::numeric_limits<std::uint32_t>::max();

  /// Attempts at once over all agents.
  std::uint32_t jobs = no_jobs_limit;
  /// Slots of an agent whose plan entry says 0 (the implicit one); at least 1.
  std::uint32_t implicit_slots = 1;
};

struct graph {
  std::uint32_t task_count = 0;
  std::uint32_t gate_count = 0;
  std::uint32_t group_count = 0;
  bool fail_fast = false;

  std::vector<std::uint32_t> out_begin; ///< node_count() + 1
  std::vector<edge> out;
  std::vector<std::uint32_t> in_begin;
  std::vector<edge> in;

  std::vector<task_info> tasks;
  std::vector<std::uint32_t> by_position; ///< position → task
  std::vector<task_class> classes;
  std::vector<task_policy> policies;
  std::vector<std::uint32_t> slots; ///< per agent
  std::vector<std::uint32_t> pools; ///< capacity per pool
  std::uint32_t jobs = graph_options::no_jobs_limit;

  /// `if` of the few tasks that have one, sorted by task.
  std::vector<std::pair<std::uint32_t, expression>> conditions;
  /// The plan's phase of each group; none: all tasks but `finally` ones.
  std::vector<std::uint32_t> group_phases;
  std::vector<std::uint32_t> finally_tasks;
  std::vector<std::uint32_t> skipped;      ///< tasks left out by `--skip`
  std::vector<std::uint32_t> closed_gates; ///< gates closed by `--skip`

  [[nodiscard]] std::size_t node_count() const {
    return std::size_t{task_count} + gate_count + group_count;
  }
  [[nodiscard]] bool is_task(node_index x) const {
    return x < task_count;
  }
  [[nodiscard]] bool is_gate(node_index x) const {
    return x >= task_count && x < task_count + gate_count;
  }
  [[nodiscard]] bool is_group(node_index x) const {
    return x >= task_count + gate_count;
  }
  [[nodiscard]] node_index gate_node(std::uint32_t gate) const {
    return task_count + gate;
  }
  [[nodiscard]] std::uint32_t phase_of_group(node_index x) const {
    return group_phases[x - task_count - gate_count];
  }
  [[nodiscard]] std::span<const edge> out_of(node_index x) const {
    return {out.data() + out_begin[x], out.data() + out_begin[x + 1]};
  }
  [[nodiscard]] std::span<const edge> into(node_index x) const {
    return {in.data() + in_begin[x], in.data() + in_begin[x + 1]};
  }
  [[nodiscard]] const task_policy& policy_of(std::uint32_t task) const {
    return policies[tasks[task].policy];
  }
  [[nodiscard]] const task_class& class_of(std::uint32_t task) const {
    return classes[tasks[task].cls];
  }
};

/// Compiles a loaded plan. Aborts on a cycle or a dangling reference: the
/// loader has told the user long before.
[[nodiscard]] graph compile(const plan& p, const graph_options& options);

} // namespace tutti::engine
