// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/lanes.hpp"

#include <algorithm>

namespace tutti::stress {

void outlet::fill(std::vector<std::uint8_t>& bytes) const {
  bytes.resize(bytes_);
  auto state = mix(sent_.count * 64 + sender_);
  for (std::size_t i = 0; i < bytes_; i += 8) {
    state += 0x9e3779b97f4a7c15u;
    std::memcpy(bytes.data() + i, &state, std::min<std::size_t>(8, bytes_ - i));
  }
}

} // namespace tutti::stress
