// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/epoch.hpp"

namespace tutti::cluster {

allegiance choose(const std::optional<epoch>& known, bool alive,
                  const epoch& offered) {
  if (!known || offered == *known)
    return allegiance::follow;
  if (offered.counter <= known->counter)
    return allegiance::never;
  return alive ? allegiance::not_yet : allegiance::follow;
}

} // namespace tutti::cluster
