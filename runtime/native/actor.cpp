// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/actor.hpp"

#include <utility>

namespace tutti::native {

agents& add_actor(agents& team, std::string name, actor_maker make) {
  agents::entry x;
  x.actor = std::make_shared<const actor_entry>(actor_entry{std::move(make)});
  return team.add_entry(std::move(name), std::move(x));
}

} // namespace tutti::native
