// SPDX-License-Identifier: BSD-3-Clause
// What simulated agents do, as a scenario says: attempt by attempt, round by
// round; without a word of it, the plan's estimates.
#pragma once

#include "config/scenario.hpp"
#include "runtime/play/script.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace tutti::play {

/// What of a played run no fact tells.
struct script_events {
  std::function<void(task_id, std::uint32_t attempt, std::uint32_t percent)>
      reached;
  std::function<void(agent_id)> back;
};

class scenario_script : public script {
public:
  /// `story` must outlive it.
  scenario_script(const config::scenario& story, script_events events);

  [[nodiscard]] played_attempt attempt(agent_id agent,
                                       const attempt_work& x) override;
  void reached(task_id task, std::uint32_t attempt,
               std::uint32_t percent) override {
    events_.reached(task, attempt, percent);
  }
  void back(agent_id agent) override {
    events_.back(agent);
  }
  void handed(agent_id, const handoff&) override {
  }
  void answered(agent_id, const request_answer&) override {
  }

private:
  /// What the reviewers of a gate do in a round, from 1; null: nothing is said.
  [[nodiscard]] const config::scripted_attempt*
  round_of(gate_id gate, std::uint32_t round) const;
  [[nodiscard]] const config::scripted_attempt* find(const attempt_work& x);
  [[nodiscard]] played_attempt plain(const attempt_work& x) const;

  const config::scenario& story_;
  script_events events_;
  std::vector<const config::scripted_work*> of_tasks_; ///< null: none
  std::vector<const config::scripted_work*> of_gates_;
  std::vector<std::vector<std::uint32_t>> percents_; ///< by task
  std::vector<std::uint32_t> runs_; ///< by task: run phases begun
};

} // namespace tutti::play
