// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/spawn.hpp"

#include "messages/assert.hpp"
#include "runtime/native/actor.hpp"
#include "runtime/native/native_driver.hpp"
#include "runtime/native/quick_agent.hpp"

#include <utility>

namespace tutti::native {

namespace {

auto driver_maker(const agent_options& x, agents::worker_maker make) {
  native_driver_options mine;
  mine.id = x.id;
  mine.work = x.work;
  mine.make = std::move(make);
  return [mine](driver_host& host) -> std::unique_ptr<driver> {
    return std::make_unique<native_driver>(mine, host);
  };
}

actor_place place_of(const agent_options& x) {
  actor_place result;
  result.id = x.id;
  result.slots = x.slots;
  result.work = x.work;
  result.orchestrator = x.orchestrator;
  result.observer = x.observer;
  result.processes = x.processes;
  result.artifacts = x.artifacts;
  return result;
}

/// Null: it is not native.
auto find(const tutti::agent& x, const agents* team) {
  return team && !x.native.empty() ? team->find(x.native) : nullptr;
}

} // namespace

bool takes_batches(const tutti::agent& x, const agents* team) {
  const auto* found = find(x, team);
  return found == nullptr || !found->actor;
}

bool is_own_actor(const tutti::agent& x, const agents* team) {
  const auto* found = find(x, team);
  return found != nullptr && (found->actor || found->quick);
}

void add_driver(agent_options& x, const agents* team) {
  if (const auto* found = find(x.work->agents[x.id.value], team))
    x.make_driver = driver_maker(x, found->make);
}

agent_actor spawn_agent(caf::actor_system& system, agent_options options,
                        const agents* team) {
  const auto& mine = options.work->agents[options.id.value];
  const auto* found = find(mine, team);
  TUTTI_ASSERT(found != nullptr || mine.native.empty()); // seen before the run
  if (found != nullptr && found->actor)
    return found->actor->make(system, place_of(options));
  if (found != nullptr && found->quick) {
    auto who = options.id;
    auto offer = options.offer_desk;
    auto at = std::make_shared<quick_desk>(std::move(options), found->quick);
    if (offer)
      offer(who, at);
    return system.spawn(quick_behavior, at);
  }
  add_driver(options, team);
  return system.spawn(agent_behavior, std::move(options));
}

} // namespace tutti::native
