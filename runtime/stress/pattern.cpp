// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/stress/pattern.hpp"

#include "runtime/session/latch.hpp"

#include <caf/abstract_actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <atomic>
#include <memory>

namespace tutti::stress {

void pattern::end() {
  for (const auto& x : all_)
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  sources_.clear();
  by_place_.clear();
  all_.clear();
}

bool pattern::end(std::chrono::milliseconds most) {
  struct rest {
    std::atomic<std::size_t> count;
    session::latch none;
  };
  auto left = std::make_shared<rest>();
  left->count = all_.size() + 1;
  auto one_less = [left] {
    if (--left->count == 0)
      left->none.open();
  };
  for (const auto& x : all_)
    caf::actor_cast<caf::abstract_actor*>(x)->attach_functor(one_less);
  end();
  one_less();
  return left->none.wait(most);
}

std::uint32_t window_of(const settings& how) {
  constexpr std::size_t most = 1024;
  constexpr std::size_t bytes_max = 16 << 20;
  auto fit = bytes_max / std::max<std::size_t>(how.payload_bytes, 1);
  return static_cast<std::uint32_t>(std::clamp<std::size_t>(fit, 4, most));
}

} // namespace tutti::stress
