// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/session/latch.hpp"

namespace tutti::session {

void latch::open() {
  std::lock_guard lock{mutex_};
  open_ = true;
  changed_.notify_all();
}

bool latch::wait(std::chrono::milliseconds span) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, span, [this] {
    return open_;
  });
}

void latch::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] {
    return open_;
  });
}

} // namespace tutti::session
