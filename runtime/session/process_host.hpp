// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "messages/interfaces.hpp"
#include "runtime/process/supervisor.hpp"

#include <caf/actor_control_block.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace tutti::session {

/// Who asked for which process; shared by the host and the supervisor's reader
/// thread, which answers the asker directly.
class process_routes {
public:
  void add(process_id id, caf::strong_actor_ptr asker);
  [[nodiscard]] caf::strong_actor_ptr find(process_id id) const;
  [[nodiscard]] caf::strong_actor_ptr take(process_id id);
  void clear();

private:
  mutable std::mutex mutex_;
  std::unordered_map<process_id, caf::strong_actor_ptr> askers_;
};

/// Lets the supervisor's events reach whoever started the process. `lost` is
/// called on the reader thread where the supervisor has died.
[[nodiscard]] process::supervisor_events
route_events(std::shared_ptr<process_routes> routes,
             std::function<void(std::string, bool all_dead)> lost);

/// The actor before the supervisor, which must outlive it. It has no mailbox
/// and no turn of its own: it does what a message says as that is sent, on the
/// sender's thread, which the supervisor never blocks.
[[nodiscard]] process_actor
make_process_host(caf::actor_system& system, process::supervisor* processes,
                  std::shared_ptr<process_routes> routes);

} // namespace tutti::session
