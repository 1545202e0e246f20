// SPDX-License-Identifier: BSD-3-Clause
// Who takes part in a played run.
#include "actors/agent/outputs.hpp"
#include "actors/observer/observer.hpp"
#include "actors/orchestrator/orchestrator.hpp"
#include "actors/service/service.hpp"
#include "runtime/play/world.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace tutti::play {

namespace {

/// From the seed of one session to that of the next.
constexpr std::uint64_t session_step = 1'000'000'007;

struct viewer_hooks {
  std::function<void(const run_facts&)> hear;
  std::function<void(const task_progress&)> progress;
};

viewer_actor::behavior_type viewer(viewer_actor::pointer,
                                   const viewer_hooks& hooks) {
  return {
      [hooks](const run_facts& x) {
        hooks.hear(x);
      },
      [hooks](const task_progress& x) {
        hooks.progress(x);
      },
  };
}

/// Hears nothing.
observer_actor::behavior_type no_observer(observer_actor::pointer) {
  return {
      [](const run_facts&) {},
      [](const task_progress&) {},
  };
}

journal_actor::behavior_type
journal(journal_actor::pointer, const std::function<void(append_facts)>& take) {
  return {
      [take](append_facts& x) {
        take(std::move(x));
      },
  };
}

std::uint32_t slots_of(const agent& x, const engine::graph_options& graph) {
  return x.slots == 0 ? graph.implicit_slots : x.slots;
}

} // namespace

fleet_options world::options_of_fleet() {
  fleet_options result;
  result.work = options_.work;
  result.nodes = options_.nodes;
  result.local_labels = options_.graph.local_labels;
  result.from = options_.from;
  result.store = &store_;
  result.seed = options_.seed;
  result.clock = clock();
  result.is_away = [this](agent_id x) {
    return is_away(x);
  };
  result.broken = options_.broken;
  return result;
}

play_clock world::clock() {
  play_clock result;
  result.now = [this] {
    return now();
  };
  result.at = [this](duration when, std::function<void()> what) {
    at(when, std::move(what));
  };
  return result;
}

void world::open_stage() {
  auto seed =
      options_.seed == 0 ? 0 : options_.seed + (session_ - 1) * session_step;
  stage_ = std::make_unique<stage>(seed, now_);
  levers_.clear();
  levers_.resize(options_.work->agents.size());
  for (std::size_t i = 0; i < levers_.size(); ++i)
    levers_[i].is_away = away_until_[i] > now_;
  engine_ = std::make_shared<engine::engine>(
      engine::compile(*options_.work, options_.graph));
  for (const auto& f : journal_)
    engine_->fold(f);
  processes_ = stage_->spawn(simulated_processes);
  artifacts_ = stage_->spawn(simulated_store, &store_);
  viewer_hooks hooks;
  hooks.hear = [this](const run_facts& x) {
    hear(x);
  };
  hooks.progress = [this](const task_progress& x) {
    if (options_.on_progress)
      options_.on_progress(x);
  };
  observer_ = stage_->spawn(
      observer_behavior,
      std::vector<viewer_actor>{stage_->spawn(viewer, std::move(hooks))});
  lead_ = stage_->spawn(orchestrator_behavior, options_for_lead());
  person_ = stage_->spawn(person, lead_, &replies_);
  if (fleet_ && session_ == 1)
    await_nodes();
  caf::anon_send(lead_, begin_run{});
  if (disk_full_)
    say_stuck();
}

/// One after the other, so that they are in the order of the story.
void world::await_nodes() {
  while (step()) {
  } // until the hub listens
  for (std::size_t i = 0; i < fleet_->size(); ++i) {
    if (!options_.nodes[i].at_start)
      continue;
    fleet_->start(i);
    while (step()) {
    }
  }
}

