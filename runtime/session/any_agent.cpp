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

} // namespace

agent_actor spawn_any_agent(caf::actor_system& system, agent_options options,
                            const native::agents* natives) {
  const auto& agent = options.work->agents[options.id.value];
  if (agent.session.kind != command_kind::none)
    options.make_driver = session_maker(options);
  return native::spawn_agent(system, std::move(options), natives);
}

} // namespace tutti::session
