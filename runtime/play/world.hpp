// SPDX-License-Identifier: BSD-3-Clause
// A run in virtual time: the real orchestrator, observer, agents and services,
// with simulated work, and a journal that outlives them when tutti is killed.
//
//   begin ──▶ messages and timers, one instant after the other ──▶ run_ended
//               kill ──▶ only the journal is left ──▶ resume
#pragma once

#include "actors/agent/agent.hpp"
#include "actors/orchestrator/orchestrator.hpp"
#include "messages/interfaces.hpp"
#include "runtime/play/cluster/fleet.hpp"
#include "runtime/play/journal_rows.hpp"
#include "runtime/play/simulated_driver.hpp"
#include "runtime/play/stage.hpp"
#include "runtime/play/surroundings.hpp"
#include "runtime/play/wire.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace tutti::play {

struct world_options {
  std::shared_ptr<const plan> work;
  script* from = nullptr; ///< must outlive the world
  /// Of the order of messages; 0: in the order in which they are sent.
  std::uint64_t seed = 0;
  engine::graph_options graph;
  /// By agent: whether messages to it and from it go through a wire; empty:
  /// none do.
  std::vector<bool> wired;
  /// Machines on which agents with `runs-on` are placed, as `graph.placement`
  /// says; without that there are none.
  std::vector<fleet_node> nodes;
  /// Nanoseconds since 1970 at the start; for what is due by the wall clock.
  std::int64_t wall_start = 0;
  /// Each fact that viewers are told of, in order, over all sessions.
  std::function<void(const fact&)> on_fact;
  /// tutti comes up again.
  std::function<void()> on_resumed;
  /// tutti was killed after viewers had been told of more than so many facts of
  /// the journal: as the run was given up, for it could keep nothing more.
  std::function<void(std::size_t)> on_forgotten;
  /// Viewers were told of a step of the engine, which was durable.
  std::function<void()> on_told;
  /// What tasks say of themselves; changes nothing (rule 5).
  std::function<void(const task_progress&)> on_progress;
  /// The engine took a step; it is consistent.
  std::function<void(const engine::engine&)> on_step;
  /// Called with one sentence for each rule that is broken on the nodes.
  std::function<void(std::string)> broken;
  /// Each fact as it becomes durable, in order, before anybody is told.
  std::function<void(const fact&)> on_durable;
  /// How long it takes until what was just decided is durable; empty: no time.
  std::function<duration()> journal_delay;
  /// What is durable goes through the rows of a journal, and is read back.
  bool as_rows = false;
  /// What tasks say of themselves is lost.
  bool drop_progress = false;
};

class world {
public:
  explicit world(world_options options);
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  ~world();

  // -- turns ------------------------------------------------------------------

  void begin();
  /// The run has ended, as viewers know.
  [[nodiscard]] bool over() const {
    return over_;
  }
  [[nodiscard]] duration now() const;
  /// One message arrives, or what is due at this instant happens; false:
  /// nothing is left to happen now.
  bool step();
  /// When something happens next; none: never.
  [[nodiscard]] std::optional<duration> next() const;
  /// Time goes on; `at` is not after `next`.
  void go_to(duration at);
  /// Calls `what` at that moment.
  void at(duration when, std::function<void()> what);
  [[nodiscard]] std::uint64_t message_count() const;

  // -- what befalls the run ---------------------------------------------------

  /// The agent loses what it works on; is back after `span`, or never.
  void crash(agent_id agent, std::optional<duration> span);
  /// What the agent works on stands still for so long; none: for good.
  void freeze(agent_id agent, std::optional<duration> span);
  /// Changes the weather on the agent's wire, in all sessions.
  void change_weather(agent_id agent,
                      const std::function<void(weather&)>& change);
  /// It befalls the next handoff to the agent that fits, in any session.
  void expect(agent_id agent, mishap x) {
    mishaps_[agent.value].push_back(std::move(x));
  }
  /// Of the running attempt of a task; false: it has none.
  bool hang(task_id task);
  bool fail(task_id task);
  bool ask(task_id task, played_request x);
  /// The success of an attempt arrives, whatever became of the attempt.
  void send_result(task_id task, std::uint32_t attempt);
  /// A person asks for something; the reply follows within this instant.
  void call(control_call x);
  [[nodiscard]] std::vector<control_reply> take_replies();
  /// How many of `hang`, `fail` and `ask` have met nobody since the last call:
  /// the attempt had ended, as was not known yet.
  [[nodiscard]] std::size_t take_missed();
  void stop(std::int32_t code, bool at_once);
  void jump_clock(duration span) {
    jump_ += span;
  }
  /// The journal takes nothing until `mend_disk`.
  void fill_disk();
  void mend_disk();
  [[nodiscard]] bool is_disk_full() const {
    return disk_full_;
  }
  /// The nodes; null: there are none.
  [[nodiscard]] fleet* nodes() {
    return fleet_.get();
  }
  /// tutti is gone at once; what is not in the journal is lost.
  void kill();
  void resume();
  /// While it is killed it is not, though its actors still are.
  [[nodiscard]] bool is_up() const {
    return stage_ != nullptr && !vanishing_;
  }

