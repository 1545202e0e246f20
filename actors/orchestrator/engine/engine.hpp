// SPDX-License-Identifier: BSD-3-Clause
// The heart of tutti: a pure state machine. It decides what has happened
// (facts) and what is to be done (commands); it does no I/O, reads no clock,
// draws no random number and logs nothing. Everything that could differ on a
// replay arrives in the event. It implements semantics §1, §3–§9, §15 without
// approval, and §24–§28.
//
//   event ──> decide(now) ──> facts ──> fold ──> state
//                    └──────> commands (obeyed by the orchestrator, in order)
//
// `decide` folds each fact as it decides it, so a live engine and one that only
// folds the same facts are in the same state (rule 8).
//
// A gate: waiting ──(all it needs is met)──> open
//         waiting ──(a need cannot be met)─> closed
//   Opening meets its out-edges; closing makes what it blocks skipped.
#pragma once

#include "actors/orchestrator/engine/command.hpp"
#include "actors/orchestrator/engine/event.hpp"
#include "actors/orchestrator/engine/graph.hpp"
#include "actors/orchestrator/engine/ready_set.hpp"
#include "messages/fact.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace tutti::engine {

/// What one step decided. Reuse one object: its buffers keep their capacity.
struct decision {
  std::vector<fact> facts;
  std::vector<command> commands;

  void clear() {
    facts.clear();
    commands.clear();
  }
};

/// The changing part of a task.
struct task_record {
  std::uint32_t pending = 0; ///< edges not yet met
  std::uint32_t attempt = 0; ///< the current one, from 1; 0: never assigned
  std::uint32_t agent = task_id::none; ///< pinned or assigned
  std::uint32_t cause = task_id::none; ///< node that cannot be met any more
  std::uint32_t failures = 0;          ///< attempts that used up a retry
  task_state state = task_state::waiting;
  attempt_end ending = attempt_end::success; ///< why it was told to end, if so

  bool assigned : 1 = false;
  bool is_ending : 1 = false;   ///< told to end; or asked back, if not begun
  bool cancelled : 1 = false;   ///< told to end for good: no retry any more
  bool backing_off : 1 = false; ///< ready, but its retry has to wait
  bool ever_started : 1 = false;
  bool doomed : 1 = false; ///< `cause` is set: to be skipped or left out
  bool doomed_by_left_out : 1 = false;
  bool has_condition : 1 = false; ///< its plan entry has an `if`
  bool start_matters : 1 = false; ///< an out-edge or group looks at its start
};

/// The changing part of a gate or of a group.
struct node_record {
  std::uint32_t pending = 0; ///< edges not yet met; group: members not ended
  std::uint32_t cause = task_id::none;
  gate_state state = gate_state::waiting;
  bool unmet : 1 = false;   ///< gate: cannot open; group: a member fell short
  bool failed : 1 = false;  ///< group: a member failed
  bool started : 1 = false; ///< group: a member started
};

/// What of an agent's or a pool's capacity is in use.
struct capacity {
  std::uint32_t total = 0;
  std::uint32_t used = 0;

  [[nodiscard]] std::uint32_t left() const {
    return total > used ? total - used : 0;
  }
};

struct engine_counts {
  std::uint32_t unfinished = 0;  ///< tasks not terminal
  std::uint32_t live = 0;        ///< attempts running
  std::uint32_t assigned = 0;    ///< attempts assigned or running
  std::uint32_t backing_off = 0; ///< retries that wait
  std::uint32_t late = 0;        ///< stale results ignored
  std::uint32_t failed = 0;      ///< failures that were not allowed
  std::uint32_t cancelled = 0;
};

class engine {
public:
  explicit engine(graph g);

  /// Takes one event at `now` (since the run's start, never going back) and
  /// puts what it decided into `out`, which is cleared first.
  void decide(duration now, const event& e, decision& out);

  /// Applies one fact of a journal; decides nothing.
  void fold(const fact& f);

  // -- queries ----------------------------------------------------------------

  [[nodiscard]] const graph& plan_graph() const {
    return graph_;
  }
  [[nodiscard]] const task_record& task(std::uint32_t x) const {
    return tasks_[x];
  }
  [[nodiscard]] const node_record& gate(std::uint32_t x) const {
    return others_[x];
  }
  [[nodiscard]] const node_record& group(node_index x) const {
    return others_[x - graph_.task_count];
  }
  [[nodiscard]] const capacity& agent(std::uint32_t x) const {
    return agents_[x];
  }
  [[nodiscard]] const capacity& pool(std::uint32_t x) const {
    return pools_[x];
  }
  [[nodiscard]] const capacity& jobs() const {
    return jobs_;
  }
  [[nodiscard]] const engine_counts& counts() const {
    return counts_;
  }
  [[nodiscard]] bool stopping() const {
    return stopping_;
  }
  [[nodiscard]] bool over() const {
    return over_;
  }
  /// What a task put out; null where it put out nothing.
  [[nodiscard]] std::shared_ptr<const attempt_details>
  details_of(std::uint32_t x) const;
  /// Whether a class may take from its pools what its tasks need, leaving
  /// alone what is reserved for better ranked ones (semantics §1).
  [[nodiscard]] bool has_tokens(const task_class& c) const;
  /// The agent of the class with the most free slots; none: no free slot.
  [[nodiscard]] agent_id free_agent(const task_class& c) const;
  /// Whether the run still starts it: not once it is stopping, unless it is
  /// `finally`.
  [[nodiscard]] bool may_start(std::uint32_t task) const;

private:
  struct class_record {
    std::uint32_t head = ready_set::none; ///< best ready position
    std::uint32_t epoch = 0;              ///< of its reserve timer
    bool active = false;                  ///< listed in active_
    bool passed_over = false;             ///< its reserve timer is armed
    bool reserving = false;
  };