orchestrator_options world::options_for_lead() {
  orchestrator_options result;
  result.work = options_.work;
  result.graph = options_.graph;
  result.observer = observer_;
  result.engine = engine_;
  if (!journal_.empty())
    result.first = engine::run_resumes{session_, false};
  result.journaled = journal_.size();
  result.elapsed = now_;
  result.wall_clock = [this] {
    return options_.wall_start + (now() + jump_).count();
  };
  result.journal = stage_->spawn(journal, [this](append_facts x) {
    take(std::move(x));
  });
  result.spawn_agents = [this](const orchestrator_actor& lead) {
    return spawn_agents(lead);
  };
  result.takes_batches = [this](agent_id x) {
    return !is_placed(x) && !is_wired(x);
  };
  result.spawn_services = [this](const orchestrator_actor& lead) {
    return spawn_services(lead);
  };
  return result;
}

std::vector<agent_actor> world::spawn_agents(const orchestrator_actor& lead) {
  agent_options mine;
  mine.work = options_.work;
  mine.orchestrator = lead;
  mine.observer =
      options_.drop_progress ? stage_->spawn(no_observer) : observer_;
  mine.processes = processes_;
  mine.artifacts = artifacts_;
  mine.looked_at = outputs_looked_at(*options_.work);
  std::vector<agent_actor> result;
  const auto& agents = options_.work->agents;
  wires_.clear();
  wires_.resize(agents.size());
  std::vector<agent_actor> stand_ins;
  if (fleet_)
    stand_ins = fleet_->open_hub(
        {stage_.get(), lead, mine.observer, artifacts_, processes_, engine_});
  for (std::size_t i = 0; i < agents.size(); ++i) {
    if (is_placed(agent_id{i})) {
      result.push_back(stand_ins[i]);
      continue;
    }
    mine.id = agent_id{i};
    mine.slots = slots_of(agents[i], options_.graph);
    levers_[i].now = [this] {
      return now();
    };
    mine.make_driver = [this, id = mine.id](driver_host& host) {
      return std::make_unique<simulated_driver>(
          id, *options_.work, *options_.from, levers_[id.value], host);
    };
    result.push_back(spawn_agent(mine));
  }
  return result;
}

bool world::is_placed(agent_id agent) const {
  return fleet_ && !options_.work->agents[agent.value].runs_on.empty();
}

bool world::is_wired(agent_id agent) const {
  return agent.value < options_.wired.size() && options_.wired[agent.value];
}

/// Where it is on another node, each sees somebody who stands for the other.
agent_actor world::spawn_agent(agent_options mine) {
  auto i = mine.id.value;
  if (!is_wired(mine.id)) {
    mine.reports = caf::actor_cast<report_actor>(mine.orchestrator);
    return stage_->spawn(agent_behavior, std::move(mine));
  }
  wires_[i] = std::make_unique<wire>(clock(), weathers_[i], mishaps_[i]);
  auto* through = wires_[i].get();
  auto for_agent = stage_->spawn(stand_in, through, wire_end::lead);
  auto for_lead = stage_->spawn(stand_in, through, wire_end::agent);
  auto lead = caf::actor_cast<caf::actor>(mine.orchestrator);
  mine.orchestrator = caf::actor_cast<orchestrator_actor>(for_lead);
  auto agent = stage_->spawn(agent_behavior, std::move(mine));
  through->connect(for_agent, for_lead);
  through->reach(lead, caf::actor_cast<caf::actor>(agent));
  return caf::actor_cast<agent_actor>(for_agent);
}

std::vector<service_actor>
world::spawn_services(const orchestrator_actor& lead) {
  service_options mine;
  mine.work = options_.work;
  mine.orchestrator = lead;
  mine.processes = processes_;
  std::vector<service_actor> result;
  for (std::size_t i = 0; i < options_.work->services.size(); ++i) {
    mine.id = service_id{i};
    result.push_back(stage_->spawn(service_behavior, mine));
  }
  return result;
}

} // namespace tutti::play
