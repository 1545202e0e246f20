// SPDX-License-Identifier: BSD-3-Clause
// The plan as the engine sees it: a directed acyclic graph of dense nodes with
// one counter each, edges in compressed sparse rows, and everything static
// about a task in a few integers. Immutable after `compile`.
//
// Nodes are numbered tasks first, then gates, services and groups. A group
// stands for
// the tasks of a phase that something names, or for "all other tasks" of a
// `finally` without needs (semantics §8); it keeps m consumers of an n-task
// phase at m + n edges instead of m * n.
#pragma once

#include "messages/plan.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
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
  later,     ///< `needs-later`: required to finish, not to start (§10)
  trigger,   ///< from what an after-each task runs after (§13)
  asked,     ///< from a gate to a review of it: approval is asked (§16)
};

/// True where an edge holds back the start of its consumer.
[[nodiscard]] constexpr bool is_start_edge(edge_kind x) {
  return x != edge_kind::later && x != edge_kind::trigger;
}

/// A target with its kind and flags in 32 bits: graphs have at most 2^26 nodes.
class edge {
public:
  static constexpr std::uint32_t nodes_max = 1u << 26;

  edge() = default;
  edge(node_index target, edge_kind kind, bool data, bool at_once)
    : bits_(target | static_cast<std::uint32_t>(kind) << 26
            | static_cast<std::uint32_t>(data) << 30
            | static_cast<std::uint32_t>(at_once) << 31) {
  }
  /// The other end: the consumer in an out-edge, the producer in an in-edge.
  [[nodiscard]] node_index target() const {
    return bits_ & (nodes_max - 1);
  }
  [[nodiscard]] edge_kind kind() const {
    return static_cast<edge_kind>(bits_ >> 26 & 15u);
  }
  /// It carries a handoff: a `needs` or `needs-later` from a task or phase to a
  /// task.
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
  duration timeout{0};       ///< of each phase; 0: none
  duration deadline{0};      ///< from ready to done; 0: none
  duration queue_timeout{0}; ///< from ready to the first start; 0: none
  retry_policy retries;
  bool allow_failure = false;
  bool is_finally = false;
  bool integrates = false;     ///< it has something to do when it integrates
  bool integrate_each = false; ///< once per arrival (§10)

  friend auto operator<=>(const task_policy&, const task_policy&) = default;
};

/// The static part of a task.
struct task_info {
  std::uint32_t cls = 0;      ///< index into `classes`
  std::uint32_t policy = 0;   ///< index into `policies`
  std::uint32_t rank = 0;     ///< 0 is the most urgent; unique (semantics §4)
  std::uint32_t position = 0; ///< rank order within its class
  std::uint32_t integrate = no_unit; ///< its unit of the integrate phase
  std::uint32_t later = 0;           ///< edges of kind `later` into it
  task_kind kind = task_kind::work;
  /// Assigned by a rank of its own, outside its class: after-each and requests.
  bool loose : 1 = false;
  bool has_condition : 1 = false; ///< its plan entry has an `if`
  bool start_matters : 1 = false; ///< an out-edge or group looks at its start
  bool triggers : 1 = false;      ///< an after-each task runs after it
  /// Some handoff to it leaves only with its assignment.
  bool gathers : 1 = false;
  bool exclusive : 1 = false; ///< as its plan entry says

  static constexpr std::uint32_t no_unit = ~std::uint32_t{0};
};

/// The integrate phase of a task as a unit of work.
struct integrate_info {
  std::uint32_t task = 0;
  std::uint32_t rank = 0;
  std::uint32_t position = 0; ///< in the class of its task; unused if `loose`
  /// Its task may have run at one of several agents; it runs at the same one.
  bool loose = false;
};

/// What the engine knows of an approval (semantics §16).
struct approval_info {
  bool human = false;
  std::uint32_t min = 1;
  std::vector<std::uint32_t> reviews; ///< tasks, by who reviews
  duration timeout{0};                ///< 0: none
  exhausted_action on_timeout = exhausted_action::reject;
};

/// What the engine knows of a gate; those that are not plain are few.
struct gate_info {
  std::uint32_t gate = 0;
  std::optional<approval_info> approval;
  rework_spec rework;
  std::vector<std::string> rework_names; ///< of `rework.to`
};

/// What the engine knows of an after-each or requests task.
struct stream_info {
  std::uint32_t task = 0;
  batch_policy batch;
  std::uint32_t triggers = 0; ///< edges of kind `trigger` into it
};

struct graph_options {
  static constexpr std::uint32_t no_jobs_limit =
      std::numeric_limits<std::uint32_t>::max();

  /// Attempts at once over all agents.
  std::uint32_t jobs = no_jobs_limit;
  /// Slots of an agent whose plan entry says 0 (the implicit one); at least 1.
  std::uint32_t implicit_slots = 1;
  /// The run ends where only people could make it go on (§27).
  bool no_wait = false;
  /// Versions of results are told apart though no gate sends work back: the
  /// plan was changed meanwhile (§31).
  bool was_changed = false;
  /// Every agent may crash as one with a process of its own does: they are
  /// simulated.
  bool agents_crash = false;
  /// Of two ready tasks with the same priority the first in the plan goes
  /// first, whatever depends on them: to see what ranks (§4) are good for.
  bool plan_order = false;
  /// Agents with `runs-on` work on nodes that have what they ask for; else on
  /// this machine, as all others do.
  bool placement = false;
  std::vector<std::string> local_labels = {}; ///< of this machine, sorted
  bool nodes_may_join = false;                ///< others than this machine
};

