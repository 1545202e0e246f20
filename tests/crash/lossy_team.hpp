// SPDX-License-Identifier: BSD-3-Clause
// One session of a run in virtual time: who takes part, and in which turns.
#pragma once

#include "actors/orchestrator/orchestrator.hpp"
#include "runtime/session/run_record.hpp"
#include "tests/crash/outside.hpp"
#include "tests/support/actor_stage.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/lossy_vfs.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace tutti::test {

/// Those of the implicit agent are one.
[[nodiscard]] std::uint32_t slots_of(const agent& x);

struct team_turns {
  std::uint64_t seed = 0; ///< 0: nothing is drawn
  /// Facts are said to be durable before they are written.
  bool says_so_too_early = false;
};

class lossy_team {
public:
  /// `record` has a file. `kept` must outlive it.
  lossy_team(std::shared_ptr<const plan> work, session::run_record record,
             kept_outside& kept, team_turns how);
  lossy_team(const lossy_team&) = delete;
  lossy_team& operator=(const lossy_team&) = delete;
  ~lossy_team();

  /// Up to the end of the run, with its journal closed, or the death of the
  /// disk, or that of the program before step `last_step`, from 1: then nothing
  /// moves any more. 0: it does not die. Throws where the run stands still.
  void play(lossy_vfs& disk, std::uint64_t last_step);

  /// Nothing has died meanwhile.
  [[nodiscard]] bool ended() const {
    return ended_;
  }
  /// Up to the death or the end.
  [[nodiscard]] std::uint64_t steps() const {
    return steps_;
  }
  /// So many facts of the journal are durable, as somebody has heard.
  [[nodiscard]] std::uint64_t told() const;
  /// What the journal was given in this session.
  [[nodiscard]] const std::vector<fact>& given() const {
    return given_;
  }
  /// What a viewer has seen of this session.
  [[nodiscard]] const std::vector<fact>& seen() const {
    return seen_.facts;
  }

private:
  [[nodiscard]] orchestrator_options options_of(session::run_record& record);
  [[nodiscard]] std::vector<agent_actor>
  spawn_agents(const orchestrator_actor& lead);
  [[nodiscard]] std::vector<service_actor>
  spawn_services(const orchestrator_actor& lead);
  [[nodiscard]] bool over() const;
  /// Somebody does something; false: nobody can.
  bool step();
  void take(append_facts x);
  void write();
  void say_durable(std::uint64_t last);

  std::shared_ptr<const plan> work_;
  team_turns how_;
  dice dice_;
  std::uint32_t disk_pace_; ///< how often the disk gets its turn
  bool writes_behind_ = false;
  std::unique_ptr<journal::journal_file> file_;
  std::vector<append_facts> waiting_; ///< to be written together
  std::vector<fact> given_;
  std::uint64_t told_ = 0;
  std::uint64_t seen_before_ = 0;
  std::uint64_t steps_ = 0;
  bool ended_ = false;
  std::uint64_t tokens_ = 0;
  seen_run seen_;
  actor_stage stage_;
  outside outside_;
  observer_actor observer_;
  orchestrator_actor lead_;
};

} // namespace tutti::test
