// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/pattern.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace tutti::stress {

void pattern::end() {
  for (const auto& x : all_)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  sources_.clear();
  all_.clear();
}

std::uint32_t window_of(const settings& how) {
  constexpr std::size_t most = 1024;
  constexpr std::size_t bytes_max = 16 << 20;
  auto fit = bytes_max / std::max<std::size_t>(how.payload_bytes, 1);
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(fit, 4, most));
}

} // namespace tutti::stress
