// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/native/outbox.hpp"

#include <utility>

namespace tutti::native {

outbox::outbox(std::function<void()> wake) : wake_(std::move(wake)) {
}

void outbox::leave(said x) {
  bool first = false;
  {
    std::lock_guard lock{mutex_};
    first = left_.empty();
    left_.push_back(std::move(x));
  }
  if (first)
    wake_();
}

std::vector<said> outbox::take() {
  std::lock_guard lock{mutex_};
  return std::exchange(left_, {});
}

} // namespace tutti::native
