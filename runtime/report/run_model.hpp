// SPDX-License-Identifier: BSD-3-Clause
// What a run looks like right now, folded from its facts: the one source of the
// board, the stream, the summary and the report. Pure: no clock, no output.
//
// A fact costs O(1) plus the edges it settles, so a whole run costs O(tasks +
// edges). Every list that a viewer shows is kept up to date as facts arrive and
// is read through a window, so that a redraw does not depend on the plan's
// size.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/report/index_lists.hpp"
#include "runtime/report/node_book.hpp"
#include "runtime/report/plan_graph.hpp"
#include "runtime/report/records.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tutti::report {

class run_model {
public:
  /// `slots`: of each agent of the plan, the implicit one's resolved. The plan
  /// must outlive the model.
  run_model(const tutti::plan& p, std::vector<std::uint32_t> slots);

  // -- changes ----------------------------------------------------------------

  void apply(const fact& x);
  /// Progress of an attempt that is over is dropped; that of one whose start is
  /// not known yet, which facts may say later, is kept until then.
  void apply(const task_progress& x);

  // -- the run ----------------------------------------------------------------

  [[nodiscard]] const tutti::plan& plan() const {
    return *plan_;
  }
  [[nodiscard]] const plan_graph& graph() const {
    return graph_;
  }
  /// The moment of the latest fact.
  [[nodiscard]] duration now() const {
    return now_;
  }
  [[nodiscard]] bool ended() const {
    return ended_;
  }
  [[nodiscard]] run_status status() const {
    return status_;
  }
  [[nodiscard]] int exit_code() const {
    return exit_code_;
  }
  [[nodiscard]] bool stopping() const {
    return stopping_;
  }
  [[nodiscard]] std::size_t late_results() const {
    return late_results_;
  }
  /// The first of them, as many as a reader wants to see.
  [[nodiscard]] const std::vector<late_record>& late() const {
    return late_;
  }

  // -- sessions ---------------------------------------------------------------

  /// At least one; the last goes on, or was the last.
  [[nodiscard]] const std::vector<session_record>& sessions() const {
    return sessions_;
  }
  [[nodiscard]] const session_record& session() const {
    return sessions_.back();
  }
  [[nodiscard]] bool resumed() const {
    return sessions_.size() > 1;
  }
  /// Revision of the plan, from 1; and what was kept and what is done again
  /// when it took the place of the one before it.
  [[nodiscard]] std::uint32_t revision() const {
    return revision_;
  }
  [[nodiscard]] const std::string& replaced_text() const {
    return replaced_text_;
  }
  /// How much of a time tutti was there; what lies before the first session
  /// was under other plans and does not count.
  [[nodiscard]] duration up_time(duration from, duration until) const;
  /// The parts of a time in which tutti was there, those of no length left out.
  [[nodiscard]] std::vector<people_wait> up_parts(duration from,
                                                  duration until) const;
  /// How long tutti was not there, between its sessions.
  [[nodiscard]] duration down() const;
  /// Whether what a task came to stands from an earlier session or plan.
  [[nodiscard]] bool is_kept(std::size_t i) const;
  [[nodiscard]] std::size_t kept_count() const;

  // -- nodes ------------------------------------------------------------------

  /// The machines of the run, which agent is where, and what was lost.
  [[nodiscard]] const node_book& nodes() const {
    return nodes_;
  }
  /// Attempts that hold a slot there right now.
  [[nodiscard]] std::uint32_t running_on(std::uint32_t node) const;
  /// Agents that have work left and no node, in plan order.
  [[nodiscard]] std::vector<agent_id> unplaced() const;

  // -- records, by plan index -------------------------------------------------

