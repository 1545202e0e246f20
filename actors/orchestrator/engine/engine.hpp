// SPDX-License-Identifier: BSD-3-Clause
// The heart of tutti: a pure state machine. It decides what has happened
// (facts) and what is to be done (commands); it does no I/O, reads no clock,
// draws no random number and logs nothing. Everything that could differ on a
// replay arrives in the event. It implements semantics §1–§33.
//
//   event ──> decide(now) ──> facts ──> fold ──> state
//                    └──────> commands (obeyed by the orchestrator, in order)
//
// `decide` folds each fact as it decides it, so a live engine and one that only
// folds the same facts are in the same state (rule 8).
//
// A gate: waiting ──(all it needs is met)──> asked, where it has an approval
//         waiting, asked ──(nothing is missing)──> open
//         asked ──(verdict, time or rounds)──> rejected
//         waiting ──(a need cannot be met)──> closed
//         asked, open ──(rework, nothing released yet)──> waiting
//   Opening meets its out-edges; both other ends skip what it blocks.
//
// An edge is met or not: `met_` has a bit for each, derived from its producer
// by one function (engine_edges.cpp). What is made again (rework, retry) takes
// back the bits of those who are to wait for it.
#pragma once

#include "actors/orchestrator/engine/command.hpp"
#include "actors/orchestrator/engine/edge_verdict.hpp"
#include "actors/orchestrator/engine/engine_records.hpp"
#include "actors/orchestrator/engine/event.hpp"
#include "actors/orchestrator/engine/graph.hpp"
#include "actors/orchestrator/engine/placement.hpp"
#include "actors/orchestrator/engine/ready_set.hpp"
#include "messages/fact.hpp"
#include "messages/task.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tutti::engine {

class engine {
public:
  explicit engine(graph g);

  /// Takes one event at `now` (since the run's start, never going back) and
  /// puts what it decided into `out`: cleared first, or behind what is there.
  void decide(duration now, const event& e, decision& out);
  void decide_more(duration now, const event& e, decision& out);

