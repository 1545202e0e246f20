// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "config/scenario.hpp"
#include "runtime/play/rules.hpp"
#include "runtime/play/run_watch.hpp"
#include "runtime/play/world.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tutti::play {

/// Does what a scenario says under `do`.
class deeds {
public:
  /// All must outlive it.
  deeds(const config::scenario& story, world& to, run_watch& watch,
        rules& judge)
    : story_(story), world_(to), watch_(watch), rules_(judge) {
  }

  /// Empty: done, or under way; else one sentence of why it cannot be.
  [[nodiscard]] std::string run(const config::deed& x);

  /// Deeds that were to befall a handoff that never came.
  [[nodiscard]] std::vector<config::span> unused() const;

private:
  [[nodiscard]] std::string of_attempt(const config::deed& x);
  [[nodiscard]] std::string ask_person(const config::deed& x);
  [[nodiscard]] std::string cancel(const config::deed& x);
  [[nodiscard]] std::string mishap_of(const config::deed& x);
  [[nodiscard]] bool can_go_on() const;
  [[nodiscard]] std::string late_result(const config::deed& x);
  [[nodiscard]] std::string lose_node(const config::deed& x);
  [[nodiscard]] std::string freeze_node(const config::deed& x);
  [[nodiscard]] std::string about_node(const config::deed& x) const;
  [[nodiscard]] std::string change_links(const config::deed& x);
  // Of nodes that the story describes (deeds_nodes.cpp).
  [[nodiscard]] std::string befall_machine(const config::deed& x);
  [[nodiscard]] std::string lose_machine(const config::deed& x,
                                         std::size_t node);
  [[nodiscard]] std::string drain_machine(const config::deed& x);
  [[nodiscard]] std::string cut_machine(const config::deed& x);
  [[nodiscard]] std::string kill_run(const config::deed& x);
  [[nodiscard]] std::string fill_disk(const config::deed& x);

  const config::scenario& story_;
  world& world_;
  run_watch& watch_;
  rules& rules_;
  struct ambush {
    config::span where;
    std::shared_ptr<bool> used;
  };
  std::vector<ambush> ambushes_;
  duration full_until_{0}; ///< the disk
};

/// Where the agents of a story are: dealt out over its nodes in plan order. The
/// orchestrator is on the first one.
[[nodiscard]] std::uint32_t node_of(const config::scenario& story, agent_id x);

/// The nodes that the story describes, without the run's own machine.
[[nodiscard]] std::vector<fleet_node> fleet_of(const config::scenario& story);

/// By agent: its messages go through a wire, as it is on another node than the
/// orchestrator, or something befalls handoffs to it.
[[nodiscard]] std::vector<bool> wired_agents(const config::scenario& story);

} // namespace tutti::play