  // engine.cpp: events
  void on(const run_begins& e);
  void on(const attempt_begins& e);
  void on(const attempt_ends& e);
  void on(const attempt_given_back& e);
  void on(const handoff_arrives& e);
  void on(const timer_fires& e);
  void on(const stop_requested& e);
  void on(const cancel_requested& e);
  void on_timeout(const timer_fires& e);
  void on_retry(const timer_fires& e);
  void on_reserve(const timer_fires& e);
  void reject(reject_reason why, std::uint32_t task, std::uint32_t attempt);
  void accept_end(const attempt_ends& e, attempt_end end);
  void schedule_retry(std::uint32_t task);
  void cancel(std::uint32_t task);
  void cancel_rest();
  void tell_to_end(std::uint32_t task, attempt_end why, bool at_once);
  void take_back_from(std::uint32_t agent);

  // engine_flow.cpp: what follows from a step
  void settle();
  void settle_gate(std::uint32_t gate);
  void settle_doomed(std::uint32_t task);
  void settle_released(std::uint32_t task);
  [[nodiscard]] bool condition_holds(std::uint32_t task) const;
  void release_finally();
  [[nodiscard]] bool is_open_finally(node_index x) const;
  void end_if_over();

  // engine_schedule.cpp: who gets what
  void assign_ahead();
  void assign_by_tokens();
  [[nodiscard]] bool assign_reserving();
  void assign(std::uint32_t task, agent_id to);
  void deliver_needs(std::uint32_t task);
  void deliver(node_index from, std::uint32_t task);
  void note_passed_over(std::uint32_t rank);
  void insert_ready(std::uint32_t task);
  void erase_ready(std::uint32_t task);
  void refresh_head(std::uint32_t cls);

  // engine_fold.cpp: facts into state
  void emit(const fact& f);
  void emit(fact_kind kind, std::uint32_t subject);
  void emit(fact_kind kind, std::uint32_t subject, node_index cause);
  void fold_ready(const fact& f);
  void fold_assigned(const fact& f);
  void fold_started(const fact& f);
  void fold_ending(const fact& f);
  void fold_finished(const fact& f);
  void fold_revoked(const fact& f);
  void fold_unstarted_end(const fact& f, task_state to);
  void fold_stop(const fact& f);
  void take_capacity(std::uint32_t task);
  void free_capacity(std::uint32_t task, bool quarantine);
  void resolve_end(std::uint32_t task);
  void resolve_start(std::uint32_t task);
  void resolve_gate(std::uint32_t gate);
  void member_started(node_index group);
  void member_ended(node_index group, const task_record& t, bool allowed);
  void resolve_group(node_index group, edge_kind kind, bool met);
  void resolve_group_end(node_index group);
  void meet(node_index consumer);
  void miss(node_index consumer, node_index producer, bool left_out);

  graph graph_;
  std::vector<task_record> tasks_;
  std::vector<node_record> others_; ///< gates, then groups
  std::vector<capacity> agents_;
  std::vector<capacity> pools_;
  std::vector<std::uint32_t> reserved_; ///< per pool, for reserving classes
  capacity jobs_;
  engine_counts counts_;
  std::unordered_map<std::uint32_t, std::shared_ptr<const attempt_details>>
      details_;

  ready_set ready_;
  std::vector<class_record> classes_;
  std::vector<std::uint32_t> active_; ///< classes with ready tasks
  std::uint32_t reserving_ = 0;

  std::vector<std::uint32_t> released_; ///< tasks whose last edge was met
  std::vector<std::uint32_t> doomed_;   ///< tasks that cannot start any more
  std::vector<std::uint32_t> ahead_;    ///< ready, to be assigned ahead
  std::vector<std::uint32_t> gates_;    ///< gates whose state may change

  duration now_{0};
  decision* out_ = nullptr; ///< null while only folding
  std::int32_t stop_code_ = 0;
  bool begun_ = false;
  bool stopping_ = false;
  bool finally_released_ = false; ///< stopping: nothing but `finally` was left
  bool failing_fast_ = false;
  bool may_assign_ = false; ///< something that could allow an assignment came
  bool abandoned_ = false;  ///< killed: not even `finally` starts any more
  bool over_ = false;
};

/// Whether an end satisfies an edge of a kind (semantics §6, §7).
enum class edge_verdict : std::uint8_t { met, unmet, left_out };

/// What the end of a producing task means to an edge. `to_task`: the consumer
/// is a task, which is left out together with a need for success.
[[nodiscard]] edge_verdict judge(edge_kind kind, task_state producer,
                                 bool ever_started, bool allow_failure,
                                 bool to_task);

} // namespace tutti::engine