  [[nodiscard]] const task_record& task(std::size_t i) const {
    return tasks_[i];
  }
  [[nodiscard]] const gate_record& gate(std::size_t i) const {
    return gates_[i];
  }
  [[nodiscard]] const agent_record& agent(std::size_t i) const {
    return agents_[i];
  }
  [[nodiscard]] const phase_record& phase(std::size_t i) const {
    return phases_[i];
  }
  [[nodiscard]] const std::vector<handoff_record>& handoffs() const {
    return handoffs_;
  }
  [[nodiscard]] const service_record& service(std::size_t i) const {
    return services_[i];
  }
  [[nodiscard]] const contract_record& contract(std::size_t i) const {
    return contracts_[i];
  }
  /// Ended stretches of attempts, in the order of their ends.
  [[nodiscard]] const std::vector<busy_interval>& intervals() const {
    return intervals_;
  }
  /// What agents asked of each other; number N is at N - 1.
  [[nodiscard]] const std::vector<request_record>& requests() const {
    return requests_;
  }
  [[nodiscard]] const std::vector<rework_record>& reworks() const {
    return reworks_;
  }
  /// Versions after the first, in the order in which they began or were kept.
  [[nodiscard]] const std::vector<version_record>& versions() const {
    return versions_;
  }
  [[nodiscard]] const std::vector<inside_wait>& inside_waits() const {
    return inside_waits_;
  }
  /// Tasks that people held back, in the order in which they did.
  [[nodiscard]] const std::vector<pause_record>& pauses() const {
    return pauses_;
  }
  /// The first of the requests that were refused, and how many there were.
  [[nodiscard]] const std::vector<refusal_record>& refusals() const {
    return refusals_;
  }
  [[nodiscard]] std::size_t refusal_count() const {
    return refusal_count_;
  }
  /// The triggers of an after-each task whose latest run failed, by plan order.
  [[nodiscard]] std::vector<failed_run> failed_runs(std::size_t task) const;
  /// When people were waited for at a gate, the present round until now.
  [[nodiscard]] std::vector<people_wait>
  waits_for_people(std::size_t gate) const;
  /// Tasks that ended with a version of something that has been replaced.
  [[nodiscard]] std::vector<stale_record> stale() const;
  /// Busy time of a task or an agent, an attempt that runs counted until `now`.
  [[nodiscard]] duration task_busy(std::size_t i, duration now) const;
  [[nodiscard]] duration agent_busy(std::size_t i, duration now) const;
  /// How long a task has waited to integrate, and inside its attempts.
  [[nodiscard]] duration waited_later(std::size_t i, duration now) const;
  [[nodiscard]] duration waited_inside(std::size_t i, duration now) const;

  // -- counts -----------------------------------------------------------------

  /// The tasks of the plan. Those that answer requests are none of a user's,
  /// and count only where they fail.
  [[nodiscard]] std::size_t task_count() const {
    return counted_;
  }
  [[nodiscard]] std::size_t count(task_state x) const {
    return counts_[static_cast<std::size_t>(x)];
  }
  [[nodiscard]] std::size_t terminal_count() const;
  /// failed, timed-out and error, those allowed to fail too.
  [[nodiscard]] std::size_t failure_count() const;
  [[nodiscard]] std::size_t in_progress_count() const;
  [[nodiscard]] std::size_t pending_count() const;

  // -- windows on lists -------------------------------------------------------

  /// Tasks that run or integrate, the longest at it first.
  [[nodiscard]] std::vector<task_id> in_progress(std::size_t limit) const;
  /// What an agent works on, the longest at it first.
  [[nodiscard]] std::vector<task_id> running_of(std::size_t agent,
                                                std::size_t limit) const;
  /// Handoff pending: tasks that wait to integrate, then waiting tasks of which
  /// a need is in progress or ready; the longest in its list first.
  [[nodiscard]] std::vector<wait> pending(std::size_t limit) const;
  /// The first part of these.
  [[nodiscard]] std::vector<wait> waiting_to_integrate(std::size_t limit) const;
  /// Gates that are waiting and what each waits for, in plan order.
  [[nodiscard]] std::vector<wait> waiting_gates(std::size_t limit) const;
  /// Gates whose approval is asked and not given, in plan order.
  [[nodiscard]] std::vector<gate_id> asked_gates() const;
  /// Attempts that wait inside, in the order in which they began to.
  [[nodiscard]] std::vector<task_id> waiting_inside(std::size_t limit) const;
  /// Tasks that somebody has paused and that have not ended, in plan order.
  [[nodiscard]] std::vector<task_id> paused(std::size_t limit) const;
  /// Requests without an answer, by number.
  [[nodiscard]] std::vector<std::uint32_t>
  open_requests(std::size_t limit) const;
  [[nodiscard]] std::size_t open_request_count() const {
    return open_request_count_;
  }
  /// After-each tasks with something queued, in plan order.
  [[nodiscard]] std::vector<task_id> backlogs(std::size_t limit) const;
  /// What a task, gate or service waits for; empty `on` where it waits for
  /// nothing.
  [[nodiscard]] wait wait_of(node_ref x, std::size_t limit = 4) const;
  /// The task that an idle agent would do next: a ready one, else one whose
  /// needs are in progress, else any waiting one; pinned tasks only.
  [[nodiscard]] std::optional<task_id> next_of(std::size_t agent) const;
  /// Terminal tasks that ran, the latest first.
  [[nodiscard]] std::vector<task_id> completed(std::size_t limit) const;
  /// failed, timed-out and error tasks, in the order in which they ended.
  [[nodiscard]] const std::vector<task_id>& failures() const {
    return failures_;
  }

  // -- prediction -------------------------------------------------------------

