// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cluster/protocol_version.hpp"

namespace tutti::cluster {

std::uint32_t protocol_version() {
  return 1;
}

} // namespace tutti::cluster