  // -- what is to be seen -----------------------------------------------------

  [[nodiscard]] const engine::engine& engine() const {
    return *engine_;
  }
  /// What only the journal gives is not the state that the engine is in (rule
  /// 8): the lines that differ; empty: it is.
  [[nodiscard]] std::string replay_difference() const;
  /// Attempts that drivers work on, of all agents.
  [[nodiscard]] std::size_t working() const;
  /// Who speaks to the script at this moment was given up, or tutti is gone.
  [[nodiscard]] bool speaker_is_lost() const {
    return fleet_ && fleet_->speaker_is_lost();
  }
  /// How many messages wait for their time.
  [[nodiscard]] std::size_t timers() const {
    return is_up() ? stage_->timers() : 0;
  }
  [[nodiscard]] bool is_away(agent_id agent) const {
    return away_until_[agent.value] > now();
  }
  /// Null: it has none, or tutti is gone.
  [[nodiscard]] wire* wire_of(agent_id agent) {
    return wires_.empty() ? nullptr : wires_[agent.value].get();
  }
  [[nodiscard]] std::uint32_t session() const {
    return session_;
  }

private:
  [[nodiscard]] tutti::orchestrator_options options_for_lead();
  [[nodiscard]] std::vector<agent_actor>
  spawn_agents(const orchestrator_actor& lead);
  [[nodiscard]] agent_actor spawn_agent(agent_options mine);
  [[nodiscard]] bool is_placed(agent_id agent) const;
  [[nodiscard]] bool is_wired(agent_id agent) const;
  [[nodiscard]] std::vector<service_actor>
  spawn_services(const orchestrator_actor& lead);
  [[nodiscard]] fleet_options options_of_fleet();
  [[nodiscard]] play_clock clock();
  void open_stage();
  void await_nodes();
  bool step_at_actors();
  void take(append_facts x);
  void keep_up_to(std::uint64_t last);
  void say_durable();
  void say_stuck();
  void hear(const run_facts& x);
  bool reach(task_id task, blow x);
  [[nodiscard]] bool can_feel(agent_id agent);
  void feel(agent_id agent, blow x);
  void come_back(agent_id agent);

  world_options options_;
  std::shared_ptr<engine::engine> engine_;
  std::deque<lever> levers_; ///< by agent
  std::vector<control_reply> replies_;
  std::uint64_t calls_ = 0;

  // What outlives a kill.
  std::vector<fact> journal_;
  std::deque<fact> undurable_; ///< that are not in it yet
  duration written_by_{0};     ///< so long the journal is busy
  std::optional<journal_rows> rows_;
  kept_store store_;
  std::size_t heard_ = 0; ///< facts that viewers were told of
  std::uint32_t session_ = 1;
  std::vector<weather> weathers_;            ///< by agent
  std::vector<std::vector<mishap>> mishaps_; ///< by agent
  /// By agent: until when it is away; max: for good.
  std::vector<duration> away_until_;
  bool disk_full_ = false;
  bool over_ = false;
  bool vanishing_ = false; ///< nobody hears what is still under way
  duration jump_{0};
  std::multimap<duration, std::function<void()>> agenda_;
  duration now_{0};            ///< while no stage is there
  std::uint64_t messages_ = 0; ///< of stages that are gone

  std::unique_ptr<fleet> fleet_; ///< null: no agent's place is chosen
  std::mt19937_64 random_;       ///< whose turn it is, where there are nodes
  std::unique_ptr<stage> stage_;
  std::vector<std::unique_ptr<wire>> wires_; ///< by agent; null: none
  process_actor processes_;
  artifact_actor artifacts_;
  observer_actor observer_;
  orchestrator_actor lead_;
  person_actor person_;
};

} // namespace tutti::play
