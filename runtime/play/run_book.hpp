// SPDX-License-Identifier: BSD-3-Clause
// What has become of tasks, gates, services and requests, as the facts of a
// journal say: read by hand from docs/semantics.md, it shares no line with the
// engine whose facts it judges. Each fact costs constant time.
#pragma once

#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/play/team_oracle.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace tutti::play {

/// Crashes of its agent in a row that end a task (§22).
inline constexpr std::uint32_t crashes_max = 3;

struct task_book {
  task_state state = task_state::waiting;
  work_phase phase = work_phase::run; ///< of the attempt that is assigned
  std::uint32_t version = 1;
  std::uint32_t attempt = 0; ///< the last one that was assigned
  std::uint32_t agent = agent_id::none;
  std::uint32_t ended = 0;         ///< the last version that came to an end
  std::uint32_t failures = 0;      ///< tries of this version that went wrong
  std::uint32_t crashes = 0;       ///< in a row
  std::uint32_t no_verdicts = 0;   ///< of a review, in a row
  std::uint32_t open_requests = 0; ///< awaited, of this version
  bool assigned = false;
  bool waits = false; ///< inside: without a slot
  bool asked = false; ///< it has awaited requests of this version
  bool ending = false;
  bool cancelled = false;
  bool overdue = false;
  bool doubted = false;
  bool paused = false;
  bool ever_started = false;
  bool begun = false;     ///< this version
  bool ran = false;       ///< the run phase of this version ended well
  bool retried = false;   ///< by a person, ever
  duration asked_back{0}; ///< when its attempt was told to end, unbegun
  std::shared_ptr<const attempt_details> details;
  std::vector<work_item> items; ///< of the attempt that is assigned
  /// Of an after-each task: the latest version of each trigger that it has run
  /// after.
  std::map<std::uint32_t, std::uint32_t> ran_after;

  [[nodiscard]] bool works() const {
    return state == task_state::running || state == task_state::integrating;
  }
  [[nodiscard]] bool settled() const {
    return is_terminal(state) && !doubted;
  }
};

struct request_book {
  task_state state = task_state::waiting;
  std::uint32_t from = task_id::none; ///< who asked
  std::uint32_t version = 1;          ///< of who asked
  bool awaited = true;
};

struct gate_book {
  gate_state state = gate_state::waiting;
  std::set<std::string> approved; ///< agents, in this review
  bool by_person = false;         ///< a person did
  bool person_decides = false;
  bool exhausted = false; ///< changes were asked for in the last round
  std::uint32_t review = 0;
  duration asked_at{0};
};

class run_book {
public:
  /// `work` must outlive it.
  explicit run_book(const plan& work);

  void on(const fact& x);

  [[nodiscard]] const task_book& task(std::uint32_t i) const {
    return tasks_[i];
  }
  [[nodiscard]] const gate_book& gate(std::uint32_t i) const {
    return gates_[i];
  }
  /// By number.
  [[nodiscard]] const std::map<std::uint32_t, request_book>& requests() const {
    return requests_;
  }
  [[nodiscard]] bool stopping() const {
    return stopping_;
  }
  [[nodiscard]] bool over() const {
    return over_;
  }
  [[nodiscard]] bool has_rework() const {
    return has_rework_;
  }

  /// Whether a need holds now.
  [[nodiscard]] bool holds(const need& x, bool of_task) const;
  /// Whether a task has come to an end with which what needs it later is done.
  [[nodiscard]] bool came_well(std::uint32_t task) const;
  /// By task: the gates that block it.
  [[nodiscard]] const std::vector<std::uint32_t>&
  gates_before(std::uint32_t task) const {
    return blockers_[task];
  }
  /// Tasks that a need or `after` names, phases by their tasks.
  [[nodiscard]] std::vector<std::uint32_t> tasks_of(node_ref x) const;
  /// What its `if` says now.
  [[nodiscard]] bool condition_holds(std::uint32_t task) const;

  // For the oracle: what a plain play came to.
  [[nodiscard]] std::vector<task_history> task_histories() const;
  [[nodiscard]] const std::vector<gate_history>& gate_histories() const {
    return gate_histories_;
  }

private:
  void on_task(const fact& x);
  void on_finished(const fact& x);
  void on_gate(const fact& x);
  void on_request(const fact& x);
  void on_resumed();
  void start_over(const fact& x);
  void end(std::uint32_t task, task_state how);
  void note_history(const fact& x);
  [[nodiscard]] bool task_holds(std::uint32_t i, need_condition c,
                                bool of_task) const;
  void find_blockers();

  const plan& plan_;
  std::vector<task_book> tasks_;
  std::vector<gate_book> gates_;
  std::vector<bool> ready_services_;
  std::map<std::uint32_t, request_book> requests_;
  std::vector<std::vector<std::uint32_t>> blockers_;
  std::vector<task_history> histories_;
  std::vector<gate_history> gate_histories_;
  bool has_rework_ = false;
  bool stopping_ = false;
  bool over_ = false;
};

} // namespace tutti::play