  /// Done work by estimate, of all work: 0 … 1. Running tasks count in part.
  [[nodiscard]] double progress(duration now) const;
  /// How long the rest will take, from the estimates scaled by how long ended
  /// tasks really took, and their mean for those without an estimate; none
  /// while there is nothing to tell it from.
  [[nodiscard]] std::optional<duration> remaining(duration now) const;

private:
  // run_model.cpp: facts
  void apply_task(const fact& x);
  void apply_attempt(const fact& x);
  void apply_gate(const fact& x);
  void apply_request(const fact& x);
  void prepare_nodes();
  void prepare_traits();
  void assign(const fact& x);
  void start_attempt(const fact& x);
  void finish_attempt(const fact& x);
  void start_clock(std::uint32_t task, duration at, duration wanted);
  void note_pause(const fact& x, bool ended);
  void stop_clock(std::uint32_t task, duration at);
  void close_attempt(std::uint32_t task, attempt_end end);
  void pause_inside(const fact& x);
  void go_on_inside(const fact& x);
  void end_wait_inside(std::uint32_t task, duration at);
  void end_without_attempt(const fact& x, task_state next);
  void count_try(std::uint32_t task, work_phase phase);
  void note_run(const fact& x);

  // run_model_versions.cpp: what is made again, what runs again
  void start_version(const fact& x);
  void note_accepted(const fact& x);
  void note_contracts(const fact& x);
  void queue_trigger(const fact& x);
  void give_back(std::uint32_t task);

  // run_model_sessions.cpp: sessions, and what they keep
  void resume(const fact& x, duration before);
  void replace_plan(const fact& x);
  void lose_attempts(duration at);
  [[nodiscard]] bool goes_on_elsewhere(std::uint32_t task) const;
  void take_over(session_record& made);
  void lose_run(const fact& x);
  [[nodiscard]] bool stands(std::uint32_t task) const;
  void note_reopened(std::uint32_t task, duration at);

  // run_model_things.cpp: gates, requests, handoffs, services
  void settle_gate(const fact& x, gate_state next);
  void ask(const fact& x);
  void end_round(std::uint32_t gate, duration at);
  [[nodiscard]] std::optional<duration>
  people_until(std::uint32_t gate, duration at, bool decided) const;
  void reset_gate(const fact& x);
  void note_verdict(const fact& x);
  void record_handoff(const fact& x, bool accepted);
  [[nodiscard]] handoff_record& handoff_of(const fact& x);
  void make_request(const fact& x);
  void end_request(const fact& x, request_state next);
  void take_requests(const fact& x);
  void change_service(const fact& x);

  // run_model_waits.cpp: states, lists, who waits for whom
  void enter(std::uint32_t task, task_state next, duration at);
  void place(std::uint32_t task, task_state next);
  void count_state(std::uint32_t task, task_state x, bool entered);
  void leave_for_good(std::uint32_t task, duration at);
  void reopen(std::uint32_t task, duration at);
  void note_measured(std::uint32_t task);
  void count_blocked(std::uint32_t task, bool ended);
  void set_active(node_index x, bool active);
  void settle(node_index x, duration at);
  void unsettle(node_index x);
  void settle_start(node_index x, duration at);
  void meet(node_index x, duration at);
  void meet_later(node_index x, duration at);
  void unmeet(node_index x);
  void refresh_pending(node_index x);
  [[nodiscard]] bool is_gathering(node_index x) const;
  [[nodiscard]] std::size_t queue_of(std::uint32_t task) const;
  void collect(node_index x, bool active, std::size_t limit, wait& to) const;
  void collect_later(node_index x, std::size_t limit, wait& to) const;
  void collect_answers(std::uint32_t task, std::size_t limit, wait& to) const;
  void add_awaited(node_index x, bool active, wait_for why, wait& to) const;
  void add_slot(std::uint32_t task, wait& to) const;
  [[nodiscard]] bool add_node(std::uint32_t task, wait& to) const;
  void wait_of_task(std::uint32_t task, std::size_t limit, wait& to) const;
  void wait_of_gate(std::uint32_t gate, std::size_t limit, wait& to) const;
  void wait_for_needs(node_index x, std::size_t limit, wait& to) const;

  // run_model_prediction.cpp
  void prepare_estimates();
  void set_load(std::uint32_t task, std::uint32_t level);

  // An amount of work, in part unknown.
  struct load {
    duration known{0};        ///< by estimate
    std::int64_t unknown = 0; ///< tasks without one
  };
  // What loads come to by what is known so far.
  struct measure {
    double pace = 1;   ///< real time to estimate
    duration guess{0}; ///< what a task without an estimate takes
  };
  /// Of both phases of a task, or of its integrate phase only.
  [[nodiscard]] static load load_of(const tutti::task& x,
                                    std::uint32_t level = 2);
  [[nodiscard]] load load_of(std::uint32_t task, std::uint32_t level) const;
  [[nodiscard]] std::optional<measure> measured() const;
  [[nodiscard]] measure measured_or_default() const;
  [[nodiscard]] static duration time_of(const load& x, const measure& by);
  [[nodiscard]] duration chain_time(node_index x, const measure& by) const;

