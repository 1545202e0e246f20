// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/system_config.hpp"

#include "messages/type_ids.hpp"
#include "runtime/session/local_first.hpp"

#include <algorithm>
#include <caf/scheduler/coordinator.hpp>
#include <thread>

namespace tutti::session {

system_config::system_config() {
  add_message_types<caf::id_block::tutti>();
  // A few agents' worth of short handlers: more threads only hand the same work
  // back and forth.
  auto cores = std::max(1u, std::thread::hardware_concurrency());
  set("scheduler.max-threads", std::size_t{std::min(cores, 4u)});
  // Others have their turn while one has much to do.
  set("scheduler.max-throughput", std::size_t{100});
  load<caf::scheduler::coordinator<local_first>>();
}

} // namespace tutti::session