struct graph {
  std::uint32_t task_count = 0;
  std::uint32_t gate_count = 0;
  std::uint32_t service_count = 0;
  std::uint32_t group_count = 0;
  bool fail_fast = false;

  std::vector<std::uint32_t> out_begin; ///< node_count() + 1
  std::vector<edge> out;                ///< each row by consumer
  std::vector<std::uint32_t> in_begin;
  std::vector<edge> in;

  std::vector<task_info> tasks;
  std::vector<integrate_info> integrates;
  /// position → unit: a task, or task_count + an index into `integrates`.
  std::vector<std::uint32_t> by_position;
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
  std::vector<gate_info> special_gates; ///< with approval or rework, by gate
  std::vector<stream_info> streams;     ///< by task
  std::vector<std::uint32_t> request_tasks; ///< per agent; none: task_id::none
  std::vector<std::string> agent_names;
  /// By agent: what its node must have, sorted; empty: it is on this machine.
  /// Empty as a whole where no agent's place is chosen.
  std::vector<std::vector<std::string>> agent_labels;
  std::vector<std::string> local_labels = {}; ///< of this machine, sorted
  std::uint32_t implicit_slots = 1;
  bool nodes_may_join = false;
  duration keep{0};            ///< so long a lost node may go on (§33)
  std::vector<bool> exclusive; ///< by task; empty: none is
  /// Agents with a process or program of their own: when that crashes, it is
  /// no fault of the task (semantics §22).
  std::vector<bool> has_session;
  bool has_clocks = false; ///< some task has a deadline or a queue-timeout
  bool has_rework = false; ///< work can be sent back; or `was_changed`
  bool no_wait = false;    ///< `--no-wait`: approvals are not waited for (§27)
  std::vector<std::uint32_t> skipped;      ///< tasks left out by `--skip`
  std::vector<std::uint32_t> closed_gates; ///< gates closed by `--skip`

  [[nodiscard]] std::size_t node_count() const {
    return std::size_t{task_count} + gate_count + service_count + group_count;
  }
  [[nodiscard]] bool is_task(node_index x) const {
    return x < task_count;
  }
  [[nodiscard]] bool is_gate(node_index x) const {
    return x >= task_count && x < task_count + gate_count;
  }
  [[nodiscard]] bool is_service(node_index x) const {
    return x >= task_count + gate_count
        && x < task_count + gate_count + service_count;
  }
  [[nodiscard]] bool is_group(node_index x) const {
    return x >= task_count + gate_count + service_count;
  }
  [[nodiscard]] node_index gate_node(std::uint32_t gate) const {
    return task_count + gate;
  }
  [[nodiscard]] node_index service_node(std::uint32_t service) const {
    return task_count + gate_count + service;
  }
  [[nodiscard]] std::uint32_t phase_of_group(node_index x) const {
    return group_phases[x - task_count - gate_count - service_count];
  }
  /// The task of a unit, and whether the unit is its integrate phase.
  [[nodiscard]] std::uint32_t task_of_unit(std::uint32_t unit) const {
    return unit < task_count ? unit : integrates[unit - task_count].task;
  }
  [[nodiscard]] bool is_integrate_unit(std::uint32_t unit) const {
    return unit >= task_count;
  }
  [[nodiscard]] std::uint32_t rank_of_unit(std::uint32_t unit) const {
    return unit < task_count ? tasks[unit].rank
                             : integrates[unit - task_count].rank;
  }
  [[nodiscard]] std::uint32_t position_of_unit(std::uint32_t unit) const {
    return unit < task_count ? tasks[unit].position
                             : integrates[unit - task_count].position;
  }
  /// Units of all tasks: ranks are below it.
  [[nodiscard]] std::uint32_t unit_count() const {
    return task_count + static_cast<std::uint32_t>(integrates.size());
  }
  /// Null where the gate has neither approval nor rework.
  [[nodiscard]] const gate_info* special_gate(std::uint32_t gate) const;
  /// Null where the task is neither after-each nor requests.
  [[nodiscard]] const stream_info* stream(std::uint32_t task) const;
  [[nodiscard]] std::span<const edge> out_of(node_index x) const {
    return {out.data() + out_begin[x], out.data() + out_begin[x + 1]};
  }
  /// Where in `out` the edges from one node to another begin: rows are sorted
  /// by consumer.
  [[nodiscard]] std::size_t out_index(node_index from, node_index to) const;
  [[nodiscard]] std::span<const edge> into(node_index x) const {
    return {in.data() + in_begin[x], in.data() + in_begin[x + 1]};
  }
  /// No task has two phases or works off items: what one is handed is of no use
  /// once it has succeeded, but for rework.
  [[nodiscard]] bool is_plain() const;
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