  const tutti::plan* plan_;
  plan_graph graph_;
  std::vector<task_record> tasks_;
  std::vector<gate_record> gates_;
  std::vector<agent_record> agents_;
  std::vector<phase_record> phases_;
  std::vector<service_record> services_;
  std::vector<contract_record> contracts_;
  std::vector<handoff_record> handoffs_;
  struct handoff_key {
    std::uint64_t ends = 0; ///< kind and index of the sender, the receiver
    std::uint32_t version = 1;

    friend bool operator==(const handoff_key&, const handoff_key&) = default;
  };
  struct handoff_hash {
    std::size_t operator()(const handoff_key& x) const noexcept {
      return std::hash<std::uint64_t>{}(x.ends * 31 + x.version);
    }
  };
  /// Where the latest version of a handoff along an edge is in `handoffs_`,
  /// plus one; by the slot of the edge in the graph. 0: none yet.
  std::vector<std::uint32_t> along_edges_;
  /// Where all others are: earlier versions, and those along no edge.
  std::unordered_map<handoff_key, std::size_t, handoff_hash> other_handoffs_;
  std::vector<busy_interval> intervals_;
  std::vector<request_record> requests_;
  /// Per requester, the numbers of the awaited ones without an answer.
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> unanswered_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, failed_run> failed_runs_;
  std::vector<rework_record> reworks_;
  std::vector<version_record> versions_;
  std::vector<inside_wait> inside_waits_;
  std::vector<pause_record> pauses_;
  std::vector<refusal_record> refusals_;
  std::vector<late_record> late_;
  /// Of reworked tasks: what they put out, and since which version.
  struct accepted_content {
    std::shared_ptr<const attempt_details> details;
    std::uint32_t version = 1;
  };
  std::unordered_map<std::uint32_t, accepted_content> accepted_;
  std::unordered_map<std::uint32_t, task_progress> early_progress_; ///< by task
  std::array<std::size_t, 12> counts_{};
  std::size_t counted_ = 0; ///< sum of these

  // Of a task's plan entry, what facts look at: that one is large.
  struct task_traits {
    task_kind kind = task_kind::work;
    bool has_estimate = false;
    bool integrates = false;
    std::uint32_t queue = 0; ///< the agent that it is pinned to, or one more
  };
  std::vector<task_traits> traits_;

  // Per graph node: what it still waits for, how much of that is active, when
  // the last need was met, and whether it is active or settled itself.
  struct graph_state {
    std::uint32_t unmet = 0;
    std::uint32_t hot = 0;
    std::uint32_t later_unmet = 0; ///< what only its end waits for
    std::uint32_t later_hot = 0;
    duration last_met{0};
    duration last_later{0};
    bool active = false;
    bool start_hot = false;
    bool start_settled = false;
    bool settled = false;
  };
  std::vector<graph_state> states_;

  // Lists: in progress; handoff pending (waiting, waiting to integrate); by
  // agent running; by agent (and one more for any-of) the queues ready, hot and
  // cold; attempts that wait inside.
  index_lists in_progress_;
  index_lists pending_;
  index_lists running_;
  index_lists queues_;
  index_lists inside_;
  std::vector<std::uint32_t> streams_; ///< after-each tasks
  std::set<std::uint32_t> paused_;
  std::vector<task_id> completed_;
  std::vector<task_id> failures_;

  // Prediction: by estimate.
  // Paths from a task's start that are the longest by estimate, and by count of
  // tasks without one; which of the two takes longer changes as tasks end.
  std::vector<load> rank_known_;
  std::vector<load> rank_unknown_;
  std::vector<load> agent_rest_;
  load total_;
  load rest_;
  duration measured_{0};        // busy time of ended tasks with an estimate
  duration estimated_{0};       // their estimates
  duration measured_in_all_{0}; // busy time of all ended tasks that ran
  std::int64_t ran_ = 0;        // how many those are
  std::uint64_t slots_ = 0;

  node_book nodes_;
  std::vector<session_record> sessions_{session_record{}};
  std::uint32_t revision_ = 1;
  std::string replaced_text_;

  duration now_{0};
  bool ended_ = false;
  bool stopping_ = false;
  run_status status_ = run_status::stopped;
  int exit_code_ = 0;
  std::size_t late_results_ = 0;
  std::size_t refusal_count_ = 0;
  std::size_t open_request_count_ = 0;
  std::size_t first_open_request_ = 0; ///< all before it have ended
};

} // namespace tutti::report
