// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/any_agent.hpp"

#include "actors/agent/session_driver.hpp"
#include "runtime/cluster/hub.hpp"
#include "runtime/native/spawn.hpp"

#include <cstdint>
#include <utility>

namespace tutti::session {

namespace {

/// A session of its own for an agent that has one (semantics §22).
auto session_maker(const agent_options& x) {
  session_driver_options mine;
  mine.work = x.work;
  mine.agent = x.id;
  mine.slots = x.slots;
  mine.grace = x.grace;
  mine.mask = x.mask;
  // The logs of another placing have other names: each has a thousand.
  mine.sessions_before =
      static_cast<std::uint32_t>(x.first_id / cluster::first_id_of(1) * 1000);
  return [mine](driver_host& host) {
    return make_session_driver(host, mine);
  };
}

agent_options options_of(const agent_team& team, agent_id who,
                         std::uint32_t slots) {
  auto result = team.common;
  result.id = who;
  result.slots = slots;
  return result;
}

agent_with_timers::behavior_type
late_behavior(agent_with_timers::stateful_pointer<agent_state> self,
              const std::shared_ptr<const agent_team>& team, agent_id who,
              std::uint32_t slots) {
  auto mine = options_of(*team, who, slots);
  native::add_driver(mine, team->natives);
  return agent_behavior(self, std::move(mine));
}

} // namespace

agent_actor spawn_any_agent(caf::actor_system& system, agent_options options,
                            const native::agents* natives) {
  const auto& agent = options.work->agents[options.id.value];
  if (agent.session.kind != command_kind::none)
    options.make_driver = session_maker(options);
  return native::spawn_agent(system, std::move(options), natives);
}

agent_actor spawn_team_agent(caf::actor_system& system,
                             const std::shared_ptr<const agent_team>& team,
                             agent_id who, std::uint32_t slots) {
  const auto& x = team->common.work->agents[who.value];
  // A session begins with the run.
  if (x.session.kind != command_kind::none
      || native::is_own_actor(x, team->natives))
    return spawn_any_agent(system, options_of(*team, who, slots),
                           team->natives);
  return system.spawn<caf::lazy_init>(late_behavior, team, who, slots);
}

} // namespace tutti::session
