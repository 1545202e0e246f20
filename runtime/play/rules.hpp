// SPDX-License-Identifier: BSD-3-Clause
// Judges a played run by the ten rules of the design, fact by fact. It knows
// the plan, the facts as they become durable, and what simulated agents saw;
// nothing of the engine. A broken rule is one sentence that begins with the
// rule's number.
#pragma once

#include "actors/agent/driver.hpp"
#include "messages/fact.hpp"
#include "messages/plan.hpp"
#include "runtime/play/node_rules.hpp"
#include "runtime/play/run_book.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tutti::play {

struct rules_options {
  std::uint32_t jobs = 0; ///< attempts at once; 0: no limit
  std::uint32_t implicit_slots = 1;
  /// So long what leaves the orchestrator is under way at most, while nothing
  /// disturbs it.
  duration under_way{0};
  std::vector<bool>
      wired; ///< by agent: what it is sent may be late at any time
  /// Calls with one sentence for each broken rule.
  std::function<void(std::string)> broken;
};

class rules {
public:
  /// `work` must outlive it.
  rules(const plan& work, rules_options options);

  /// The next fact is durable.
  void on(const fact& x);

  // -- what simulated agents see ----------------------------------------------

  /// An attempt begins to work. `waits`: it may wait inside.
  void begins(agent_id agent, const attempt_work& x, duration now, bool waits);
  void handed(agent_id agent, const handoff& x);
  void answered(agent_id agent, const request_answer& x);

  // -- what befell the run ----------------------------------------------------

  /// tutti is up again: agents know nothing any more.
  void resumed();
  /// Messages may be later than usual until then.
  void disturbed(duration until);
  /// A result of an attempt that is not current was sent.
  void late_result_sent() {
    ++late_sent_;
  }

  // -- the end ----------------------------------------------------------------

  /// The run has ended for good; `drivers_work` so many attempts.
  void at_end(std::size_t drivers_work);
  /// Each of those late results must have arrived.
  void at_end_of_late();
  /// All that a plain play came to, exactly: none sent back to rework, no
  /// people, no clocks.
  void at_end_of_plain();

  [[nodiscard]] const run_book& book() const {
    return book_;
  }

private:
  void broken(std::string text) const {
    options_.broken(std::move(text));
  }
  [[nodiscard]] const std::string& name(std::uint32_t task) const {
    return plan_.tasks[task].name;
  }
  [[nodiscard]] std::string name(node_ref x) const {
    return std::string{name_of(plan_, x)};
  }

  // rules.cpp: tasks, attempts, handoffs
  void check(const fact& x);
  void check_assigned(const fact& x);
  void check_start(std::uint32_t task);
  void check_integrate(std::uint32_t task);
  void check_again(const fact& x);
  void check_items(const fact& x);
  void check_started(const fact& x);
  void check_finished(const fact& x);
  void check_tries(const fact& x);
  void check_done(std::uint32_t task);
  void check_stream_end(const fact& x);
  void check_late(const fact& x);
  void check_accepted(const fact& x);
  void check_handed(const attempt_work& x);
  void check_answers(const attempt_work& x);
  void check_complete(const attempt_work& x,
                      const std::map<std::uint32_t, std::uint32_t>& has);
  void count_capacity(const fact& x);
  void hold(std::uint32_t task, int sign);

  // rules_end.cpp: gates, what befell the run, the end
  void forget_agent(std::uint32_t agent);
  void check_answer_accepted(const fact& x);
  void check_gate(const fact& x);
  void check_opened(const fact& x);
  void check_verdict(const fact& x);
  void check_reset(const fact& x);
  void check_run_end(const fact& x);

  const plan& plan_;
  rules_options options_;
  run_book book_;
  std::vector<std::uint32_t> slots_used_;
  std::vector<std::uint32_t> waiters_; ///< by agent: that may wait inside
  std::vector<std::uint32_t> pools_used_;
  node_rules nodes_;
  std::uint32_t jobs_used_ = 0;
  /// Facts of handoffs: from, to, version.
  using edge_version = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;
  std::set<edge_version> sent_;
  std::map<edge_version, std::uint32_t> accepted_;
  std::map<std::uint32_t, std::size_t> answers_accepted_;
  /// What a task was given the last time it began: by sender, the version.
  struct given_before {
    std::uint32_t version = 0;
    work_phase phase = work_phase::run;
    std::map<std::uint32_t, std::uint32_t> handed;
  };
  std::map<std::uint32_t, given_before> given_; ///< by task
  // Of this session: by agent.
  std::set<std::pair<std::uint32_t, edge_version>> handed_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> answered_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> begun_; ///< task, attempt
  std::set<std::pair<std::uint32_t, std::uint32_t>> may_wait_;
  duration disturbed_until_{0};
  duration rework_at_{-1};
  duration retried_at_{-1};
  std::uint64_t late_sent_ = 0;
  std::uint64_t late_ = 0;          ///< of those that nobody else had to say
  std::uint64_t late_recorded_ = 0; ///< all
};

} // namespace tutti::play
