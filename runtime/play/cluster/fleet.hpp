// SPDX-License-Identifier: BSD-3-Clause
// The nodes of a played run: the real hub and gateways (semantics §32–§34) on a
// simulated network. Each node has a stage of its own, so that it can stand
// still, be gone at once, and go on while tutti itself is gone.
#pragma once

#include "actors/agent/agent.hpp"
#include "actors/orchestrator/engine/engine.hpp"
#include "runtime/cluster/gateway.hpp"
#include "runtime/cluster/hub.hpp"
#include "runtime/play/cluster/fleet_node.hpp"
#include "runtime/play/cluster/simulated_net.hpp"
#include "runtime/play/play_clock.hpp"
#include "runtime/play/simulated_driver.hpp"
#include "runtime/play/stage.hpp"
#include "runtime/play/surroundings.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tutti::play {

struct fleet_options {
  std::shared_ptr<const plan> work;
  std::vector<fleet_node> nodes;
  std::vector<std::string> local_labels; ///< of the run's machine, sorted
  script* from = nullptr;                ///< must outlive the fleet, as below
  kept_store* store = nullptr;
  std::uint64_t seed = 0; ///< 0: whoever comes first in the plan goes first
  play_clock clock;
  /// Whether the agent is away, wherever it is.
  std::function<bool(agent_id)> is_away;
  /// Called with one sentence for each broken rule.
  std::function<void(std::string)> broken;
};

/// What the hub has around it in one session of the run.
struct hub_surroundings {
  stage* on = nullptr;
  orchestrator_actor lead;
  observer_actor observer;
  artifact_actor artifacts;
  process_actor processes;
  std::shared_ptr<engine::engine> engine;
};

/// Where messages may arrive: at the run's own machine, or at a node.
class fleet {
public:
  explicit fleet(fleet_options options);
  ~fleet();
  fleet(const fleet&) = delete;
  fleet& operator=(const fleet&) = delete;

  // -- the machine of the run -------------------------------------------------

  /// A hub, and who stands for each agent.
  [[nodiscard]] std::vector<agent_actor> open_hub(hub_surroundings x);
  /// tutti is gone.
  void lose_hub();
  /// tutti is told of a fact.
  void hear(const fact& x);

  // -- turns ------------------------------------------------------------------

  /// Something can happen on a node at this instant.
  [[nodiscard]] bool has_work() const;
  /// It does, on one of them, drawn by the seed.
  void step();
  /// When a timer of a node is due next.
  [[nodiscard]] std::optional<duration> next() const;
  /// Time goes on at all nodes that do not stand still.
  void go_to(duration at);
  [[nodiscard]] std::uint64_t message_count() const;

  // -- what befalls it --------------------------------------------------------

  [[nodiscard]] std::size_t size() const {
    return machines_.size();
  }
  [[nodiscard]] const std::string& name_of(std::size_t node) const {
    return machines_[node].is.name;
  }
  [[nodiscard]] bool is_running(std::size_t node) const {
    return machines_[node].on != nullptr;
  }
  [[nodiscard]] bool stands_still(std::size_t node) const {
    return machines_[node].still_until > duration::zero();
  }
  void start(std::size_t node);
  /// kill -9, and all of its processes.
  void lose(std::size_t node);
  /// Nothing on it moves until then; max: until it is woken.
  void freeze(std::size_t node, duration until);
  void wake(std::size_t node);
  /// Of two cuts of one way the later end counts.
  void cut(std::size_t node, net_way x, duration until);
  void heal(std::size_t node, net_way x);
  void slow(std::size_t node, duration by);
  void reset(std::size_t node);
  /// All links are whole, and nothing stands still any more.
  void mend();
  /// All nodes are switched off.
  void shut();

  // -- agents on nodes --------------------------------------------------------

  /// The lever of an agent whose place is chosen, where it is now or was as
  /// tutti was killed; null: it is nowhere, or has not arrived there.
  [[nodiscard]] lever* lever_of(agent_id agent);
  /// Who speaks to the script at this moment has been given up by tutti, or
  /// tutti is gone.
  [[nodiscard]] bool speaker_is_lost() const {
    return speaker_is_lost_;
  }
  /// Attempts that agents work on, wherever they are.
  [[nodiscard]] std::size_t working_anywhere() const;
  /// Attempts that agents work on where tutti has placed them.
  [[nodiscard]] std::size_t working() const;
  [[nodiscard]] std::size_t take_missed();
  /// Rule 6: no exclusive task is at work twice (§33).
  void check_exclusive() const;

private:
  class seat_script;
  /// An agent in one of its places; the key is its first id.
  struct seat;
  using seat_key = std::pair<std::uint32_t, std::uint64_t>;

  struct machine {
    fleet_node is;
    std::unique_ptr<stage> on; ///< null: it is not there
    cluster::gateway_actor gateway;
    process_actor processes;
    cluster::node_run run;
    std::map<seat_key, std::unique_ptr<seat>> seats;
    std::uint32_t starts = 0;
    bool has_ended = false;  ///< by itself; its stage goes as soon as it may
    duration still_until{0}; ///< 0: it does not stand still
    duration still_since{0}; ///< where it does
    duration stood_still{0}; ///< so far, since it was started
    duration cut_until[2]{}; ///< by way
    duration slower{0};
    std::uint64_t messages = 0; ///< of stages that are gone
  };

  void stop(machine& x);
  void reap();
  [[nodiscard]] static bool can_step(const machine& x);
  [[nodiscard]] cluster::gateway_options gateway_of(machine& x);
  [[nodiscard]] agent_actor spawn_agent(machine& at, stage& on,
                                        agent_options mine);
  [[nodiscard]] bool is_current(const machine& at, seat_key who) const;
  [[nodiscard]] lever* last_lever_of(agent_id agent);

  fleet_options options_;
  simulated_net net_;
  std::mt19937_64 random_;
  std::uint64_t incarnations_ = 0;
  std::uint64_t epochs_ = 0;
  std::deque<machine> machines_;
  machine local_; ///< agents with a chosen place on the run's machine
  cluster::hub_with_net hub_;
  std::shared_ptr<engine::engine> engine_; ///< null: tutti is gone
  bool speaker_is_lost_ = false;
};

} // namespace tutti::play
