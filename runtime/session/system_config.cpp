// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/system_config.hpp"

#include "messages/type_ids.hpp"

#include <algorithm>
#include <caf/atom.hpp>
#include <thread>

namespace tutti::session {

system_config::system_config() {
  add_message_types<caf::id_block::tutti>();
  // A few agents' worth of short handlers: more threads only hand the same work
  // back and forth.
  auto cores = std::max(1u, std::thread::hardware_concurrency());
  set("scheduler.max-threads", std::size_t{std::min(cores, 4u)});
  // Idle workers sleep; thieves would poll, at the expense of the tasks.
  set("scheduler.policy", caf::atom("sharing"));
}

} // namespace tutti::session
