// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/process_host.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <utility>

namespace tutti::session {

void process_routes::add(process_id id, caf::strong_actor_ptr asker) {
  std::lock_guard lock{mutex_};
  askers_[id] = std::move(asker);
}

caf::strong_actor_ptr process_routes::find(process_id id) const {
  std::lock_guard lock{mutex_};
  auto i = askers_.find(id);
  return i == askers_.end() ? nullptr : i->second;
}

caf::strong_actor_ptr process_routes::take(process_id id) {
  std::lock_guard lock{mutex_};
  auto i = askers_.find(id);
  if (i == askers_.end())
    return nullptr;
  auto result = std::move(i->second);
  askers_.erase(i);
  return result;
}

void process_routes::clear() {
  std::lock_guard lock{mutex_};
  askers_.clear();
}

process::supervisor_events
route_events(std::shared_ptr<process_routes> routes,
             std::function<void(std::string, bool)> lost) {
  process::supervisor_events result;
  result.started = [routes](process_started x) {
    if (auto to = routes->find(x.id))
      caf::anon_send(caf::actor_cast<agent_actor>(to), x);
  };
  result.line = [routes](process_line x) {
    if (auto to = routes->find(x.id))
      caf::anon_send(caf::actor_cast<agent_actor>(to), std::move(x));
  };
  result.output = [routes](process_output x) {
    if (auto to = routes->find(x.id))
      caf::anon_send(caf::actor_cast<agent_actor>(to), std::move(x));
  };
  result.exited = [routes](process_exited x) {
    if (auto to = routes->take(x.id))
      caf::anon_send(caf::actor_cast<agent_actor>(to), std::move(x));
  };
  result.lost = std::move(lost);
  return result;
}

process_actor::behavior_type
process_host_behavior(process_actor::pointer self,
                      process::supervisor* processes,
                      std::shared_ptr<process_routes> routes) {
  return {
      [self, processes, routes](const start_process& x) {
        routes->add(x.id, self->current_sender());
        processes->start(x);
      },
      [processes](process_input& x) {
        processes->input(std::move(x));
      },
      [processes](process_alive x) {
        processes->alive(x);
      },
      [processes](end_process x) {
        processes->end(x);
      },
  };
}

} // namespace tutti::session