  /// Applies one fact of a journal, which must follow; decides nothing.
  void fold(const fact& f);
  /// Whether it can be what comes next, and not from some other journal.
  [[nodiscard]] bool follows(const fact& f) const;

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
  [[nodiscard]] const node_record& service(std::uint32_t x) const {
    return others_[graph_.gate_count + x];
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
  /// Nodes, and which agent is on which.
  [[nodiscard]] const placement& places() const {
    return placement_;
  }
  /// The agent is where it can be given one more attempt.
  [[nodiscard]] bool has_room(std::uint32_t agent) const;
  /// The lost node that its last attempt may be alive on (semantics §33); none.
  [[nodiscard]] std::uint32_t haunted_by(std::uint32_t task) const;
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
  /// Stopped at once: nothing has a grace any more.
  [[nodiscard]] bool abandoned() const {
    return abandoned_;
  }
  /// When a task came into the state it is in, or began to wait inside.
  [[nodiscard]] duration since(std::uint32_t task) const {
    return since_[task];
  }
  /// Whether the edge at an index of `graph::out` counts as met.
  [[nodiscard]] bool edge_met(std::size_t out_index) const {
    return met_[out_index];
  }
  /// Null where the gate has neither approval nor rework.
  [[nodiscard]] const approval_record* approval(std::uint32_t gate) const;
  /// Null where the task has none.
  [[nodiscard]] const stream_record* stream(std::uint32_t task) const;
  [[nodiscard]] const std::vector<request_record>& requests() const {
    return requests_;
  }
  /// What a task put out; null where it put out nothing.
  [[nodiscard]] std::shared_ptr<const attempt_details>
  details_of(std::uint32_t x) const;
  /// What the attempt that was just assigned is told; null: nothing.
  [[nodiscard]] std::shared_ptr<const assignment_details>
  assignment_of(std::uint32_t x) const;
  /// What it waits for later has not come: a task of a `later` edge.
  [[nodiscard]] std::uint32_t later_cause(std::uint32_t x) const;
  /// Whether a class may take from its pools what its tasks need, leaving
  /// alone what is reserved for better ranked ones (semantics §1).
  [[nodiscard]] bool has_tokens(const task_class& c) const;
  /// The agent with the most free slots; none: no free slot.
  [[nodiscard]] agent_id free_agent(const task_class& c) const;
  /// Whether the run still starts it: not once it is stopping, unless it is
  /// `finally`.
  [[nodiscard]] bool may_start(std::uint32_t task) const;
  /// Whether it waits only to be assigned, for its run or its integrate phase.
  [[nodiscard]] bool is_runnable(std::uint32_t task) const;
  /// Its run phase, or its integrate phase once it has run: as in graph.
  [[nodiscard]] std::uint32_t unit_of(std::uint32_t task) const;
  /// Whether its unit goes into its agent's queue as soon as it is runnable.
  [[nodiscard]] bool is_ahead(std::uint32_t task) const;
  /// Who could take a unit now; none: no free slot.
  [[nodiscard]] agent_id free_agent_of(std::uint32_t unit) const;
  /// Whether an attempt in a wait could ever be given something (§20).
  [[nodiscard]] bool wait_could_end(std::uint32_t task) const;

private:
  // engine.cpp: events
  void on(const run_begins& e);
  void on(const attempt_begins& e);
  void on(const attempt_given_back& e);
  void on(const handoff_arrives& e);
  void on(const timer_fires& e);
  void on(const stop_requested& e);
  void on_timeout(const timer_fires& e);
  void on_retry(const timer_fires& e);
  void on_reserve(const timer_fires& e);
  void on_clock(const timer_fires& e);
  void arm_clocks(std::uint32_t task);
  void end_unbegun(std::uint32_t task, bool cancelled);
  void stop_starting();
  void reject(reject_reason why, std::uint32_t task, std::uint32_t attempt);
  void refuse(std::string why);
  void arm(timer_kind kind, std::uint32_t subject, std::uint32_t epoch,
           duration at);

  // engine_resume.cpp: going on after the program was gone
  void on(const run_resumes& e);
  void forget_lists();
  void arm_again();
  void lose_attempt(std::uint32_t task, attempt_end why,
                    const std::string& message);
  void give_back(std::uint32_t task, attempt_end why);
  void restart_services(bool failed_too);
  void retry_all_failed();
  void repeat_finally();
  void look_at_all();
  void announce_again();
  void fold_resumed(const fact& f);
  void leave_out();
  void end_overdue();
  [[nodiscard]] std::optional<duration> deadline_of(std::uint32_t task) const;
  bool accepted_before(const handoff_arrives& e) const;
  bool thing_follows(const fact& f) const; // engine_follow.cpp

  // engine_attempts.cpp: how attempts end
  void on(const attempt_ends& e);
  void accept_end(const attempt_ends& e, attempt_end end);
  [[nodiscard]] task_state state_after(std::uint32_t task, attempt_end end);
  [[nodiscard]] task_state state_after_success(std::uint32_t task);
  [[nodiscard]] task_state state_to_retry(std::uint32_t task) const;
  void schedule_retry(std::uint32_t task);
  void tell_to_end(std::uint32_t task, attempt_end why, bool at_once);
  void take_back(std::uint32_t task);
  void take_back_from(std::uint32_t agent);

  // engine_people.cpp: what people ask for
  void on(const cancel_requested& e);
  void on(const retry_requested& e);
  void on(const pause_requested& e);
  void on(const resume_requested& e);
  void cancel(std::uint32_t task);
  void cancel_rest();
  void ask_again(std::uint32_t gate);
  void retry(std::uint32_t task);
  void retry_dependents(node_index from_node);
  [[nodiscard]] bool has_handed_on(node_index x) const;

  // engine_flow.cpp: what follows from a step
  void settle();
  void settle_gate(std::uint32_t gate);
  void settle_service(std::uint32_t service);
  void settle_blocked(std::uint32_t task);
  void settle_released(std::uint32_t task);
  void settle_parked(std::uint32_t task);
  [[nodiscard]] bool condition_holds(std::uint32_t task) const;
  void release_finally();
  [[nodiscard]] bool is_open_finally(node_index x) const;
  void end_if_over();
  [[nodiscard]] bool something_may_come() const;
  [[nodiscard]] bool approval_asked() const;

  // engine_approval.cpp: approvals
  void on(const verdict_arrives& e);
  void on_approval_timeout(const timer_fires& e);
  void ask_for_approval(std::uint32_t gate, const approval_info& info);
  void take_verdict(std::uint32_t gate, std::shared_ptr<const fact_extra> x,
                    agent_id by);
  void take_review(std::uint32_t task);
  [[nodiscard]] std::uint32_t gate_of_review(std::uint32_t task) const;
  [[nodiscard]] std::shared_ptr<fact_extra>
  read_verdict(std::uint32_t task, const attempt_details* details) const;
  [[nodiscard]] bool has_verdict(std::uint32_t task,
                                 const attempt_details* details) const;
  void end_reviews(std::uint32_t gate);
  void settle_asked(std::uint32_t gate);
  void open_gate(std::uint32_t gate);
  void reject_gate(std::uint32_t gate, std::string why);

  // engine_rework.cpp: versions
  [[nodiscard]] std::string why_no_rework(std::uint32_t gate,
                                          const std::vector<task_id>& to) const;
  void start_rework(std::uint32_t gate, std::vector<task_id> to,
                    std::string feedback, std::uint32_t after_each);
  /// Of what a doubted task was made of.
  struct changes {
    bool run = false;   ///< its run phase took it
    bool later = false; ///< only its integrate phase did
  };
  [[nodiscard]] changes changes_of(std::uint32_t task) const;
  [[nodiscard]] bool may_change(edge in) const;
  void settle_doubt(std::uint32_t task);
  [[nodiscard]] bool is_left_out_by_plan(std::uint32_t task) const;
  void rework_after_failure(std::uint32_t task,
                            const std::vector<work_item>& taken, const fact& f);
  void start_version(std::uint32_t task, std::uint32_t version,
                     work_phase phase);
  [[nodiscard]] std::vector<bool> ahead_of(std::vector<node_index> open,
                                           node_index end) const;
  [[nodiscard]] std::vector<bool>
  path_to(std::uint32_t gate, const std::vector<task_id>& from) const;
  [[nodiscard]] bool has_released(std::uint32_t gate) const;

  // engine_streams.cpp: after-each and requests
  void on(const requests_arrive& e);
  void on(const answer_arrives& e);
  void on_batch(const timer_fires& e);
  void on_aging(const timer_fires& e);
  void queue_trigger(std::uint32_t trigger);
  void settle_stream(std::uint32_t stream);
  void end_stream(std::uint32_t stream);
  void refuse_queued(std::uint32_t stream);
  void queue_result(std::uint32_t task, std::uint32_t trigger);
  void queue_failed(std::uint32_t task);
  void settle_requests();
  void answer_taken(const std::vector<work_item>& taken, const fact& f);
  void send_answer(std::uint32_t number);
  [[nodiscard]] std::uint32_t make_request(const requests_arrive& e,
                                           std::string key,
                                           const std::string& text,
                                           std::uint32_t server);
  [[nodiscard]] std::string key_of(const requests_arrive& e,
                                   const std::string& text,
                                   std::uint32_t server,
                                   std::map<std::string, std::uint32_t>& uses);
  [[nodiscard]] std::uint32_t stream_rank(std::uint32_t task) const;
  [[nodiscard]] bool only_answers_left() const;
  [[nodiscard]] bool others_ended() const;

  // engine_waits.cpp: waiting inside a task
  void on(const wait_begins& e);
  void on(const wait_ends& e);
  [[nodiscard]] bool could_end(std::uint32_t task,
                               std::vector<bool>& seen) const;
  [[nodiscard]] bool could_be_given(std::uint32_t task,
                                    std::vector<bool>& seen) const;

  void on(const service_changes& e); // services

  // engine_nodes.cpp: nodes, and which agent is on which
  void on(const node_joins& e);
  void on(const node_is_lost& e);
  void on(const node_is_gone& e);
  void on(const result_is_late& e);
  void on(const drain_requested& e);
  void on_haunted(const timer_fires& e);
  void join_local();
  void come_back(std::uint32_t node, const node_joins& e);
  void relieve(std::uint32_t fresh);
  void give_up_node(std::uint32_t node, const std::string& why);
  void lose_agent(std::uint32_t agent, const std::string& why);
  void unplace(std::uint32_t agent, const std::string& why);
  void tell_again(std::uint32_t task);
  void resume_nodes();
  void place_agents();
  void place(std::uint32_t agent, std::uint32_t node, bool kept);
  void leave_drained();
  [[nodiscard]] bool is_kept(std::uint32_t task) const;
  [[nodiscard]] bool has_parked(std::uint32_t agent) const;
  [[nodiscard]] bool needs_place(std::uint32_t agent) const;
  [[nodiscard]] bool node_may_come() const;
  void fold_node(const fact& f);
  void fold_placed(std::uint32_t agent);
  void note_haunted(const fact& f);
  void fold_run_lost(std::uint32_t task);
  void let_go_haunted(std::uint32_t node);

  // engine_schedule.cpp: who gets what
  void assign_ahead();
  void assign_by_tokens();
  [[nodiscard]] bool assign_reserving();
  void assign(std::uint32_t unit, agent_id to);
  [[nodiscard]] std::uint32_t best_loose(std::uint32_t bound) const;
  [[nodiscard]] std::uint32_t rank_now(std::uint32_t unit) const;
  [[nodiscard]] bool resume_one(std::uint32_t bound);
  bool resume_ahead(agent_id agent, std::uint32_t bound);
  void take_back_behind(std::uint32_t task);
  void go_on(std::uint32_t task);
  [[nodiscard]] std::shared_ptr<const fact_extra>
  take_items(std::uint32_t task);
  void deliver_triggers(std::uint32_t task,
                        const std::vector<work_item>& items);
  void deliver_needs(std::uint32_t task, bool all);
  void deliver(node_index from, std::uint32_t task, bool doubted = false);
  void note_passed_over(std::uint32_t rank);
  void take_capacity(std::uint32_t task);
  void free_capacity(std::uint32_t task, bool quarantine);
  void enqueue(std::uint32_t task);
  void dequeue(std::uint32_t task);
  void insert_ready(std::uint32_t unit);
  void erase_ready(std::uint32_t unit);
  void refresh_head(std::uint32_t cls);
  [[nodiscard]] bool is_loose(std::uint32_t unit) const;
  [[nodiscard]] std::uint32_t assigned_rank(std::uint32_t task) const;

  // engine_fold.cpp: facts into state
  void emit(const fact& f);
  void emit(fact_kind kind, std::uint32_t subject);
  void emit(fact_kind kind, std::uint32_t subject, node_index cause);
  void set_cause(fact& f, node_index cause) const;
  void fold_task(const fact& f);
  void fold_ready(const fact& f);
  void fold_assigned(const fact& f);
  void fold_started(const fact& f);
  void fold_ending(const fact& f);
  void fold_finished(const fact& f);
  void keep_details(std::uint32_t task,
                    std::shared_ptr<const attempt_details> details);
  void fold_end(std::uint32_t task, task_state to);
  void fold_revoked(const fact& f);
  void fold_unstarted_end(const fact& f, task_state to);
  void fold_integrate_ready(const fact& f);
  void fold_later_missed(const fact& f);
  [[nodiscard]] bool is_missed(std::uint32_t review);
  void fold_stop(const fact& f);

  // engine_fold_more.cpp: facts about gates, versions, streams, waits, people
  void fold_gate(const fact& f);
  void fold_version(const fact& f);
  void fold_stream(const fact& f);
  void fold_request(const fact& f);
  void fold_wait(const fact& f);
  void fold_people(const fact& f);
  void fold_service(const fact& f);
  void fold_doubt(std::uint32_t task);
  void restart(std::uint32_t task, std::uint32_t version, work_phase phase);
  void reopen(std::uint32_t task);
  void undoubt(std::uint32_t task);
  void note_feedback(std::uint32_t task, const std::string& text);
  void note_result(std::uint32_t task);
  void forget_requests(std::uint32_t task);
  [[nodiscard]] node_index cause_of(const fact& f) const;

  // engine_edges.cpp: what edges mean, and what follows from it
  struct missed {
    node_index node = task_id::none;
    bool left_out = false;
  };
  [[nodiscard]] bool is_settled(std::uint32_t task) const;
  [[nodiscard]] edge_verdict verdict_on(node_index from, edge_kind kind,
                                        bool to_task) const;
  [[nodiscard]] static edge_verdict verdict_on_gate(gate_state x,
                                                    edge_kind kind);
  [[nodiscard]] static edge_verdict verdict_on_service(service_state x);
  [[nodiscard]] static edge_verdict verdict_on_group(const node_record& g,
                                                     edge_kind kind);
  [[nodiscard]] bool keeps(edge e) const;
  [[nodiscard]] bool has_agent(std::uint32_t task) const;
  void update_out(node_index x);
  void update_in(node_index x);
  void update_edge(node_index from, std::size_t at);
  void bring_in_line(node_index from, std::size_t at, edge_verdict verdict);
  void update_member(std::uint32_t task, std::size_t at);
  void sum_up(node_record& g, std::uint32_t member) const;
  void sum_up_again(node_index group);
  void meet(std::size_t at);
  void unmeet(std::size_t at);
  void note_miss(node_index x, edge_kind kind);
  void look_again(node_index x);
  [[nodiscard]] missed find_miss(node_index x) const;
  [[nodiscard]] std::uint32_t missed_later(std::uint32_t task) const;

  [[nodiscard]] std::uint32_t gate_index(std::uint32_t gate) const;
  [[nodiscard]] std::uint32_t stream_index(std::uint32_t task) const;

  graph graph_;
  std::vector<task_record> tasks_;
  std::vector<duration> since_;     ///< per task
  std::vector<node_record> others_; ///< gates, then services, then groups
  std::vector<bool> met_;           ///< by index into graph_.out
  std::vector<approval_record> approvals_; ///< as graph_.special_gates
  std::vector<stream_record> streams_;     ///< as graph_.streams
  std::vector<request_record> requests_;
  std::unordered_map<std::string, std::uint32_t> request_keys_; ///< → number
  std::unordered_map<std::uint32_t, rare_record> rare_;
  std::vector<capacity> agents_;
  std::vector<capacity> pools_;
  std::vector<std::uint32_t> reserved_; ///< per pool, for reserving classes
  capacity jobs_;
  placement placement_;
  /// Exclusive tasks, and the lost node that their last attempt may still be
  /// alive on.
  std::map<std::uint32_t, std::uint32_t> haunted_;
  /// Attempts whose ends are known, and may be told of once more (§31).
  std::set<std::pair<std::uint32_t, std::uint32_t>> repeats_;
  bool places_open_ = false; ///< something may place an agent
  engine_counts counts_;
  /// Per task, once any has put something out.
  std::vector<std::shared_ptr<const attempt_details>> details_;
  /// With rework only: when a task's result last changed, and how far that had
  /// come when its run and its integrate phase took what they were given.
  std::unordered_map<std::uint32_t, result_record> results_;
  std::vector<std::uint32_t> changed_at_;
  std::vector<std::uint32_t> run_took_;
  std::vector<std::uint32_t> integrate_took_;
  std::uint32_t changes_ = 0;
  /// With rework: the version of a handoff (sender, receiver) that has left.
  std::unordered_map<std::uint64_t, std::uint32_t> handed_;
  /// Of a resumed run: the same of those that were accepted before.
  std::unordered_map<std::uint64_t, std::uint32_t> accepted_before_;
  std::vector<std::uint32_t> changed_; ///< while under way, with the plan
  std::unordered_map<std::uint32_t, clock_start> clock_starts_; ///< deadlines

  ready_set ready_; ///< units, by position
  std::vector<class_record> classes_;
  std::vector<std::uint32_t> active_; ///< classes with ready tasks
  std::uint32_t reserving_ = 0;
  std::vector<std::uint32_t> loose_;    ///< units with a rank of their own
  std::vector<std::uint32_t> resuming_; ///< tasks that want their slot again

  /// When the attempts that run time out; of one that waits inside: what was
  /// left of its time.
  std::unordered_map<std::uint32_t, duration> timeout_at_;

  std::vector<std::uint32_t> released_; ///< tasks whose last edge was met
  std::vector<std::uint32_t> blocked_;  ///< tasks that an edge holds back anew
  std::vector<std::uint32_t> parked_;   ///< tasks that may be able to integrate
  std::vector<std::uint32_t> accepted_; ///< tasks with a new result
  std::vector<std::uint32_t> touched_streams_; ///< as graph_.streams
  std::vector<std::uint32_t> unsure_;   ///< tasks whose doubt may be settled
  std::vector<std::uint32_t> ahead_;    ///< units to be assigned ahead
  std::vector<std::uint32_t> gates_;    ///< gates whose state may change
  std::vector<std::uint32_t> services_; ///< services whose state may change

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

} // namespace tutti::engine
